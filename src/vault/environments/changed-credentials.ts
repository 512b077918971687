import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { keepAwsAccess, type AwsAccess } from './aws-access.ts';
import type { Check } from './checks/check.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment, FormerStorage } from './environment.ts';
import { atVault, placesOf, withFormer } from './former-storage.ts';
import { primaryOf, settingsOf, type MasterKeySettings, type NewMasterKey } from './master-key-settings.ts';
import { refuseMembers, type Members } from './members.ts';
import { namedEndpoint, type EnvironmentStorage } from './storage.ts';
import { requireAccess, type CredentialRules, type WantedCredentials } from './wanted-credentials.ts';

/** Other credentials for what an environment has. The caller wipes the secrets. */
export interface WantedCredentialChange {
  /** Which master key the credentials are for; absent: the primary, where there are any for a master key. */
  readonly keyId?: string | undefined;
  /** As whom a key in AWS KMS is reached from now on. */
  readonly credentials?: WantedCredentials | undefined;
  readonly apiKey?: Buffer | undefined;
  /** As whom the bucket is reached from now on. */
  readonly storage?: WantedCredentials | undefined;
  /** Of which vault's bucket; absent: of the one that new backups go to. */
  readonly vaultId?: string | undefined;
}

/** An environment with other credentials, and what it takes to see that those work. */
export interface ChangedCredentials {
  readonly environment: Environment;
  /** The places, as they stand there, where what was changed is used. */
  readonly places: readonly Environment[];
  /** Whether a check of a place is about what was changed: another recipient that fails is no reason against it. */
  readonly isAbout: (place: Environment, check: Check) => boolean;
}

/** What each provider takes: the others are reached without credentials of their own. */
const MEMBERS: { readonly [P in MasterKeySettings['provider']]?: Members } = {
  'aws-kms': { takes: ['credentials'], needs: ['credentials'] },
  'key-protect': { takes: ['apiKey'], needs: ['apiKey'] },
};

/**
 * Puts other credentials in the place of those that an environment has: for one of its master keys, wherever it is one
 * (also on its way to it, also at places that were left), for the bucket of one of its places, or for both.
 *
 * @throws {EnvironmentError} `credentials-malformed`, `credentials-not-lent`, `storage-malformed`, `place-not-found`
 */
export function withCredentials(
  rules: CredentialRules,
  tenantKey: TenantKey,
  before: Environment,
  { keyId: named, storage, vaultId, ...secrets }: WantedCredentialChange,
  random: Random,
  nowMs: number,
): ChangedCredentials {
  const hasSecrets = Object.values(secrets).some((value) => value !== undefined);
  if (!hasSecrets && named !== undefined) throw malformed(`The credentials for ${named} are missing`);
  if (!hasSecrets && storage === undefined)
    throw malformed('No credentials were given: neither for a key nor a bucket');
  if (storage === undefined && vaultId !== undefined) {
    throw malformed('vaultId says whose bucket the credentials are for, and none for a bucket were given');
  }
  const keyId = hasSecrets ? (named ?? primaryOf(before.masterKeys).keyId) : undefined;
  const withKey = keyId === undefined ? before : withKeySecrets(rules, tenantKey, before, keyId, secrets, random);
  const access = storage && storageAccess(rules, tenantKey, before, storage, vaultId, random);
  const changed = access === undefined ? withKey : withAccess(withKey, access, vaultId);
  const environment = { ...changed, updatedAtMs: nowMs };
  const isChanged = (place: Environment) =>
    (keyId !== undefined && keysOf(place).some((key) => key.keyId === keyId)) ||
    (access !== undefined && (vaultId ?? environment.vaultId) === place.vaultId);
  // Where nothing is written any more, it is enough that what lies there is reached.
  const isAbout = ({ writer }: Environment, { of, check }: Check) =>
    of === undefined
      ? access !== undefined && (writer.privateKey !== undefined || check === 'storage-reachable')
      : of === keyId;
  return { environment, places: lookedAt(environment).filter(isChanged), isAbout };
}

