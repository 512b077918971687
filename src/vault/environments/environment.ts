import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { bytesOf, wipe } from '../../bytes/bytes.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { KnownHead } from '../index-cache.ts';
import { writerOf } from '../writer-key.ts';
import type { FolderStorage } from './storage.ts';

/** A master key of an environment and how it is reached. */
export interface MasterKeySettings {
  readonly provider: 'aws-kms';
  /** The ARN of the key. */
  readonly keyId: string;
  /** Absent: AWS's own endpoint of the region. */
  readonly endpoint?: string;
  readonly accessKeyId: string;
  /** Base64 of the wrapped secret access key. */
  readonly secretAccessKey: string;
}

/** Where a vault's data goes and under which key: the "Backup Environment" of the console. */
export interface Environment {
  readonly tenantId: string;
  readonly id: string;
  readonly revision: number;
  /** Unique in the tenant. */
  readonly label: string;
  readonly storage: FolderStorage;
  readonly masterKey: MasterKeySettings;
  /** A master key that data keys are being re-wrapped for. It becomes the master key when none is left behind. */
  readonly nextMasterKey?: MasterKeySettings;
  readonly writer: EnvironmentWriter;
  /** 32 hexadecimal digits; absent until the first backup has made the vault. */
  readonly vaultId?: string;
  /** The newest snapshot of each writer: what the store must still have. */
  readonly heads: readonly KnownHead[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Who signs what this server writes there. */
export interface EnvironmentWriter {
  /** The vault's id of the writer: 32 hexadecimal digits. */
  readonly id: string;
  /** Base64 of the wrapped PKCS#8 of the Ed25519 key. */
  readonly privateKey: string;
}

/** What somebody says of a master key. The caller wipes the secret. */
export interface NewMasterKey {
  readonly provider: 'aws-kms';
  readonly keyId: string;
  readonly endpoint?: string;
  readonly credentials: AwsCredentials;
}

/** Wraps the credentials of a master key for the record of the environment. */
export function settingsOf(
  tenantKey: TenantKey,
  environmentId: string,
  { provider, keyId, endpoint, credentials }: NewMasterKey,
  random: Random,
): MasterKeySettings {
  const { accessKeyId, secretAccessKey } = credentials;
  const binding = ['environment-secret', tenantKey.tenantId, environmentId, secretName(accessKeyId)] as const;
  return {
    provider,
    keyId,
    ...(endpoint !== undefined && { endpoint }),
    accessKeyId,
    secretAccessKey: tenantKey.wrap(binding, secretAccessKey, random).toString('base64'),
  };
}

/** Opens the credentials of a master key. The caller wipes the secret. */
export function credentialsOf(
  tenantKey: TenantKey,
  environmentId: string,
  { accessKeyId, secretAccessKey }: MasterKeySettings,
): AwsCredentials {
  const binding = ['environment-secret', tenantKey.tenantId, environmentId, secretName(accessKeyId)] as const;
  return {
    accessKeyId,
    secretAccessKey: bytesOf(tenantKey.unwrap(binding, Buffer.from(secretAccessKey, 'base64'))),
  };
}

function secretName(accessKeyId: string): string {
  return `aws-secret-access-key:${accessKeyId}`;
}

/** Makes an environment with a signing key of its own. Nothing is stored yet. */
export function makeEnvironment(
  tenantKey: TenantKey,
  fields: {
    readonly id?: string;
    readonly label: string;
    readonly storage: FolderStorage;
    readonly masterKey: NewMasterKey;
  },
  nowMs: number,
  random: Random,
): Environment {
  const { id = uuid(random), label, storage, masterKey } = fields;
  const { tenantId } = tenantKey;
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const wrapped = tenantKey.wrap(['environment-secret', tenantId, id, 'writer-key'], der, random).toString('base64');
  wipe(der);
  return {
    tenantId,
    id,
    revision: 0,
    label,
    storage,
    masterKey: settingsOf(tenantKey, id, masterKey, random),
    writer: { id: writerOf(privateKey).id, privateKey: wrapped },
    heads: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** PKCS#8 of the key that signs for an environment. The caller wipes it. */
export function writerKeyBytes(tenantKey: TenantKey, { id, writer }: Environment): Buffer {
  const binding = ['environment-secret', tenantKey.tenantId, id, 'writer-key'] as const;
  return tenantKey.unwrap(binding, Buffer.from(writer.privateKey, 'base64'));
}

/** Takes over what {@link writerKeyBytes} gave, and wipes it. */
export function writerKeyFrom(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    wipe(der);
  }
}
