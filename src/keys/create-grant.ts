import { foldName } from '../access/fold-name.ts';
import type { Random } from '../crypto/random.ts';
import type { Room } from '../records/commit.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import type { Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { GrantCache } from './grant-cache.ts';
import { putGrant, sameGrantName } from './grant-record.ts';
import { isOperationOf } from './grant-operations.ts';
import { partyName, type ContextPairs, type Grant, type GrantConstraints } from './grant.ts';
import type { Key } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireState } from './state.ts';

/** API_GrantConstraints: pairs of one constraint, and characters of a value. */
const MAX_PAIRS = 8;
const MAX_VALUE_LENGTH = 384;

/** A new grant, and where the store must find room for it. */
export interface CreatedGrant extends Change<Grant> {
  readonly rooms?: readonly { readonly room: Room; readonly refusal: KeyError }[];
}

/** What a new grant is to be like. */
export type NewGrant = Pick<Grant, 'name' | 'grantee' | 'retiring' | 'issuingAccountId' | 'operations' | 'constraints'>;

/**
 * Whether a key may have such a grant: what it gives the key can do, and its constraints have something to constrain.
 *
 * @throws {KeyError} `grant-invalid`, and what the key's state refuses
 */
export function requireGrant(key: Key, { operations, constraints, grantee, retiring }: NewGrant, nowMs: number): void {
  requireState(key, 'create-grant', nowMs);
  const invalid = (detail: string) => new KeyError('grant-invalid', { keyId: key.id, detail });
  if (grantee.type === 'service' && constraints.sourceArn === undefined) {
    throw invalid('A grant for a service must have the constraint SourceArn.');
  }
  if (grantee.type === 'service' && retiring === undefined) {
    throw invalid('A grant for a service must have a retiring principal or service.');
  }
  if (operations.length === 0) throw invalid('A grant must name at least one operation.');
  const unfit = operations.filter((operation) => !isOperationOf(key, operation));
  if (unfit.length > 0) {
    throw invalid(`The key of spec ${key.spec.aws} and its key usage do not support: ${unfit.join(', ')}.`);
  }
  if (operations.every((operation) => operation === 'CreateGrant')) {
    throw invalid('Grants must not contain only the CreateGrant operation.');
  }
  const { encryptionContextEquals, encryptionContextSubset } = constraints;
  if ((encryptionContextEquals ?? encryptionContextSubset) !== undefined && key.spec.family !== 'aes') {
    throw invalid('Encryption context constraints are for grants on symmetric encryption keys only.');
  }
  requireConstraints(constraints);
}

/**
 * Whether constraints are fit for any grant: to be asked before they are compared with anything.
 *
 * @throws {KeyError} `grant-invalid`
 */
export function requireConstraints({ encryptionContextEquals, encryptionContextSubset }: GrantConstraints): void {
  for (const pairs of [encryptionContextEquals, encryptionContextSubset]) {
    const problem = pairs && problemOf(pairs);
    if (problem !== undefined) throw new KeyError('grant-invalid', { detail: problem });
  }
}

function problemOf(pairs: ContextPairs): string | undefined {
  if (pairs.length === 0) return 'An encryption context constraint has at least one pair.';
  if (pairs.length > MAX_PAIRS) return `An encryption context constraint has at most ${MAX_PAIRS} pairs.`;
  if (pairs.some(([, value]) => value.length > MAX_VALUE_LENGTH)) {
    return `A value of an encryption context constraint has at most ${MAX_VALUE_LENGTH} characters.`;
  }
  if (pairs.some((pair) => pair.some((text) => !text.isWellFormed()))) {
    return 'An encryption context constraint holds half of a surrogate pair.';
  }
  const names = new Set(pairs.map(([name]) => foldName(name)));
  // They are compared without case, so nobody could tell which of two is meant.
  return names.size === pairs.length
    ? undefined
    : 'Names of an encryption context constraint differ in more than case.';
}

/**
 * Makes a grant, or finds the one of the same name and parameters that is there already: then there is nothing to write.
 *
 * @throws {KeyError} `grant-limit`, `grantee-limit`, and as {@link requireGrant}
 */
export function createGrant(
  grants: GrantCache,
  { key, space }: OpenKey,
  wanted: NewGrant,
  nowMs: number,
  random: Random,
): MaybePromise<CreatedGrant> {
  requireGrant(key, wanted, nowMs);
  const content = { ...wanted, tenantId: key.tenantId, region: key.region, keyId: key.id };
  const name = wanted.name === undefined ? undefined : sameGrantName(content);
  return andThen(name && grants.byName(space, name), async (same): Promise<CreatedGrant> => {
    if (same !== undefined) return { value: same, writes: [] };
    await grants.requireRoomOfGrantee(key, partyName(wanted.grantee));
    return andThen(grants.roomFor(key), (room) => {
      const grant = { ...content, id: random(32).toString('hex'), revision: 1, createdAtMs: nowMs };
      const rooms = room && [{ room, refusal: new KeyError('grant-limit', { keyId: key.id }) }];
      return { value: grant, writes: [putGrant(space.tenantKey, grant)], ...(rooms && { rooms }) };
    });
  });
}
