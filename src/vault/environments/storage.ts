import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { keepAwsAccess, type AwsAccess, type NewAwsAccess } from './aws-access.ts';

/** A folder of the machine that the server runs on, or mounted there (NFS). */
export interface FolderStorage {
  readonly type: 'folder';
  /** Absolute and real, below one of the operator's roots. */
  readonly path: string;
  /** Where the data is said to lie. It must be the region of the primary master key. */
  readonly region: string;
}

/** A bucket of the customer's own. */
export interface BucketStorage {
  readonly type: 'aws-s3' | 'ibm-cos' | 's3-compatible';
  readonly bucket: string;
  /** Empty, or ends with `/`: several environments may share a bucket, never a prefix. */
  readonly prefix: string;
  readonly region: string;
  /** Absent: the provider's own address of the region. */
  readonly endpoint?: string;
  /** Object lock for everything that is written, extended while it is still needed. */
  readonly lock?: BucketLock;
  /** A key of the provider that encrypts once more at rest (SSE-KMS), beneath the vault's own encryption. */
  readonly serverSideKey?: string;
  /** As whom it is reached. */
  readonly access: AwsAccess;
}

export interface BucketLock {
  readonly mode: 'governance' | 'compliance';
  readonly days: number;
}

/** The operator's own store, apart for each tenant and environment. */
export interface HostedStorage {
  readonly type: 'hosted';
  readonly region: string;
}

/** Where a vault's data goes, as the environment's record holds it. */
export type EnvironmentStorage = FolderStorage | BucketStorage | HostedStorage;

/** The same as it comes in. The caller wipes the secrets. */
export type NewStorage =
  | FolderStorage
  | HostedStorage
  | (Omit<BucketStorage, 'access'> & { readonly access: NewAwsAccess });

/** Wraps the secrets of a storage for the record of an environment. */
export function storageOf(
  tenantKey: TenantKey,
  environmentId: string,
  storage: NewStorage,
  random: Random,
): EnvironmentStorage {
  if (storage.type === 'folder' || storage.type === 'hosted') return storage;
  return { ...storage, access: keepAwsAccess(tenantKey, environmentId, storage.access, random) };
}

/** Where a storage answers, as somebody has named it; absent: where its provider does, or it is no bucket. */
export function namedEndpoint(storage: EnvironmentStorage): string | undefined {
  return storage.type === 'folder' || storage.type === 'hosted' ? undefined : storage.endpoint;
}
