import type { EgressGuard } from '../../clients/egress.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openMasterKey } from '../master-keys/open-master-key.ts';
import { masterKeyAccessesOf, type StorageServices } from './access-of.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
import { preflight, type Check } from './preflight.ts';
import { wipeMasterKeys } from './wipe-access.ts';

/** What it takes to look at an environment by using it. */
export interface CheckServices extends StorageServices {
  readonly egress: EgressGuard;
}

/**
 * Looks at everything an environment stands on by using it, and says what it found.
 *
 * @param hasVault whether a vault may lie there already: it is this environment's own
 */
export async function lookAtEnvironment(
  { egress }: CheckServices,
  tenantKey: TenantKey,
  environment: Environment,
  hasVault: boolean,
): Promise<Check[]> {
  const { id, storage } = environment;
  const owner = { tenant: tenantKey.tenantId, environment: id };
  const accesses = masterKeyAccessesOf(tenantKey, environment);
  const masterKeys = accesses.map((access) => openMasterKey(access, owner, { guard: egress }));
  try {
    const [masterKey] = masterKeys.slice(-1);
    if (storage.type !== 'folder' || masterKey === undefined) throw new TypeError('nothing else is made yet');
    return await preflight({ owner, storage, masterKey, hasVault });
  } finally {
    wipeMasterKeys(accesses);
    await Promise.all(masterKeys.map((key) => key.close()));
  }
}

/** The same, as a demand. @throws {EnvironmentError} `preflight-failed`, with every check that failed */
export async function requireWorking(
  services: CheckServices,
  tenantKey: TenantKey,
  environment: Environment,
  hasVault: boolean,
): Promise<readonly Check[]> {
  const checks = await lookAtEnvironment(services, tenantKey, environment, hasVault);
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  if (failures.length === 0) return checks;
  const texts = failures.map(({ check, what, next }) => `${check}: ${what}${next === undefined ? '' : ` ${next}`}`);
  throw new EnvironmentError('preflight-failed', `The environment cannot be used like this. ${texts.join(' ')}`);
}
