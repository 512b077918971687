import type { EgressGuard } from '../../clients/egress.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { KeysteadOf } from '../master-keys/keystead-service.ts';
import { openMasterKey } from '../master-keys/open-master-key.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import { openAll, storageAccessOf, type StorageServices } from './access-of.ts';
import type { Check } from './checks/check.ts';
import type { CheckedKey } from './checks/master-key.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
import { preflight } from './preflight.ts';
import { wipeMasterKeys, wipeStorage } from './wipe-access.ts';

/** What it takes to look at an environment by using it. */
export interface CheckServices extends StorageServices {
  readonly egress: EgressGuard;
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
}

/**
 * Looks at everything an environment stands on by using it, and says what it found.
 *
 * @param hasVault whether a vault may lie there already: it is this environment's own
 */
export async function lookAtEnvironment(
  services: CheckServices,
  tenantKey: TenantKey,
  environment: Environment,
  hasVault: boolean,
): Promise<Check[]> {
  const { id, masterKeys } = environment;
  const { region } = environment.storage;
  const owner = { tenant: tenantKey.tenantId, environment: id };
  const guard = services.egress;
  const keystead = services.keystead(owner.tenant, id);
  const accesses = openAll(tenantKey, id, masterKeys, services);
  let storage: StorageAccess;
  try {
    storage = storageAccessOf(tenantKey, environment, services);
  } catch (error) {
    wipeMasterKeys(accesses);
    throw error;
  }
  const keys = accesses.map((access, index): CheckedKey => {
    const exception = masterKeys[index]?.regionException;
    return {
      masterKey: openMasterKey(access, owner, { guard, keystead }),
      owner,
      region,
      isPrimary: index === 0,
      ...(exception !== undefined && { regionException: exception }),
    };
  });
  try {
    return await preflight({ storage, masterKeys: keys, hasVault, guard });
  } finally {
    wipeStorage(storage);
    wipeMasterKeys(accesses);
    await Promise.all(keys.map(({ masterKey }) => masterKey.close()));
  }
}

/**
 * The same, as a demand: warnings let it pass.
 *
 * @param isAbout which checks are demanded; the others are only told
 * @throws {EnvironmentError} `preflight-failed`, with every check that failed
 */
export async function requireWorking(
  services: CheckServices,
  tenantKey: TenantKey,
  environment: Environment,
  hasVault: boolean,
  isAbout: (check: Check) => boolean = () => true,
): Promise<readonly Check[]> {
  const checks = await lookAtEnvironment(services, tenantKey, environment, hasVault);
  const failures = checks.filter((check) => check.outcome === 'failed' && isAbout(check));
  if (failures.length === 0) return checks;
  const texts = failures.map(({ check, what, next }) => `${check}: ${what}${next === undefined ? '' : ` ${next}`}`);
  throw new EnvironmentError('preflight-failed', `The environment cannot be used like this. ${texts.join(' ')}`);
}
