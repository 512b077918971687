import { KeyError, type KeyErrorCode } from './errors.ts';
import type { Key } from './key.ts';

/** What is done with a key that wraps others, where its life cycle is NIST's (SP 800-57 part 1, section 7). */
export type RootVerb = 'wrap' | 'unwrap' | 'rewrap' | 'rotate' | 'suspend' | 'resume';

/** Where such a key stands. */
type Standing = 'active' | 'suspended' | 'deactivated' | 'deleted' | 'destroyed';

type Refusals = { readonly [S in Exclude<Standing, 'deleted' | 'destroyed'>]?: KeyErrorCode };

const ONLY_ACTIVE: Refusals = { suspended: 'key-not-active', deactivated: 'key-not-active' };
/** A deactivated key protects nothing new, and what it protects can be read and moved on. */
const NOT_SUSPENDED: Refusals = { suspended: 'key-not-active' };

/**
 * Which standing refuses which verb: https://cloud.ibm.com/docs/key-protect, "key states". Of a key that is deleted
 * none is left.
 */
const REFUSALS: Record<RootVerb, Refusals> = {
  wrap: ONLY_ACTIVE,
  unwrap: NOT_SUSPENDED,
  rewrap: NOT_SUSPENDED,
  rotate: NOT_SUSPENDED,
  suspend: ONLY_ACTIVE,
  resume: { active: 'key-not-suspended', deactivated: 'key-not-suspended' },
};

/**
 * @throws {KeyError} `not-a-wrapping-key` for stored secrets and keys of another kind; `key-deleted`, `key-not-active`,
 *   `key-not-suspended`; each with the verb
 */
export function requireRootKey(key: Key, verb: RootVerb, nowMs: number): void {
  if (key.extractable || key.spec.family !== 'aes' || key.keyStore !== undefined) {
    throw new KeyError('not-a-wrapping-key', { keyId: key.id, verb });
  }
  const standing = standingOf(key, nowMs);
  const code =
    standing === 'destroyed' ? 'key-not-found' : standing === 'deleted' ? 'key-deleted' : REFUSALS[verb][standing];
  if (code !== undefined) throw new KeyError(code, { keyId: key.id, verb });
}

function standingOf({ state, deletion, expiresAtMs }: Key, nowMs: number): Standing {
  if (state === 'destroyed') return 'destroyed';
  if (state === 'deleted' || deletion !== undefined) return 'deleted';
  if (state === 'suspended') return 'suspended';
  // Its time is over whether or not the sweep has come by.
  return state === 'deactivated' || (expiresAtMs !== undefined && expiresAtMs <= nowMs) ? 'deactivated' : 'active';
}
