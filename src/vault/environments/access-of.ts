import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import { openAwsAccess } from './aws-access.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
import { masterKeyAccessOf } from './master-key-settings.ts';
import type { BucketStorage, EnvironmentStorage, FolderStorage, HostedStorage } from './storage.ts';

/** What the operator has set up for environments. */
export interface StorageServices {
  /** Where the operator's own store keeps what belongs to an environment; absent: there is no such store. */
  readonly hosted?: (tenantId: string, environmentId: string, region: string) => StorageAccess;
}

/** Whose storage it is, and where. */
export type StoredEnvironment = Pick<Environment, 'id' | 'storage'>;

type Open<Storage extends EnvironmentStorage> = (
  storage: Storage,
  tenantKey: TenantKey,
  environmentId: string,
  services: StorageServices,
) => StorageAccess;

/** One row for each type of storage. */
const OPENERS: { readonly [Type in EnvironmentStorage['type']]: Open<Extract<EnvironmentStorage, { type: Type }>> } = {
  folder: ({ path }: FolderStorage) => ({ type: 'folder', path }),
  'aws-s3': bucketAccess,
  'ibm-cos': bucketAccess,
  's3-compatible': bucketAccess,
  hosted: ({ region }: HostedStorage, { tenantId }, environmentId, { hosted }) => {
    if (hosted) return hosted(tenantId, environmentId, region);
    throw new EnvironmentError(
      'hosted-storage-missing',
      'This server has no store of its own for backups any more. Ask the operator, or move the environment to a store of yours',
    );
  },
};

function bucketAccess(storage: BucketStorage, tenantKey: TenantKey, environmentId: string): StorageAccess {
  const { type: provider, access, ...place } = storage;
  return { ...place, type: 'bucket', provider, ...openAwsAccess(tenantKey, environmentId, access) };
}

/** An environment's store with everything it takes to use it. The caller wipes the secrets. @throws {EnvironmentError} `hosted-storage-missing` */
export function storageAccessOf(
  tenantKey: TenantKey,
  { id, storage }: StoredEnvironment,
  services: StorageServices,
): StorageAccess {
  return (OPENERS[storage.type] as Open<EnvironmentStorage>)(storage, tenantKey, id, services);
}

/**
 * An environment's master keys with everything it takes to use them: the primary first, then the further recipients, and
 * last those that data keys are being re-wrapped for. The caller wipes the secrets.
 */
export function masterKeyAccessesOf(
  tenantKey: TenantKey,
  { id, masterKeys, nextMasterKeys = [] }: Pick<Environment, 'id' | 'masterKeys' | 'nextMasterKeys'>,
): MasterKeyAccess[] {
  const isNew = ({ provider, keyId }: { provider: string; keyId: string }) =>
    !masterKeys.some((known) => known.provider === provider && known.keyId === keyId);
  return [...masterKeys, ...nextMasterKeys.filter(isNew)].map((key) => masterKeyAccessOf(tenantKey, id, key));
}
