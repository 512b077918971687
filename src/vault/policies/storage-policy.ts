import { PROBES } from '../targets/object-name.ts';
import { documentOf, type PolicyDocument, type PolicyStatement, type VaultRole } from './role.ts';

/** Which part of a bucket is allowed, and to whom. */
export interface StoragePolicySubject {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  /** The ARN of whom a policy of the bucket itself is for; absent in a policy that is attached to the principal. */
  readonly principal?: string;
  /** `aws`, `aws-cn`, ... */
  readonly partition?: string;
}

interface Use {
  readonly sid: string;
  readonly actions: readonly string[];
  /** Where below the prefix; `bucket`: the bucket itself. */
  readonly on: 'bucket' | 'prefix' | 'probes';
}

const LOOKS: Use = {
  sid: 'Looks',
  actions: ['s3:GetBucketLocation', 's3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration'],
  on: 'bucket',
};

/**
 * One row for each role. A writer deletes nothing but the probes of a pre-flight; a reader writes nothing; only
 * maintenance takes backups away, and locks and holds them.
 */
const USES: Record<VaultRole, readonly Use[]> = {
  writer: [
    LOOKS,
    {
      sid: 'Writes',
      actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:PutObjectRetention'],
      on: 'prefix',
    },
    { sid: 'ClearsProbes', actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'], on: 'probes' },
  ],
  reader: [LOOKS, { sid: 'Reads', actions: ['s3:GetObject'], on: 'prefix' }],
  maintenance: [
    LOOKS,
    {
      sid: 'Keeps',
      actions: [
        's3:PutObject',
        's3:GetObject',
        's3:GetObjectVersion',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:AbortMultipartUpload',
        's3:GetObjectRetention',
        's3:PutObjectRetention',
        's3:GetObjectLegalHold',
        's3:PutObjectLegalHold',
      ],
      on: 'prefix',
    },
  ],
};

/**
 * What these roles need of a bucket, and no more: as a policy of the principal, or with `principal` as one of the bucket.
 * Whoever may not list a bucket is told that an object is forbidden where it is missing, and that request names no prefix:
 * so the condition holds where a prefix is named, and names (hashes), not contents, of a whole bucket could be listed by
 * who names none. Who minds that gives each environment a bucket of its own.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function storagePolicy(roles: readonly VaultRole[], subject: StoragePolicySubject): PolicyDocument {
  const { bucket, prefix, principal, partition = 'aws' } = subject;
  const arn = `arn:${partition}:s3:::${bucket}`;
  const resources = { bucket: arn, prefix: `${arn}/${prefix}*`, probes: `${arn}/${prefix}${PROBES}*` };
  const base = { Effect: 'Allow', ...(principal !== undefined && { Principal: { AWS: principal } }) } as const;
  const lists = (role: VaultRole): PolicyStatement => ({
    Sid: `KeysteadVault${title(role)}Lists`,
    ...base,
    Action: role === 'reader' ? 's3:ListBucket' : ['s3:ListBucket', 's3:ListBucketVersions'],
    Resource: arn,
    ...(prefix !== '' && { Condition: { StringLikeIfExists: { 's3:prefix': [`${prefix}*`, prefix] } } }),
  });
  const uploads = (role: VaultRole): PolicyStatement[] =>
    role === 'reader'
      ? []
      : [
          {
            Sid: `KeysteadVault${title(role)}ClearsUploads`,
            ...base,
            Action: 's3:ListBucketMultipartUploads',
            Resource: arn,
          },
        ];
  return documentOf(
    roles.flatMap((role) => [
      lists(role),
      ...uploads(role),
      ...USES[role].map(({ sid, actions, on }): PolicyStatement => ({
        Sid: `KeysteadVault${title(role)}${sid}`,
        ...base,
        Action: actions.length === 1 ? (actions[0] as string) : actions,
        Resource: resources[on],
      })),
    ]),
  );
}

function title(role: VaultRole): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}
