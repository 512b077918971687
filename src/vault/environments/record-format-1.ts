import type { Environment, EnvironmentWriter } from './environment.ts';
import type { MasterKeySettings } from './master-key-settings.ts';
import type { FolderStorage } from './storage.ts';

/** What the body of an environment's record holds. */
export type EnvironmentBody = Omit<Environment, 'tenantId' | 'id' | 'revision'>;

/** The first form of the record: a folder, and one master key in AWS KMS. */
export interface Format1 {
  readonly label: string;
  readonly storage: FolderStorage;
  readonly masterKey: Format1MasterKey;
  readonly nextMasterKey?: Format1MasterKey;
  readonly writer: EnvironmentWriter;
  readonly vaultId?: string;
  readonly heads: Environment['heads'];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

interface Format1MasterKey {
  readonly provider: 'aws-kms';
  readonly keyId: string;
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Brings the first form of the record to what it means today. */
export function fromFormat1({ masterKey, nextMasterKey, ...rest }: Format1): EnvironmentBody {
  return {
    ...rest,
    encryption: 'AWS-KMS',
    masterKeys: [settings(masterKey)],
    ...(nextMasterKey && { nextMasterKeys: [settings(nextMasterKey)] }),
    formerStorages: [],
  };
}

function settings({ accessKeyId, secretAccessKey, ...rest }: Format1MasterKey): MasterKeySettings {
  return { ...rest, access: { kind: 'access-key', accessKeyId, secretAccessKey } };
}
