import type { TenantKey } from '../../crypto/hierarchy.ts';
import { isSameMasterKey } from '../master-keys/master-key.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import { openAwsAccess } from './aws-access.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
import { masterKeyAccessOf, type MasterKeySettings } from './master-key-settings.ts';
import type { BucketStorage, EnvironmentStorage, FolderStorage, HostedStorage } from './storage.ts';
import type { CredentialRules } from './wanted-credentials.ts';
import { wipeMasterKeys } from './wipe-access.ts';

/** What the operator has set up for environments. */
export interface StorageServices extends CredentialRules {
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

function bucketAccess(
  storage: BucketStorage,
  tenantKey: TenantKey,
  environmentId: string,
  rules: CredentialRules,
): StorageAccess {
  const { type: provider, access, ...place } = storage;
  return {
    ...place,
    type: 'bucket',
    provider,
    ...openAwsAccess(tenantKey, environmentId, access, rules, place.endpoint),
  };
}

/** An environment's store with everything it takes to use it. The caller wipes the secrets. @throws {EnvironmentError} `hosted-storage-missing`, `credentials-not-lent` */
export function storageAccessOf(
  tenantKey: TenantKey,
  { id, storage }: StoredEnvironment,
  services: StorageServices,
): StorageAccess {
  return (OPENERS[storage.type] as Open<EnvironmentStorage>)(storage, tenantKey, id, services);
}

/** The primary first, then the further recipients, and last those that data keys are being re-wrapped for; none twice. */
export function keysOf({
  masterKeys,
  nextMasterKeys = [],
}: Pick<Environment, 'masterKeys' | 'nextMasterKeys'>): readonly MasterKeySettings[] {
  const isNew = (key: MasterKeySettings) => !masterKeys.some((known) => isSameMasterKey(known, key));
  return [...masterKeys, ...nextMasterKeys.filter(isNew)];
}

/** The keys that open places which were left and hold something yet, and that backups of today do not need; none twice. */
export function formerKeysOf(environment: Environment): readonly MasterKeySettings[] {
  const present = keysOf(environment);
  const former = environment.formerStorages.filter(({ emptiedAtMs }) => emptiedAtMs === undefined).flatMap(keysOf);
  return former.filter(
    (key, index) =>
      former.findIndex((one) => isSameMasterKey(one, key)) === index &&
      !present.some((one) => isSameMasterKey(one, key)),
  );
}

/**
 * An environment's master keys, as {@link keysOf} has them, with everything it takes to use them. The caller wipes the
 * secrets.
 *
 * @throws {EnvironmentError} `credentials-not-lent`
 */
export function masterKeyAccessesOf(
  tenantKey: TenantKey,
  environment: Pick<Environment, 'id' | 'masterKeys' | 'nextMasterKeys' | 'identity'>,
  rules: CredentialRules,
): MasterKeyAccess[] {
  const keys = keysOf(environment);
  refuseForeign(tenantKey, environment, keys);
  return openAll(tenantKey, environment.id, keys, rules);
}

/** These master keys with everything it takes to use them. The caller wipes the secrets; where one does not open, those of the others are wiped here. @throws {EnvironmentError} `credentials-not-lent` */
export function openAll(
  tenantKey: TenantKey,
  environmentId: string,
  keys: readonly MasterKeySettings[],
  rules: CredentialRules,
): MasterKeyAccess[] {
  const opened: MasterKeyAccess[] = [];
  try {
    for (const key of keys) opened.push(masterKeyAccessOf(tenantKey, environmentId, key, rules));
    return opened;
  } catch (error) {
    wipeMasterKeys(opened);
    throw error;
  }
}

/**
 * The server's own rights open no vault of another tenant: whoever got hold of a copy of one could else import it here,
 * and have the server read it with a key that trusts the server. A role is no such way in: its trust policy names the
 * tenant.
 */
function refuseForeign(
  { tenantId }: TenantKey,
  { identity }: Pick<Environment, 'identity'>,
  keys: readonly MasterKeySettings[],
): void {
  if (identity === undefined || identity.tenant === tenantId) return;
  const own = keys.find((key) => key.provider === 'aws-kms' && key.access.kind === 'environment');
  if (own === undefined) return;
  throw new EnvironmentError(
    'credentials-not-lent',
    `The vault there was made for another tenant (${identity.tenant}), and the server's own credentials open no such vault. Give an access key or a role for the key ${own.keyId}`,
  );
}
