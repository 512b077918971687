import { parsePolicy, type AccessPolicy } from '../access/policy.ts';

function allow(...actions: string[]): AccessPolicy {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity');
}

/** What each role may do, as policies: the evaluator knows no roles. Actions of `installation:` reach over all tenants. */
export const ROLES = {
  /** Everything within the tenant. */
  administrator: allow('kms:*', 'keystead:*'),
  /** The use of keys and vaults, not their administration. */
  user: allow(
    'kms:Encrypt',
    'kms:Decrypt',
    'kms:ReEncrypt*',
    'kms:GenerateDataKey*',
    'kms:GenerateRandom',
    'kms:DescribeKey',
    'kms:ListKeys',
    'kms:ListAliases',
    'keystead:WhoAmI',
  ),
  /** The installation: tenants, their regions, their first credentials. No key of any tenant. */
  operator: allow('installation:*', 'keystead:WhoAmI'),
} as const;

export type Role = keyof typeof ROLES;

export function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name);
}
