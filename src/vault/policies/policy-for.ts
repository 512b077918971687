import { externalIdOf } from '../environments/aws-access.ts';
import { ibmBucketPolicy, ibmKeyPolicy } from './ibm-policy.ts';
import { keyPolicy } from './key-policy.ts';
import { VAULT_ROLES, type VaultRole } from './role.ts';
import { storagePolicy } from './storage-policy.ts';
import { trustPolicy } from './trust-policy.ts';

/** What a policy is for: the master key, the bucket, the role that either is reached by. */
export const POLICY_SUBJECTS = ['key', 'storage', 'trust'] as const;
export type PolicySubject = (typeof POLICY_SUBJECTS)[number];

/** Whose language it is written in. */
export const POLICY_LANGUAGES = ['aws', 'ibm'] as const;
export type PolicyLanguage = (typeof POLICY_LANGUAGES)[number];

/** What is known of an environment, which need not exist yet. What is not known is a place to fill in. */
export interface PolicyFacts {
  readonly tenant: string;
  readonly environment?: string | undefined;
  /** An ARN, or an IAM id of IBM Cloud. */
  readonly principal?: string | undefined;
  /** The ARN of the role that the master key is reached by: whom its policy allows, where nobody else is named. */
  readonly keyRole?: string | undefined;
  /** The ARN or CRN of the master key. */
  readonly key?: string | undefined;
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
  /** The id of an instance of Cloud Object Storage. */
  readonly instance?: string | undefined;
}

/** A policy to copy, and where to. */
export interface PolicyToCopy {
  readonly document: object;
  readonly where: string;
}

type Write = (facts: PolicyFacts, roles: readonly VaultRole[]) => PolicyToCopy;

const AWS_PRINCIPAL = 'arn:aws:iam::ACCOUNT_ID:user/NAME';
const IBM_PRINCIPAL = 'iam-ServiceId-ID';
const CREATE_POLICY =
  'POST it to https://iam.cloud.ibm.com/v1/policies, or give it to "ibmcloud iam service-policy-create --file"';

/** One row for each language, one column for each subject; what a language does not know is absent. */
const POLICIES: { readonly [L in PolicyLanguage]: { readonly [S in PolicySubject]?: Write } } = {
  aws: {
    key: ({ tenant, environment, keyRole, principal = keyRole ?? AWS_PRINCIPAL }, roles) => ({
      document: keyPolicy(roles, { principal, tenant, ...(environment !== undefined && { environment }) }),
      where:
        "Add these statements to the policy of the master key (kms put-key-policy), beside those of the key's owner",
    }),
    storage: ({ bucket = 'BUCKET', prefix = '', principal }, roles) => ({
      document: storagePolicy(roles, { bucket, prefix, ...(principal !== undefined && { principal }) }),
      where:
        principal === undefined
          ? 'Attach this to the user or role that reaches the bucket (iam put-user-policy, iam put-role-policy)'
          : 'Make this the policy of the bucket (s3api put-bucket-policy)',
    }),
    trust: ({ tenant, principal = AWS_PRINCIPAL }) => ({
      document: trustPolicy({ tenant, principal }),
      where: `Make this the trust policy of the role (iam create-role); the external id ${externalIdOf(tenant)} is your tenant's and cannot be chosen`,
    }),
  },
  ibm: {
    key: ({ key = '', principal = IBM_PRINCIPAL }, roles) => ({
      document: ibmKeyPolicy(roles, principal, key),
      where: `${CREATE_POLICY}. Key Protect cannot tell who wraps from who unwraps: whoever writes under this key could read`,
    }),
    storage: ({ bucket = 'BUCKET', instance = 'INSTANCE_ID', principal = IBM_PRINCIPAL }, roles) => ({
      document: ibmBucketPolicy(roles, principal, { bucket, instance }),
      where: `${CREATE_POLICY}. Roles of Cloud Object Storage are for whole buckets: give each environment one of its own`,
    }),
  },
};

/**
 * The least that an environment needs of somebody else's rules, ready to be copied; `undefined` where a language knows no
 * such policy.
 */
export function policyFor(
  language: PolicyLanguage,
  subject: PolicySubject,
  facts: PolicyFacts,
  roles: readonly VaultRole[] = VAULT_ROLES,
): PolicyToCopy | undefined {
  return POLICIES[language][subject]?.(facts, roles);
}
