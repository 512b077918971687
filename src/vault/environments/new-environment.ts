import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { Put } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import { lookAtEnvironment, requireWorking, type CheckServices } from './check-environment.ts';
import type { Check } from './checks/check.ts';
import { EnvironmentError } from './environment-error.ts';
import { environmentName, putEnvironment } from './environment-record.ts';
import { makeEnvironment, type Encryption, type Environment } from './environment.ts';
import { deregisterKeys, registerKeys } from './key-registrations.ts';
import { takeBackRights, withRights, type KeyRights } from './key-rights.ts';
import { refuseOverlap } from './place.ts';
import { preciselyNamed } from './precise-name.ts';
import {
  PROVIDER_OF,
  requireMasterKey,
  requireMasterKeys,
  requireRegions,
  type WantedMasterKey,
} from './wanted-master-key.ts';
import { requireStorage, type StorageRules, type WantedStorage } from './wanted-storage.ts';

/** What somebody wants an environment to be, as it came in. */
export interface WantedEnvironment {
  readonly label: string;
  readonly storage: WantedStorage;
  readonly encryptAutomatically: boolean;
  /** Absent: what the primary master key stands for. */
  readonly encryption?: Encryption | undefined;
  readonly masterKey?: WantedMasterKey | undefined;
  /** Further recipients. */
  readonly recipients?: readonly WantedMasterKey[] | undefined;
}

/** What is needed to look at it. */
export interface EnvironmentServices extends StorageRules, CheckServices {
  readonly records: RecordReader;
  readonly random: Random;
  /** Gives environments the right to use keys of this installation, by the word of who asks. */
  readonly rights: KeyRights;
}

/** An environment that was seen to work, and the write that keeps it. */
export interface MadeEnvironment {
  readonly environment: Environment;
  readonly checks: readonly Check[];
  readonly write: Put;
}

/**
 * Makes an environment that was seen to work: its place is free and takes objects, its master key is there, in the same
 * region, and does what a vault needs of it.
 *
 * @throws {EnvironmentError} what is refused and why; nothing is left behind but an empty folder
 */
export async function newEnvironment(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  wanted: WantedEnvironment,
  nowMs: number,
): Promise<MadeEnvironment> {
  const environment = await draftEnvironment(services, tenantKey, wanted, nowMs, true);
  const { rights } = services;
  let checks: readonly Check[];
  try {
    checks = await withRights(rights, environment, undefined, () =>
      requireWorking(services, tenantKey, environment, false),
    );
  } catch (error) {
    await takeBackRights(rights, environment);
    throw error;
  }
  const registered = await registerKeys(services.egress, tenantKey, environment);
  return {
    environment: { ...environment, revision: 1 },
    checks: [...checks, ...registered],
    write: putEnvironment(tenantKey, undefined, environment),
  };
}

/** Takes back what keys have learnt of an environment that {@link newEnvironment} made, and that is not kept after all. */
export async function unmakeEnvironment(
  { rights, egress }: EnvironmentServices,
  tenantKey: TenantKey,
  environment: Environment,
): Promise<void> {
  await Promise.all([takeBackRights(rights, environment), deregisterKeys(egress, tenantKey, environment)]);
}

/** Looks at what an environment would stand on, and keeps nothing. @throws {EnvironmentError} what needs no look */
export async function tryEnvironment(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  wanted: WantedEnvironment,
  nowMs: number,
): Promise<readonly Check[]> {
  const environment = await draftEnvironment(services, tenantKey, wanted, nowMs, false);
  return await withRights(
    services.rights,
    environment,
    undefined,
    () => lookAtEnvironment(services, tenantKey, environment, false),
    'for-a-look',
  );
}

async function draftEnvironment(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  wanted: WantedEnvironment,
  nowMs: number,
  demands: boolean,
): Promise<Environment> {
  const { records, random, rights } = services;
  const { label } = wanted;
  const { region } = wanted.storage;
  const id = uuid(random);
  const [encryption, named] = requireEncryption(wanted);
  const precisely = (key: WantedMasterKey): Promise<WantedMasterKey> =>
    preciselyNamed({ ...services, tenantId: tenantKey.tenantId }, key, region);
  const recipients = await Promise.all((wanted.recipients ?? []).map(precisely));
  await requireFreeLabel(records, tenantKey.tenantId, label);
  const storage = await requireStorage(services, wanted.storage);
  await refuseOverlap(records, storage);
  const primary = named && (await precisely(named));
  // Nobody has a key of the operator's but for an environment that is made.
  const operators = named === undefined && demands ? await rights.keepOperatorKey({ id, label }, region) : undefined;
  try {
    const first = primary ?? (operators && ({ provider: 'keystead', keyId: operators } as const));
    const masterKeys = first
      ? requireMasterKeys(services, first, recipients)
      : recipients.map((key) => requireMasterKey(services, key));
    if (demands) requireRegions(masterKeys, region);
    return makeEnvironment(tenantKey, { id, label, storage, encryption, masterKeys }, nowMs, random);
  } catch (error) {
    if (operators !== undefined) await rights.dropOperatorKey(id, operators);
    throw error;
  }
}

/** @throws {EnvironmentError} `environment-exists` */
export async function requireFreeLabel(records: RecordReader, tenantId: string, label: string): Promise<void> {
  if ((await records.resolve(environmentName(tenantId, label))) === undefined) return;
  throw new EnvironmentError('environment-exists', `There is an environment with the label ${label}. Choose another`);
}

/** What an environment is encrypted by, and the key that stands behind it: none that is named for AES-256. @throws {EnvironmentError} */
function requireEncryption({
  encryptAutomatically,
  encryption,
  masterKey,
}: WantedEnvironment): [Encryption, WantedMasterKey?] {
  if (!encryptAutomatically) {
    throw new EnvironmentError(
      'encryption-required',
      'There is no unencrypted backup format: everything is encrypted here, under the master key, before it is stored. Say encryptAutomatically: true',
    );
  }
  if (encryption === 'AES-256') {
    if (masterKey === undefined) return [encryption];
    throw new EnvironmentError(
      'encryption-mismatch',
      'AES-256 is under a Keystead key that the operator of this server keeps, and takes no master key. Leave it out, or encrypt by what it is of',
    );
  }
  if (masterKey === undefined) {
    throw new EnvironmentError(
      'master-key-malformed',
      'No master key was named. Give its provider and its key id, ARN, alias or CRN',
    );
  }
  const named = encryption ?? encryptionOf(masterKey.provider);
  if (PROVIDER_OF[named] === masterKey.provider) return [named, masterKey];
  throw new EnvironmentError(
    'encryption-mismatch',
    `Encryption by ${named} takes a master key of ${PROVIDER_OF[named]}, but the key named is of ${masterKey.provider}. Change one of them`,
  );
}

/** What a primary master key of a provider stands for, by the name that people know. */
export function encryptionOf(provider: WantedMasterKey['provider']): Encryption {
  if (provider === 'key-protect') return 'IBM Key Protect';
  return provider === 'keystead' ? 'Keystead' : 'AWS-KMS';
}
