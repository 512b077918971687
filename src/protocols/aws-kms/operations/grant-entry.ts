import { accountParty, type ContextPairs, type Grant, type GrantParty } from '../../../keys/grant.ts';
import { keyArn } from '../arn.ts';
import type { GrantConstraints, GrantListEntry } from '../model.gen.ts';
import type { PageLimits } from './paging.ts';
import { seconds } from './words.ts';

/** Of ListGrants and ListRetirableGrants. */
export const GRANT_LIMITS: PageLimits = { default: 50, max: 100 };

/** What lists say of a grant (API page "GrantListEntry"). `accountId` owns the key. */
export function grantEntry(grant: Grant, accountId: string): GrantListEntry {
  const { grantee, retiring, constraints } = grant;
  return {
    KeyId: keyArn(grant.region, accountId, grant.keyId),
    GrantId: grant.id,
    Name: grant.name ?? '',
    CreationDate: seconds(grant.createdAtMs),
    ...partyMember('Grantee', grantee),
    ...(retiring && partyMember('Retiring', retiring)),
    IssuingAccount: accountParty(grant.issuingAccountId).name,
    Operations: grant.operations,
    ...(Object.keys(constraints).length > 0 && { Constraints: constraintsOf(grant) }),
  };
}

function partyMember(role: 'Grantee' | 'Retiring', { type, name }: GrantParty): Partial<GrantListEntry> {
  return { [type === 'service' ? `${role}ServicePrincipal` : `${role}Principal`]: name };
}

function constraintsOf({ constraints }: Grant): GrantConstraints {
  const { encryptionContextEquals, encryptionContextSubset, sourceArn } = constraints;
  return {
    ...(encryptionContextEquals && { EncryptionContextEquals: mapOf(encryptionContextEquals) }),
    ...(encryptionContextSubset && { EncryptionContextSubset: mapOf(encryptionContextSubset) }),
    ...(sourceArn !== undefined && { SourceArn: sourceArn }),
  };
}

function mapOf(pairs: ContextPairs): ReadonlyMap<string, string> {
  return new Map(pairs);
}
