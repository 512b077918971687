import type { EgressGuard } from '../../clients/egress.ts';
import { KeyProtectApiError } from '../../clients/key-protect/api-error.ts';
import { KeyProtectClient } from '../../clients/key-protect/client.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import { parseKeyCrn } from '../master-keys/key-crn.ts';
import type { KeyProtectAccess } from '../master-keys/master-key-access.ts';
import { openAll } from './access-of.ts';
import { passed, warned, type Check } from './checks/check.ts';
import { environmentCrn } from './environment-crn.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
import { wipeMasterKeys } from './wipe-access.ts';

type Keyed = Pick<Environment, 'id' | 'label' | 'masterKeys'>;

/** What the API answers where the resource is registered already, or is not. */
const ALREADY = 409;
const MISSING = 404;
/** What it answers to a person, who cannot have registered anything either. */
const SERVICES_ONLY = 'SERVICE_ONLY_ERR';

/**
 * Registers an environment with its root keys in IBM Key Protect, so that their owner sees what depends on them and they
 * are not deleted by mistake. Key Protect lets services alone register: where the API key is a person's, that is a
 * warning, and nothing else. Keys of this installation are registered with the grant that the environment gets.
 */
export async function registerKeys(egress: EgressGuard, tenantKey: TenantKey, environment: Keyed): Promise<Check[]> {
  const description = `Backups of the environment ${environment.label}`.slice(0, 240);
  return await forEachKey(egress, tenantKey, environment, async (client, keyId, crn) => {
    try {
      await client.register(keyId, crn, { description, preventsDeletion: true });
    } catch (error) {
      if (!(error instanceof KeyProtectApiError) || error.status !== ALREADY || isOfState(error)) throw error;
    }
    return passed('the key knows that these backups depend on it, and is not deleted while they do');
  });
}

/** Takes back what {@link registerKeys} registered. What is not there is not taken back. */
export async function deregisterKeys(egress: EgressGuard, tenantKey: TenantKey, environment: Keyed): Promise<Check[]> {
  return await forEachKey(egress, tenantKey, environment, async (client, keyId, crn) => {
    try {
      await client.deregister(keyId, crn);
    } catch (error) {
      if (!(error instanceof KeyProtectApiError)) throw error;
      if (error.code === SERVICES_ONLY) return passed('the API key is of a person, who registers nothing');
      if (error.status !== MISSING) throw error;
    }
    return passed('the key is not registered with these backups any more');
  });
}

/**
 * The same for an environment that is to be deleted, after which nobody here has credentials for it. Answers the keys whose
 * registration stands all the same, where the caller leaves those.
 *
 * @throws {EnvironmentError} `registration-stands`: a registration cannot be taken back; those that could stand again
 */
export async function deregisterForGood(
  egress: EgressGuard,
  tenantKey: TenantKey,
  environment: Keyed,
  leavesThem: boolean,
): Promise<readonly string[]> {
  const checks = await deregisterKeys(egress, tenantKey, environment);
  const standing = checks.filter(({ outcome }) => outcome === 'warned');
  if (standing.length > 0 && !leavesThem) {
    await registerKeys(egress, tenantKey, environment);
    const why = standing.map(({ of = '', what }) => `${of}: ${what.slice(0, -NEXT.length).trim()}`).join(' ');
    throw new EnvironmentError(
      'registration-stands',
      `Key Protect would go on to keep the key from being deleted for the sake of this environment, and nobody could tell it otherwise from here once the credentials are forgotten. ${why} Try again when Key Protect can be reached, give the environment an API key that may (credentials), or delete it with leaveRegistrations, and have the owner of the key take the registration away`,
    );
  }
  return standing.flatMap(({ of }) => of ?? []);
}

function isOfState({ code }: KeyProtectApiError): boolean {
  return code !== undefined && code !== 'REGISTRATION_NOT_UNIQUE_ERR';
}

async function forEachKey(
  egress: EgressGuard,
  tenantKey: TenantKey,
  { id, masterKeys }: Keyed,
  work: (client: KeyProtectClient, keyId: string, crn: string) => Promise<Omit<Check, 'check' | 'of'>>,
): Promise<Check[]> {
  const rootKeys = masterKeys.filter(({ provider }) => provider === 'key-protect');
  const accesses = openAll(tenantKey, id, rootKeys, {}) as KeyProtectAccess[];
  try {
    return await Promise.all(
      accesses.map(async (access): Promise<Check> => {
        const { keyId: name, endpoint, iamEndpoint, apiKey } = access;
        const row = { check: 'key-registration', of: name } as const;
        const crn = parseKeyCrn(name);
        if (crn === undefined) return { ...row, ...warned(`The key ${name} is not named by its CRN.`) };
        const { region, instance, accountId, keyId } = crn;
        const where = {
          ...(endpoint !== undefined && { endpoint }),
          ...(iamEndpoint !== undefined && { iamEndpoint }),
        };
        const client = new KeyProtectClient({ region, instance, apiKey, ...where }, egress);
        try {
          return { ...row, ...(await work(client, keyId, environmentCrn(region, accountId, id))) };
        } catch (error) {
          return { ...row, ...warned(`${whyNot(error)} ${NEXT}`) };
        } finally {
          client.close();
        }
      }),
    );
  } finally {
    wipeMasterKeys(accesses);
  }
}

const NEXT =
  'The backups are not the worse for it, but nothing in Key Protect says that they depend on this key: tell its owner, or use the API key of a service that is authorised for it.';

function whyNot(error: unknown): string {
  const why = error instanceof KeyProtectApiError ? (error.code ?? String(error.status)) : (error as Error).name;
  return `The registration with the key could not be changed (${why}).`;
}
