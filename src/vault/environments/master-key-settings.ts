import { bytesOf } from '../../bytes/bytes.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import { keepAwsAccess, openAwsAccess, type AwsAccess, type NewAwsAccess } from './aws-access.ts';
import { keepSecret, openSecret } from './secret.ts';
import type { CredentialRules } from './wanted-credentials.ts';

/** A master key of an environment and how it is reached, as the environment's record holds it. */
export type MasterKeySettings = AwsKmsSettings | KeyProtectSettings | KeysteadSettings | RecoverySettings;

interface Common {
  /**
   * Why this recipient may be in another region than the data: somebody has said so. Never there for the first one,
   * which is in the region of the data.
   */
  readonly regionException?: string;
}

/** A key in AWS KMS, or in anything that speaks its protocol. */
export interface AwsKmsSettings extends Common {
  readonly provider: 'aws-kms';
  /** The ARN of the key. */
  readonly keyId: string;
  /** Absent: AWS's own endpoint of the region. */
  readonly endpoint?: string;
  /** As whom it is reached. */
  readonly access: AwsAccess;
}

/** A root key in IBM Key Protect, or in anything that speaks its protocol. */
export interface KeyProtectSettings extends Common {
  readonly provider: 'key-protect';
  /** The CRN of the key. */
  readonly keyId: string;
  /** Absent: IBM Cloud's own endpoint of the region. */
  readonly endpoint?: string;
  /** Where API keys become tokens; absent: IBM Cloud IAM. */
  readonly iamEndpoint?: string;
  /** Base64 of the wrapped API key. */
  readonly apiKey: string;
}

/** A key of this installation. */
export interface KeysteadSettings extends Common {
  readonly provider: 'keystead';
  /** The ARN of the key. */
  readonly keyId: string;
}

/** A key pair whose private half is kept offline. */
export interface RecoverySettings extends Common {
  readonly provider: 'recovery';
  /** Derived from the public key: docs/spec/backup-format.md. */
  readonly keyId: string;
  /** Base64. */
  readonly publicKey: string;
}

/** What somebody says of a master key. The caller wipes the secrets. */
export type NewMasterKey =
  | (Omit<AwsKmsSettings, 'access'> & { readonly access: NewAwsAccess })
  | (Omit<KeyProtectSettings, 'apiKey'> & { readonly apiKey: Buffer })
  | KeysteadSettings
  | RecoverySettings;

/** The first of an environment's master keys: it makes the data keys. */
export function primaryOf<Key>(masterKeys: readonly Key[]): Key {
  const [primary] = masterKeys;
  if (primary === undefined) throw new TypeError('an environment has at least one master key');
  return primary;
}

/** Wraps the secrets of a master key for the record of the environment. */
export function settingsOf(
  tenantKey: TenantKey,
  environmentId: string,
  key: NewMasterKey,
  random: Random,
): MasterKeySettings {
  if (key.provider === 'aws-kms') {
    return { ...key, access: keepAwsAccess(tenantKey, environmentId, key.access, random) };
  }
  if (key.provider === 'key-protect') {
    return { ...key, apiKey: keepSecret(tenantKey, environmentId, apiKeyName(key.keyId), key.apiKey, random) };
  }
  return key;
}

/** Opens a master key's settings: what a run is handed. The caller wipes the secrets. @throws {EnvironmentError} `credentials-not-lent` */
export function masterKeyAccessOf(
  tenantKey: TenantKey,
  environmentId: string,
  kept: MasterKeySettings,
  rules: CredentialRules,
): MasterKeyAccess {
  const { regionException: _, ...settings } = kept;
  if (settings.provider === 'aws-kms') {
    const { access, ...rest } = settings;
    return { ...rest, ...openAwsAccess(tenantKey, environmentId, access, rules, rest.endpoint) };
  }
  if (settings.provider === 'key-protect') {
    const { apiKey, ...rest } = settings;
    return { ...rest, apiKey: bytesOf(openSecret(tenantKey, environmentId, apiKeyName(rest.keyId), apiKey)) };
  }
  return settings;
}

function apiKeyName(keyId: string): string {
  return `ibm-api-key:${keyId}`;
}
