import { wipe } from '../../bytes/bytes.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import type { StorageAccess } from '../targets/storage-access.ts';

/** Wipes the secrets of master keys that were opened for use. */
export function wipeMasterKeys(masterKeys: readonly MasterKeyAccess[]): void {
  for (const key of masterKeys) {
    if (key.provider === 'aws-kms') wipeCredentials(key.credentials);
    if (key.provider === 'key-protect') wipe(key.apiKey);
    if (key.provider === 'recovery') wipe(key.privateKey);
  }
}

/** Wipes the secrets of a store that was opened for use. */
export function wipeStorage(storage: StorageAccess): void {
  if (storage.type === 'bucket') wipeCredentials(storage.credentials);
}

function wipeCredentials(credentials: AwsCredentials | 'environment'): void {
  if (credentials !== 'environment') wipe(credentials.secretAccessKey, credentials.sessionToken);
}
