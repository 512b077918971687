import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import { AUDITING, BACKUP_ADMINISTRATION, KEY_ADMINISTRATION, KEY_USE, RESTORING } from './roles-of-people.ts';

/** The statements of a document: each allows its actions, everywhere or under a condition. */
interface Allowed {
  readonly Action: readonly string[];
  readonly Condition?: object;
}

function documentAllowing(...allowed: readonly Allowed[]): string {
  const statements = allowed.map((one) => ({ Effect: 'Allow', ...one, Resource: '*' }));
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** Everything within the tenant. */
const ALL_OF_TENANT = documentAllowing({ Action: ['kms:*', 'keystead:*', 'sts:*'] });

/** An environment uses a key of this installation by a grant, which whoever saves it makes for it, and for nobody else. */
const GRANT_TO_ENVIRONMENT: Allowed = {
  Action: ['kms:CreateGrant'],
  Condition: { ArnLike: { 'kms:GranteePrincipal': 'arn:aws:keystead::*:environment/*' } },
};

/**
 * The policies that every tenant has without making them. Their names are taken in every tenant that has no policy of
 * its own by that name from before. Actions of `installation:` reach over all tenants.
 */
const BUILT_IN = {
  owner: {
    description: 'Everything within the tenant, its people and their rights too',
    document: ALL_OF_TENANT,
  },
  'key-administrator': {
    description:
      'Looks after keys: makes, imports, rotates, disables and deletes them, writes their policies and grants. Uses none',
    document: documentAllowing({ Action: KEY_ADMINISTRATION }),
  },
  'key-user': {
    description: 'Uses keys: encrypts, decrypts, signs. Changes none',
    document: documentAllowing({ Action: KEY_USE }),
  },
  'backup-administrator': {
    description:
      'Looks after backups: environments, sources, schedules, retention, alerts, hosts. Plans a restore and makes none',
    document: documentAllowing({ Action: BACKUP_ADMINISTRATION }, GRANT_TO_ENVIRONMENT),
  },
  'restore-operator': {
    description: 'Finds things in backups, restores them, and proves that one could. Changes no settings',
    document: documentAllowing({ Action: RESTORING }),
  },
  auditor: {
    description: 'Reads everything that is on record, the audit log too. Changes nothing and decrypts nothing',
    document: documentAllowing({ Action: AUDITING }),
  },
  administrator: {
    description: 'Everything within the tenant: the older name of owner',
    document: ALL_OF_TENANT,
  },
  user: {
    description: 'Encrypts and decrypts with keys, and lists them: an older, narrower key-user',
    document: documentAllowing({
      Action: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:GenerateRandom',
        'kms:DescribeKey',
        'kms:ListKeys',
        'kms:ListAliases',
        'keystead:WhoAmI',
      ],
    }),
  },
  operator: {
    description: 'The installation: tenants, their regions, their first credentials. No key of any tenant',
    document: documentAllowing({ Action: ['installation:*', 'keystead:WhoAmI'] }),
  },
} as const satisfies Readonly<Record<string, { readonly description: string; readonly document: string }>>;

export type BuiltInPolicy = keyof typeof BUILT_IN;

/** Their names, in the order in which people are shown them. */
export const BUILT_IN_NAMES = Object.keys(BUILT_IN) as readonly BuiltInPolicy[];

/** The JSON text of each, and one line of what it is for. */
export const BUILT_IN_TEXTS: Readonly<
  Record<BuiltInPolicy, { readonly description: string; readonly document: string }>
> = BUILT_IN;

/** The built-in policies, parsed: the evaluator knows no others. */
export const BUILT_IN_POLICIES = Object.fromEntries(
  Object.entries(BUILT_IN).map(([name, { document }]) => [name, parsePolicy(document, 'identity')]),
) as unknown as Readonly<Record<BuiltInPolicy, AccessPolicy>>;

export function isBuiltInPolicy(name: string): name is BuiltInPolicy {
  return Object.hasOwn(BUILT_IN, name);
}

/** Whether somebody with these attached policies has power beyond the own tenant. */
export function isOperator(policies: readonly string[]): boolean {
  return policies.includes('operator');
}
