import { parseKeyCrn } from '../master-keys/key-crn.ts';
import type { VaultRole } from './role.ts';

/** A policy of IBM Cloud IAM, as `POST /v1/policies` takes it. */
export interface IbmPolicy {
  readonly type: 'access';
  readonly description: string;
  readonly subjects: readonly [{ readonly attributes: readonly [Attribute] }];
  readonly roles: readonly { readonly role_id: string }[];
  readonly resources: readonly [{ readonly attributes: readonly Attribute[] }];
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Of Key Protect, `Reader` can wrap and unwrap alike: IBM cannot separate them, so each role needs it and no more. */
const KEY_ROLES: Record<VaultRole, string> = { writer: 'Reader', reader: 'Reader', maintenance: 'Reader' };

/** Of Cloud Object Storage. `Object Writer` may not read; a writer of backups must, to know what is there. */
const BUCKET_ROLES: Record<VaultRole, readonly string[]> = {
  writer: ['Writer'],
  reader: ['Reader'],
  maintenance: ['Manager'],
};

const SERVICE_ROLE = 'crn:v1:bluemix:public:iam::::serviceRole:';

/**
 * What a service id needs of one root key of Key Protect.
 *
 * @throws {TypeError} `key` is not the CRN of a key
 * @see https://cloud.ibm.com/docs/key-protect?topic=key-protect-manage-access
 */
export function ibmKeyPolicy(roles: readonly VaultRole[], iamId: string, key: string): IbmPolicy {
  const crn = parseKeyCrn(key);
  if (crn === undefined) throw new TypeError('a key of IBM Key Protect is named by its CRN');
  return policy(
    'use of the master key of backups',
    iamId,
    roles.map((role) => KEY_ROLES[role]),
    [
      { name: 'accountId', value: crn.accountId },
      { name: 'serviceName', value: 'kms' },
      { name: 'serviceInstance', value: crn.instance },
      { name: 'resourceType', value: 'key' },
      { name: 'resource', value: crn.keyId },
    ],
  );
}

/**
 * What a service id, of which the HMAC credentials are, needs of one bucket of Cloud Object Storage. Roles there are for
 * whole buckets: give each environment one of its own.
 *
 * @see https://cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-iam-bucket-permissions
 */
export function ibmBucketPolicy(
  roles: readonly VaultRole[],
  iamId: string,
  { bucket, instance }: { readonly bucket: string; readonly instance: string },
): IbmPolicy {
  return policy(
    'backups',
    iamId,
    roles.flatMap((role) => BUCKET_ROLES[role]),
    [
      { name: 'serviceName', value: 'cloud-object-storage' },
      { name: 'serviceInstance', value: instance },
      { name: 'resourceType', value: 'bucket' },
      { name: 'resource', value: bucket },
    ],
  );
}

function policy(
  description: string,
  iamId: string,
  roles: readonly string[],
  resource: readonly Attribute[],
): IbmPolicy {
  return {
    type: 'access',
    description: `Keystead: ${description}`,
    subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
    roles: [...new Set(roles)].map((role) => ({ role_id: `${SERVICE_ROLE}${role}` })),
    resources: [{ attributes: resource }],
  };
}
