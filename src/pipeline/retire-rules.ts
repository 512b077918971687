import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { Subject } from '../access/request.ts';
import { accountParty, isAccountOf, isParty, type Grant } from '../keys/grant.ts';

function rules(principal: string): AccessPolicy {
  const statement = {
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: principal },
    Action: 'kms:RetireGrant',
    Resource: '*',
  };
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'key');
}

const NOBODY: AccessPolicy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [] }), 'key');
/** Whoever asks: it has been found out that the grant itself means the one who does. */
const ANYBODY = rules('*');

/**
 * Who may retire a grant, as a policy to be put to the evaluator for one subject (AWS KMS developer guide, "Retiring
 * and revoking grants"): the retiring principal, and the grantee where the grant says so; within the accounts that own
 * the key, made the grant or are its retiring principal, whomever their own policies allow. The key's policy has no say.
 */
export function retireRules(grant: Grant, subject: Subject, ownerAccountId: string): AccessPolicy {
  const { retiring, grantee, operations, issuingAccountId } = grant;
  const parties = [...(retiring ? [retiring] : []), ...(operations.includes('RetireGrant') ? [grantee] : [])];
  if (parties.some((party) => isParty(party, subject))) return ANYBODY;
  const { accountId } = subject;
  const isOfAccount =
    accountId === ownerAccountId ||
    accountId === issuingAccountId ||
    parties.some((party) => isAccountOf(party, accountId));
  return isOfAccount ? rules(accountParty(accountId).name) : NOBODY;
}
