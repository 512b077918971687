import Type, { type Static } from 'typebox';
import { rootArn } from '../../identity/arn.ts';
import { GRANT_OPERATION_NAMES } from '../../keys/grant-operations.ts';
import type { ContextPairs, Grant, GrantParty } from '../../keys/grant.ts';
import { keyArn } from './arn.ts';
import { named, TIMESTAMP, timestamp } from './schema.ts';

export const GRANT_ID = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'the id of a grant' });
export const GRANT_OPERATIONS = Type.Array(Type.Enum([...GRANT_OPERATION_NAMES]), { minItems: 1, uniqueItems: true });

const PAIRS = Type.Array(named('ContextPair', { name: Type.String(), value: Type.String() }), { maxItems: 8 });

export const GRANT_CONSTRAINTS = named('GrantConstraints', {
  encryptionContextEquals: Type.Optional(PAIRS),
  encryptionContextSubset: Type.Optional(PAIRS),
  sourceArn: Type.Optional(
    Type.String({ minLength: 20, maxLength: 512, pattern: '^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$' }),
  ),
});

export const GRANT = named('Grant', {
  grantId: GRANT_ID,
  keyArn: Type.String(),
  name: Type.Optional(Type.String()),
  grantee: Type.String({ description: 'the ARN of a principal, or the name of a service' }),
  retiring: Type.Optional(
    Type.String({ description: 'who may take it away besides: an ARN, or the name of a service' }),
  ),
  issuedBy: Type.String({ description: 'the account in which it was made' }),
  operations: GRANT_OPERATIONS,
  constraints: GRANT_CONSTRAINTS,
  createdAt: TIMESTAMP,
});

/** `accountId` owns the key. */
export function showGrant(grant: Grant, accountId: string): Static<typeof GRANT> {
  const { encryptionContextEquals, encryptionContextSubset, sourceArn } = grant.constraints;
  return {
    grantId: grant.id,
    keyArn: keyArn(grant.region, accountId, grant.keyId),
    ...(grant.name !== undefined && { name: grant.name }),
    grantee: grant.grantee.name,
    ...(grant.retiring && { retiring: grant.retiring.name }),
    issuedBy: rootArn(grant.issuingAccountId),
    operations: [...grant.operations],
    constraints: {
      ...(encryptionContextEquals && { encryptionContextEquals: showPairs(encryptionContextEquals) }),
      ...(encryptionContextSubset && { encryptionContextSubset: showPairs(encryptionContextSubset) }),
      ...(sourceArn !== undefined && { sourceArn }),
    },
    createdAt: timestamp(grant.createdAtMs),
  };
}

/** The constraints of a request, as a grant holds them. */
export function readConstraints(given: Static<typeof GRANT_CONSTRAINTS> = {}): Grant['constraints'] {
  const { encryptionContextEquals, encryptionContextSubset, sourceArn } = given;
  return {
    ...(encryptionContextEquals && { encryptionContextEquals: readPairs(encryptionContextEquals) }),
    ...(encryptionContextSubset && { encryptionContextSubset: readPairs(encryptionContextSubset) }),
    ...(sourceArn !== undefined && { sourceArn }),
  };
}

/** Whom a request names: an ARN or an account id, or else a service. */
export function readParty(text: string): GrantParty {
  if (/^\d{12}$/.test(text)) return { type: 'principal', name: rootArn(text) };
  return { type: text.startsWith('arn:') ? 'principal' : 'service', name: text };
}

function showPairs(pairs: ContextPairs) {
  return pairs.map(([name, value]) => ({ name, value }));
}

function readPairs(pairs: Static<typeof PAIRS>): ContextPairs {
  return pairs.map(({ name, value }) => [name, value] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
