import { parsePolicy, type AccessPolicy } from '../access/policy.ts';

function documentAllowing(...actions: string[]): string {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/**
 * The documents of the policies that every tenant has without making them. Their names are taken in every tenant.
 * Actions of `installation:` reach over all tenants.
 */
export const BUILT_IN_DOCUMENTS = {
  /** Everything within the tenant. */
  administrator: documentAllowing('kms:*', 'keystead:*', 'sts:*'),
  /** The use of keys and vaults, not their administration. */
  user: documentAllowing(
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
  operator: documentAllowing('installation:*', 'keystead:WhoAmI'),
} as const;

export type BuiltInPolicy = keyof typeof BUILT_IN_DOCUMENTS;

/** The built-in policies, parsed: the evaluator knows no others. */
export const BUILT_IN_POLICIES = Object.fromEntries(
  Object.entries(BUILT_IN_DOCUMENTS).map(([name, text]) => [name, parsePolicy(text, 'identity')]),
) as unknown as Readonly<Record<BuiltInPolicy, AccessPolicy>>;

export function isBuiltInPolicy(name: string): name is BuiltInPolicy {
  return Object.hasOwn(BUILT_IN_DOCUMENTS, name);
}

/** Whether somebody with these attached policies has power beyond the own tenant. */
export function isOperator(policies: readonly string[]): boolean {
  return policies.includes('operator');
}
