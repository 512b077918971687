import type { EgressPolicy } from '../clients/egress.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Tenant } from '../identity/tenant.ts';
import { masterKeyAccessesOf, storageAccessOf, type StorageServices } from '../vault/environments/access-of.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { writerKeyBytes, type Environment } from '../vault/environments/environment.ts';
import { atChoice } from '../vault/environments/former-storage.ts';
import { wipeMasterKeys } from '../vault/environments/wipe-access.ts';
import type { KeysteadOf } from '../vault/master-keys/keystead-service.ts';
import type { Job, JobPlace, RunLimits, Work } from '../vault/runs/job.ts';
import { performerOf } from '../vault/runs/performers.ts';
import type { RunEnd, Runner } from '../vault/runs/runner.ts';
import type { Slot } from '../vault/runs/slots.ts';
import { wipePlace, wipeWork } from '../vault/runs/wipe-job.ts';

/** What work on a vault takes, whoever has asked for it. */
export interface JobServices extends StorageServices {
  readonly runner: Runner;
  readonly egress: EgressPolicy;
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
  /** A folder for what this machine knows of the stores; no secrets in it. */
  readonly cacheFolder?: string;
}

/**
 * A slot for a job, taken before anything is recorded of it, so that no work waits for its start. Whoever has it gives it
 * back, or starts a job with it.
 *
 * @throws {EnvironmentError} `server-busy`
 */
export function takeSlot(runner: Pick<Runner, 'take'>, { tenantId }: Pick<Tenant, 'tenantId'>): Slot {
  const slot = runner.take(tenantId);
  if (slot !== undefined) return slot;
  throw new EnvironmentError(
    'server-busy',
    'This server has as many runs in flight as it takes on, or your tenant as many as it may have while others wait. Wait until one of them has ended, then ask again',
  );
}

/** Does a job in a process of its own. `id` is what the runner knows it by. */
export function startJob({ runner, keystead }: JobServices, id: string, job: Job, slot: Slot): Promise<RunEnd> {
  return runner.start(id, job, slot, keystead(job.tenantId, job.environmentId, id)).ended;
}

/**
 * All that a process is handed to do some work for an environment: where, with which keys, knowing which snapshots.
 * Where something of it does not open, the secrets of the rest are wiped, those of the work too.
 */
export function jobOf(services: JobServices, tenant: Tenant, found: Environment, work: Work, limits?: RunLimits): Job {
  const { tenantKey, tenantId } = tenant;
  const environment = 'snapshot' in work ? atChoice(found, work.snapshot) : found;
  const before = work.kind === 'compare' ? atChoice(found, work.before) : environment;
  const { egress, cacheFolder } = services;
  const opened: JobPlace[] = [];
  const open = (place: Environment): JobPlace => {
    const one = placeOf(services, tenantKey, place);
    opened.push(one);
    return one;
  };
  try {
    return {
      tenantId,
      environmentId: environment.id,
      ...open(environment),
      ...(before.vaultId !== environment.vaultId && { before: open(before) }),
      ...(cacheFolder !== undefined && { cacheFolder }),
      egress,
      ...(limits && { limits }),
      work,
      // The last that may fail.
      ...(performerOf(work.kind).signs && { writerKey: writerKeyBytes(tenantKey, environment) }),
    };
  } catch (error) {
    wipeWork(work);
    opened.forEach(wipePlace);
    throw error;
  }
}

function placeOf(services: JobServices, tenantKey: TenantKey, environment: Environment): JobPlace {
  const { vaultId, writer, heads, identity } = environment;
  const masterKeys = masterKeyAccessesOf(tenantKey, environment, services);
  try {
    return {
      ...(identity && { identity }),
      storage: storageAccessOf(tenantKey, environment, services),
      ...(vaultId !== undefined && { vaultId }),
      creator: writer.id,
      masterKeys,
      heads,
    };
  } catch (error) {
    wipeMasterKeys(masterKeys);
    throw error;
  }
}
