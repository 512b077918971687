import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { ProvenRestorable } from '../check/check-level.ts';
import type { EnvironmentIdentity } from '../format/descriptor.ts';
import type { KnownHead } from '../index-cache.ts';
import type { RetentionSettings } from '../keeping/keeping-settings.ts';
import type { LegalHold } from '../keeping/legal-hold.ts';
import { writerOf } from '../format/writer-key.ts';
import { EnvironmentError } from './environment-error.ts';
import { settingsOf, type MasterKeySettings, type NewMasterKey } from './master-key-settings.ts';
import { keepSecret, openSecret } from './secret.ts';
import { storageOf, type EnvironmentStorage, type NewStorage } from './storage.ts';

const WRITER_KEY = 'writer-key';

/** What keeps the data encrypted, by the names people know. `AES-256` is a Keystead key that the operator keeps. */
export type Encryption = 'AES-256' | 'AWS-KMS' | 'IBM Key Protect' | 'Keystead';

/** Where a vault's data goes and under which key: the "Backup Environment" of the console. */
export interface Environment {
  readonly tenantId: string;
  readonly id: string;
  readonly revision: number;
  /** Unique in the tenant. */
  readonly label: string;
  readonly storage: EnvironmentStorage;
  readonly encryption: Encryption;
  /** Who can open the data keys: the primary, which is in the region of the storage, then further recipients. */
  readonly masterKeys: readonly MasterKeySettings[];
  /** Master keys that data keys are being re-wrapped for. They become the master keys when none is left behind. */
  readonly nextMasterKeys?: readonly MasterKeySettings[];
  readonly writer: EnvironmentWriter;
  /** 32 hexadecimal digits; absent until the first backup has made the vault. */
  readonly vaultId?: string;
  /** The newest snapshot of each writer: what the store must still have. */
  readonly heads: readonly KnownHead[];
  /** Of each source the newest snapshot that was seen to be restorable, by a verification that read it. */
  readonly proven?: readonly ProvenRestorable[];
  /** Places where backups went before: listed and restored from there, and no longer written. Newest last. */
  readonly formerStorages: readonly FormerStorage[];
  /** What is kept; absent: everything. */
  readonly retention?: RetentionSettings;
  /** Legal holds, with those that were released. */
  readonly holds?: readonly LegalHold[];
  /** Only of a place that was imported: {@link FormerStorage.identity}. */
  readonly identity?: EnvironmentIdentity;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Who signs what this server writes there. */
export interface EnvironmentWriter {
  /** The vault's id of the writer: 32 hexadecimal digits. */
  readonly id: string;
  /** Base64 of the wrapped PKCS#8 of the Ed25519 key; absent where it was lost with the database: read only. */
  readonly privateKey?: string;
}

/** A place that an environment has left, with everything it takes to read and manage what is there. */
export interface FormerStorage {
  readonly storage: EnvironmentStorage;
  readonly masterKeys: readonly MasterKeySettings[];
  /** Master keys that data keys there are being re-wrapped for. */
  readonly nextMasterKeys?: readonly MasterKeySettings[];
  readonly writer: EnvironmentWriter;
  readonly vaultId: string;
  readonly heads: readonly KnownHead[];
  readonly leftAtMs: number;
  /** Since when nothing is left there to be looked after. */
  readonly emptiedAtMs?: number;
  /** Whose vault it says it is, where that is another installation's: it was imported. */
  readonly identity?: EnvironmentIdentity;
}

/** What a new environment is to be. The caller wipes the secrets. */
export interface NewEnvironmentFields {
  readonly id?: string;
  readonly label: string;
  readonly storage: NewStorage;
  readonly encryption: Encryption;
  /** The primary first. */
  readonly masterKeys: readonly NewMasterKey[];
}

/** Makes an environment with a signing key of its own. Nothing is stored yet. */
export function makeEnvironment(
  tenantKey: TenantKey,
  { id: given, label, storage, encryption, masterKeys }: NewEnvironmentFields,
  nowMs: number,
  random: Random,
): Environment {
  const id = given ?? uuid(random);
  return {
    tenantId: tenantKey.tenantId,
    id,
    revision: 0,
    label,
    storage: storageOf(tenantKey, id, storage, random),
    encryption,
    masterKeys: masterKeys.map((key) => settingsOf(tenantKey, id, key, random)),
    writer: makeWriter(tenantKey, id, random),
    heads: [],
    formerStorages: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** Makes a signing key for a vault of an environment. */
export function makeWriter(tenantKey: TenantKey, environmentId: string, random: Random): EnvironmentWriter {
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const wrapped = keepSecret(tenantKey, environmentId, WRITER_KEY, der, random);
  wipe(der);
  return { id: writerOf(privateKey).id, privateKey: wrapped };
}

/**
 * An environment whose vault was taken away: as one that has never been backed up to. Another writer signs what comes, so
 * that no snapshot is ever named twice.
 */
export function emptied(environment: Environment, writer: EnvironmentWriter, nowMs: number): Environment {
  const { vaultId: _, proven: __, ...rest } = environment;
  return { ...rest, writer, heads: [], updatedAtMs: nowMs };
}

/** PKCS#8 of the key that signs for an environment. The caller wipes it. @throws {EnvironmentError} `storage-read-only` */
export function writerKeyBytes(tenantKey: TenantKey, { id, writer }: Pick<Environment, 'id' | 'writer'>): Buffer {
  return openSecret(tenantKey, id, WRITER_KEY, requireSigning({ writer }));
}

/** What {@link writerKeyBytes} opens. @throws {EnvironmentError} `storage-read-only` */
export function requireSigning({ writer }: Pick<Environment, 'writer'>): string {
  if (writer.privateKey !== undefined) return writer.privateKey;
  throw new EnvironmentError(
    'storage-read-only',
    'This vault was imported, and its signing key is not here: it can be read and restored from, and nothing can be changed in it. Keep the master key that opens it',
  );
}

/** Takes over what {@link writerKeyBytes} gave, and wipes it. */
export function writerKeyFrom(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    wipe(der);
  }
}
