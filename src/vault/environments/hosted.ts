import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../../bytes/bytes.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { BucketPlace, StorageAccess } from '../targets/storage-access.ts';
import { EnvironmentError } from './environment-error.ts';
import { placeName } from './place.ts';

/** A store of the operator's own, for environments that have none. One for each region. */
export type HostedStore = HostedFolder | HostedBucket;

export interface HostedFolder {
  readonly type: 'folder';
  readonly region: string;
  /** Absolute; where no root for environments' own folders reaches. */
  readonly path: string;
}

export interface HostedBucket extends Omit<BucketPlace, 'credentials'> {
  /** A file that holds the secret access key alone, read whenever it is used: it can be changed without a new start. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKeyFile: string } | 'environment';
}

/** What may stand in the path of a tenant: ids that this server gave. */
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Where the operator's stores keep what belongs to one environment: below the tenant's id and its own, where nothing of
 * another tenant lies. The caller wipes the secret.
 *
 * @throws {EnvironmentError} `hosted-storage-missing`: there is none of the region, or its secret cannot be read
 */
export function hostedAccess(
  stores: readonly HostedStore[],
  tenantId: string,
  environmentId: string,
  region: string,
): StorageAccess {
  for (const id of [tenantId, environmentId]) if (!ID.test(id)) throw new RangeError(`${id} is not an id`);
  const store = stores.find((candidate) => candidate.region === region);
  if (store === undefined) {
    const regions = stores.map((candidate) => candidate.region).join(', ');
    throw new EnvironmentError(
      'hosted-storage-missing',
      `This server has no store of its own in ${region}. Choose one of its regions (${regions}), or a store of yours`,
    );
  }
  if (store.type === 'folder') return { type: 'folder', path: join(store.path, tenantId, environmentId) };
  const { prefix, credentials } = store;
  return { ...store, prefix: `${prefix}${tenantId}/${environmentId}/`, credentials: secretOf(credentials) };
}

/** What of these stores no path of a tenant may reach: the folders, and the files of secrets. */
export function pathsOf(stores: readonly HostedStore[]): string[] {
  return stores.flatMap((store) => {
    if (store.type === 'folder') return [store.path];
    return store.credentials === 'environment' ? [] : [store.credentials.secretAccessKeyFile];
  });
}

/**
 * The buckets of these stores: none that a tenant names, whatever the prefix. Where environments may be reached as whom
 * the server itself is, it would be a way to what the store keeps for others.
 */
export function bucketsOf(stores: readonly HostedStore[]): string[] {
  return stores.flatMap((store) =>
    store.type === 'folder' ? [] : (placeName({ ...store, type: store.provider })?.space ?? []),
  );
}

function secretOf(credentials: HostedBucket['credentials']): AwsCredentials | 'environment' {
  if (credentials === 'environment') return credentials;
  const { accessKeyId, secretAccessKeyFile } = credentials;
  let bytes: Buffer;
  try {
    bytes = readFileSync(secretAccessKeyFile);
  } catch {
    throw new EnvironmentError(
      'hosted-storage-missing',
      "The operator's store cannot be reached: the file of its secret access key cannot be read. Ask the operator",
    );
  }
  // Editors end a file with a line feed, which is no part of the secret.
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === 0x0a || bytes[length - 1] === 0x0d)) length--;
  return { accessKeyId, secretAccessKey: bytesOf(bytes.subarray(0, length)) };
}
