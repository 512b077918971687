import { requireRecoveryPublicKey } from '../master-keys/open-recovery.ts';
import type { VaultError } from '../errors.ts';
import { recoveryKeyId } from '../format/sealed.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Encryption } from './environment.ts';
import { regionOfKey } from './key-region.ts';
import { requireKeyArn, requireKeyCrn, requireKeysteadArn } from './master-key-of.ts';
import type { NewMasterKey } from './master-key-settings.ts';
import { refuseMembers, type Members } from './members.ts';
import { requireAccess, type CredentialRules, type WantedCredentials } from './wanted-credentials.ts';

/** A master key as somebody names it. Which members count depends on the provider. The caller wipes the secrets. */
export interface WantedMasterKey {
  readonly provider: NewMasterKey['provider'];
  readonly keyId?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly iamEndpoint?: string | undefined;
  /** As whom a key in AWS KMS is reached. */
  readonly credentials?: WantedCredentials | undefined;
  readonly apiKey?: Buffer | undefined;
  readonly publicKey?: string | undefined;
  readonly regionException?: string | undefined;
}

type Provider = WantedMasterKey['provider'];

/** Whose keys stand behind each kind of encryption. */
export const PROVIDER_OF: Record<Encryption, Provider> = {
  'AES-256': 'keystead',
  'AWS-KMS': 'aws-kms',
  'IBM Key Protect': 'key-protect',
  Keystead: 'keystead',
};

const MEMBERS: Record<Provider, Members> = {
  'aws-kms': {
    takes: ['keyId', 'endpoint', 'credentials', 'regionException'],
    needs: ['keyId', 'credentials'],
  },
  'key-protect': {
    takes: ['keyId', 'endpoint', 'iamEndpoint', 'apiKey', 'regionException'],
    needs: ['keyId', 'apiKey'],
  },
  keystead: { takes: ['keyId', 'regionException'], needs: ['keyId'] },
  recovery: { takes: ['keyId', 'publicKey'], needs: ['publicKey'] },
};

/** How the members of each provider become what an environment holds. */
const READERS: { readonly [P in Provider]: (wanted: WantedMasterKey, rules: CredentialRules) => NewMasterKey } = {
  'aws-kms': ({ keyId = '', endpoint, credentials, regionException }, rules) => ({
    provider: 'aws-kms',
    keyId: requireKeyArn(keyId).arn,
    ...(endpoint !== undefined && { endpoint }),
    access: requireAccess(rules, credentials as WantedCredentials, endpoint, 'master-key-malformed'),
    ...(regionException !== undefined && { regionException }),
  }),
  'key-protect': ({ keyId = '', endpoint, iamEndpoint, apiKey, regionException }) => ({
    provider: 'key-protect',
    keyId: requireKeyCrn(keyId).crn,
    ...(endpoint !== undefined && { endpoint }),
    ...(iamEndpoint !== undefined && { iamEndpoint }),
    apiKey: apiKey as Buffer,
    ...(regionException !== undefined && { regionException }),
  }),
  keystead: ({ keyId = '', regionException }) => ({
    provider: 'keystead',
    keyId: requireKeysteadArn(keyId).arn,
    ...(regionException !== undefined && { regionException }),
  }),
  recovery: ({ keyId, publicKey = '' }) => {
    const named = recoveryKeyId(recoveryPublicKey(publicKey));
    if (keyId === undefined || keyId === named) return { provider: 'recovery', keyId: named, publicKey };
    throw new EnvironmentError('master-key-malformed', `The public key is that of ${named}, not of ${keyId}`);
  },
};

function recoveryPublicKey(text: string): Buffer {
  try {
    return requireRecoveryPublicKey(text);
  } catch (error) {
    throw new EnvironmentError('master-key-malformed', (error as VaultError).what);
  }
}

/**
 * Says of a wanted master key what can be said without asking anybody, and brings it to what an environment holds.
 *
 * @throws {EnvironmentError} `master-key-malformed`, `credentials-not-lent`
 */
export function requireMasterKey(rules: CredentialRules, wanted: WantedMasterKey): NewMasterKey {
  const { provider, ...members } = wanted;
  refuseMembers('master-key-malformed', `A master key of ${provider}`, members, MEMBERS[provider]);
  return READERS[provider](wanted, rules);
}

/** Several at once: the primary first. @throws {EnvironmentError} also when two are the same key */
export function requireMasterKeys(
  rules: CredentialRules,
  primary: WantedMasterKey,
  recipients: readonly WantedMasterKey[],
): NewMasterKey[] {
  if (primary.provider === 'recovery') {
    throw new EnvironmentError(
      'master-key-malformed',
      'A recovery key cannot be the first master key: its private half is offline, so nothing could be read. Give it as a further recipient',
    );
  }
  const keys = [primary, ...recipients].map((key) => requireMasterKey(rules, key));
  requireNotTwice(keys);
  return keys;
}

type Named = Pick<NewMasterKey, 'provider' | 'keyId' | 'regionException'>;

/** @throws {EnvironmentError} `master-key-malformed` when two are the same key */
export function requireNotTwice(keys: readonly Named[]): void {
  const names = keys.map(({ provider, keyId }) => `${provider} ${keyId}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new EnvironmentError('master-key-malformed', `The key ${twice} is named twice. Name each recipient once`);
}

/**
 * Data and primary master key stay in one region; further recipients may be elsewhere where somebody says why.
 *
 * @throws {EnvironmentError} `region-mismatch`
 */
export function requireRegions(masterKeys: readonly Named[], region: string): void {
  for (const [index, key] of masterKeys.entries()) {
    const keyRegion = regionOfKey(key.keyId);
    const isExcepted = index > 0 && key.regionException !== undefined;
    if (key.provider === 'recovery' || keyRegion === region || isExcepted) continue;
    const instead =
      index === 0
        ? "Use a key of the storage's region, or storage in the key's region"
        : 'Use a key of the same region, or say why this recipient may be elsewhere (regionException)';
    throw new EnvironmentError(
      'region-mismatch',
      `The storage is in ${region}, but the master key is in ${keyRegion}: data and key must stay in one region. ${instead}`,
    );
  }
}
