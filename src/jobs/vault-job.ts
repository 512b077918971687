import type { EgressPolicy } from '../clients/egress.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Tenant } from '../identity/tenant.ts';
import { masterKeyAccessesOf, storageAccessOf, type StorageServices } from '../vault/environments/access-of.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { writerKeyBytes, type Environment } from '../vault/environments/environment.ts';
import { atChoice } from '../vault/environments/former-storage.ts';
import type { KeysteadOf } from '../vault/master-keys/keystead-service.ts';
import type { Job, JobPlace, RunLimits, Work } from '../vault/runs/job.ts';
import { performerOf } from '../vault/runs/performers.ts';
import type { RunEnd, Runner } from '../vault/runs/runner.ts';

/** What work on a vault takes, whoever has asked for it. */
export interface JobServices extends StorageServices {
  readonly runner: Runner;
  readonly egress: EgressPolicy;
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
  /** A folder for what this machine knows of the stores; no secrets in it. */
  readonly cacheFolder?: string;
}

/** @throws {EnvironmentError} `server-busy`: asked before anything is recorded, so that no work waits for its start */
export function requireRoom(runner: Pick<Runner, 'mustWait'>, { tenantId }: Pick<Tenant, 'tenantId'>): void {
  if (!runner.mustWait(tenantId)) return;
  throw new EnvironmentError(
    'server-busy',
    'This server has as many runs in flight as it takes on, or your tenant as many as it may have while others wait. Wait until one of them has ended, then ask again',
  );
}

/** Does a job in a process of its own. `id` is what the runner knows it by. */
export function startJob({ runner, keystead }: JobServices, id: string, job: Job): Promise<RunEnd> {
  return runner.start(id, job, keystead(job.tenantId, job.environmentId, id)).ended;
}

/** All that a process is handed to do some work for an environment: where, with which keys, knowing which snapshots. */
export function jobOf(services: JobServices, tenant: Tenant, found: Environment, work: Work, limits?: RunLimits): Job {
  const { tenantKey, tenantId } = tenant;
  const environment = 'snapshot' in work ? atChoice(found, work.snapshot) : found;
  const before = work.kind === 'compare' ? atChoice(found, work.before) : environment;
  const { egress, cacheFolder } = services;
  return {
    tenantId,
    environmentId: environment.id,
    ...placeOf(services, tenantKey, environment),
    ...(before.vaultId !== environment.vaultId && { before: placeOf(services, tenantKey, before) }),
    ...(performerOf(work.kind).signs && { writerKey: writerKeyBytes(tenantKey, environment) }),
    ...(cacheFolder !== undefined && { cacheFolder }),
    egress,
    ...(limits && { limits }),
    work,
  };
}

function placeOf(services: JobServices, tenantKey: TenantKey, environment: Environment): JobPlace {
  const { vaultId, writer, heads, identity } = environment;
  return {
    ...(identity && { identity }),
    storage: storageAccessOf(tenantKey, environment, services),
    ...(vaultId !== undefined && { vaultId }),
    creator: writer.id,
    masterKeys: masterKeyAccessesOf(tenantKey, environment, services),
    heads,
  };
}
