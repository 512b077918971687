import { KeyError, type KeyErrorCode } from './errors.ts';
import type { Key } from './key.ts';
import { conditionOf, type Condition } from './state.ts';

/** What is done with a key that wraps others, where its life cycle is NIST's (SP 800-57 part 1, section 7). */
export type RootVerb = 'wrap' | 'unwrap' | 'rewrap' | 'rotate' | 'suspend' | 'resume';

type Refusals = { readonly [C in Condition]?: KeyErrorCode };

/** A key that another protocol let go is deleted: it can be called back, and does nothing until then. */
const OFTEN: Refusals = {
  'pending-import': 'key-pending-import',
  unavailable: 'key-unavailable',
  'pending-deletion': 'key-deleted',
  'pending-replica-deletion': 'key-deleted',
  deleted: 'key-deleted',
  gone: 'key-not-found',
};
/** A deactivated key protects nothing new, and what it protects can be read and moved on. */
const NOT_SUSPENDED: Refusals = { ...OFTEN, disabled: 'key-not-active' };
const ONLY_ACTIVE: Refusals = { ...NOT_SUSPENDED, deactivated: 'key-not-active' };

/** Which condition refuses which verb, and how: https://cloud.ibm.com/docs/key-protect, "key states". */
const REFUSALS: Record<RootVerb, Refusals> = {
  wrap: ONLY_ACTIVE,
  unwrap: NOT_SUSPENDED,
  rewrap: NOT_SUSPENDED,
  rotate: NOT_SUSPENDED,
  suspend: ONLY_ACTIVE,
  resume: { ...OFTEN, enabled: 'key-not-suspended', deactivated: 'key-not-suspended' },
};

/**
 * @throws {KeyError} `not-a-wrapping-key` for stored secrets and keys of another kind; `key-deleted`, `key-not-active`,
 *   `key-not-suspended`, `key-pending-import`; each with the verb
 */
export function requireRootKey(key: Key, verb: RootVerb, nowMs: number): void {
  if (key.extractable || key.spec.family !== 'aes' || key.keyStore !== undefined) {
    throw new KeyError('not-a-wrapping-key', { keyId: key.id, verb });
  }
  const code = REFUSALS[verb][conditionOf(key, nowMs)];
  if (code !== undefined) throw new KeyError(code, { keyId: key.id, verb });
}
