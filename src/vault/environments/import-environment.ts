import type { TenantKey } from '../../crypto/hierarchy.ts';
import { DESCRIPTOR_NAME, openDescriptor, type Descriptor } from '../format/descriptor.ts';
import { VaultError } from '../errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import { openTarget } from '../targets/open-target.ts';
import { storageAccessOf } from './access-of.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment, FormerStorage } from './environment.ts';
import type { EnvironmentServices } from './new-environment.ts';
import { refuseOverlap, refuseSamePlace } from './place.ts';
import { storageOf } from './storage.ts';
import { wipeStorage } from './wipe-access.ts';
import { requireStorage, type WantedStorage } from './wanted-storage.ts';

/** A vault that is to be brought back: where it lies, and who is known to have made it. */
export interface WantedImport {
  readonly from: WantedStorage;
  /** The id of the writer that made it, as somebody other than the store says. */
  readonly writerId?: string | undefined;
}

/**
 * Makes of a vault that lies somewhere a place that an environment has left. The key that signed there is gone with the
 * database that held it: what lies there is read and restored from, and nothing is added to it.
 *
 * @throws {EnvironmentError} `vault-missing`, `vault-not-expected`, `place-taken`, and what a storage is refused for
 */
export async function importedStorage(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  environment: Environment,
  { from, writerId }: WantedImport,
  nowMs: number,
): Promise<FormerStorage> {
  const wanted = await requireStorage(services, from);
  const storage = storageOf(tenantKey, environment.id, wanted, services.random);
  await refuseOverlap(services.records, storage);
  refuseSamePlace(environment.storage, storage);
  const {
    vault,
    tenant,
    environment: name,
    creator,
  } = await descriptorOf(services, tenantKey, { ...environment, storage });
  if (writerId !== undefined && writerId !== creator) {
    throw new EnvironmentError(
      'vault-not-expected',
      `The vault there was made by the writer ${creator}, not by ${writerId}. Do not trust it, unless you know that it is the right one`,
    );
  }
  return {
    storage,
    masterKeys: environment.masterKeys,
    writer: { id: creator },
    vaultId: vault,
    heads: [],
    leftAtMs: nowMs,
    identity: { tenant, environment: name },
  };
}

async function descriptorOf(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  environment: Environment,
): Promise<Descriptor> {
  const access = storageAccessOf(tenantKey, environment, services);
  const target = openTarget(access, services.egress);
  try {
    return openDescriptor(await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH));
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    if (error.code === 'object-missing') {
      throw new EnvironmentError(
        'vault-missing',
        `There is no vault there: no ${DESCRIPTOR_NAME}. Name the folder, or bucket and prefix, that holds it`,
      );
    }
    throw new EnvironmentError('import-failed', error.message);
  } finally {
    wipeStorage(access);
    await target.close();
  }
}