/** Every place, with the keys that it is on its way to. */
function lookedAt(environment: Environment): Environment[] {
  return placesOf(environment).map((place) => {
    const { masterKeys, nextMasterKeys = [] } = place;
    const isNew = ({ keyId }: MasterKeySettings) => !masterKeys.some((key) => key.keyId === keyId);
    return { ...place, masterKeys: [...masterKeys, ...nextMasterKeys.filter(isNew)] };
  });
}

const keysOf = ({ masterKeys }: Pick<Environment, 'masterKeys'>) => masterKeys;

type Secrets = Omit<WantedCredentialChange, 'keyId' | 'storage' | 'vaultId'>;

function withKeySecrets(
  rules: CredentialRules,
  tenantKey: TenantKey,
  before: Environment,
  keyId: string,
  secrets: Secrets,
  random: Random,
): Environment {
  let found = 0;
  const change = (keys: readonly MasterKeySettings[]): MasterKeySettings[] =>
    keys.map((key) => {
      if (key.keyId !== keyId) return key;
      found++;
      return settingsOf(tenantKey, before.id, renewed(rules, key, secrets), random);
    });
  const { nextMasterKeys } = before;
  const after = {
    ...before,
    masterKeys: change(before.masterKeys),
    ...(nextMasterKeys && { nextMasterKeys: change(nextMasterKeys) }),
    formerStorages: before.formerStorages.map((former): FormerStorage => ({
      ...former,
      masterKeys: change(former.masterKeys),
      ...(former.nextMasterKeys && { nextMasterKeys: change(former.nextMasterKeys) }),
    })),
  };
  if (found > 0) return after;
  const known = [...new Set(placesOf(before).flatMap((place) => place.masterKeys.map((key) => key.keyId)))];
  throw malformed(`The key ${keyId} is none of this environment's, which are ${known.join(', ')}`);
}

/** The same master key with other secrets. */
function renewed(rules: CredentialRules, key: MasterKeySettings, secrets: Secrets): NewMasterKey {
  const members = MEMBERS[key.provider];
  if (members === undefined) {
    throw malformed(
      key.provider === 'keystead'
        ? `The key ${key.keyId} is of this server, and reached by a grant: there are no credentials to change`
        : `The key ${key.keyId} is reached by nobody: it wraps with what it is, and there are no credentials to change`,
    );
  }
  refuseMembers('credentials-malformed', `A master key of ${key.provider}`, secrets, members);
  if (key.provider === 'key-protect') return { ...key, apiKey: secrets.apiKey as Buffer };
  if (key.provider !== 'aws-kms') return key;
  const access = requireAccess(rules, secrets.credentials as WantedCredentials, key.endpoint, 'credentials-malformed');
  return { ...key, access };
}

/** As whom a bucket is to be reached, for the record. */
function storageAccess(
  rules: CredentialRules,
  tenantKey: TenantKey,
  before: Environment,
  wanted: WantedCredentials,
  vaultId: string | undefined,
  random: Random,
): AwsAccess {
  const { storage } = vaultId === undefined ? before : atVault(before, vaultId);
  const access = requireAccess(rules, wanted, namedEndpoint(storage), 'storage-malformed');
  return keepAwsAccess(tenantKey, before.id, access, random);
}

function withAccess(environment: Environment, access: AwsAccess, vaultId: string | undefined): Environment {
  if (vaultId === undefined || vaultId === environment.vaultId) {
    return { ...environment, storage: reachedBy(environment.storage, access) };
  }
  return withFormer(environment, vaultId, (former) => ({ ...former, storage: reachedBy(former.storage, access) }));
}

function reachedBy(storage: EnvironmentStorage, access: AwsAccess): EnvironmentStorage {
  if (storage.type !== 'folder' && storage.type !== 'hosted') return { ...storage, access };
  throw malformed(`Storage of the type ${storage.type} is reached without credentials: there are none to change`);
}

function malformed(what: string): EnvironmentError {
  return new EnvironmentError('credentials-malformed', what);
}
