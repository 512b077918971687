import { NOW, random } from './key-space.fixture.ts';
import type { GrantedKey } from './grant-record.ts';
import type { Grant } from './grant.ts';

export const ACCOUNT = '123456789012';
export const USER = `arn:aws:iam::${ACCOUNT}:user/u`;

/** A grant on a key, as it is read back. */
export function grantOn({ tenantId, region, id: keyId }: GrantedKey, more: Partial<Grant> = {}): Grant {
  return {
    tenantId,
    region,
    keyId,
    id: random(32).toString('hex'),
    revision: 1,
    grantee: { type: 'principal', name: USER },
    issuingAccountId: ACCOUNT,
    operations: ['Encrypt'],
    constraints: {},
    createdAtMs: NOW,
    ...more,
  };
}
