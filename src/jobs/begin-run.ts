import type { Random } from '../crypto/random.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Precondition, Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { environmentRef } from '../vault/environments/environment-record.ts';
import { requireSigning, type Environment } from '../vault/environments/environment.ts';
import { placeBelow, type Roots } from '../vault/environments/roots.ts';
import type { RunKind, RunLimits, Work } from '../vault/runs/job.ts';
import { locksOf, type RunLocks } from '../vault/runs/locks.ts';
import { thisOwner } from '../vault/runs/owner.ts';
import { performerOf } from '../vault/runs/performers.ts';
import { activitySpace, lockName, putRun } from '../vault/runs/run-record.ts';
import { runId, type Run, type RunSubject, type ScheduledRun } from '../vault/runs/run.ts';

/** What is to be run, once what was asked for has been looked at. */
export interface PlannedRun {
  /** Without secrets of its source. */
  readonly work: Extract<Work, { kind: RunKind }>;
  /** The work with its secrets, asked for when the run starts; absent: there are none. */
  readonly openWork?: () => Work;
  readonly subject: RunSubject;
  readonly limits?: RunLimits;
  /** What changes with the start, besides the record of the run; and the environment as it is then. */
  readonly environment?: Environment;
  readonly writes?: readonly Write[];
  /** Where it works: the environment as it stands at one of its places; absent: where backups go now. */
  readonly at?: Environment;
}

/** A run whose record is about to be written: start it once that is durable. */
export interface BegunRun {
  readonly run: Run;
  readonly environment: Environment;
  readonly openWork: () => Work;
  readonly limits?: RunLimits;
}

export interface BeginServices {
  readonly records: RecordReader;
  readonly random: Random;
  readonly vaultRoots: Roots;
}

/** Who begins a run. */
export interface Beginner {
  /** ARN. */
  readonly startedBy: string;
  readonly scheduled?: ScheduledRun;
}

/**
 * The commit by which a planned run comes to be.
 *
 * @throws {EnvironmentError} `run-in-progress`, `path-changed`
 */
export async function beginRun(
  { records, random, vaultRoots }: BeginServices,
  { tenantId, tenantKey }: Tenant,
  found: Environment,
  plan: () => Promise<PlannedRun> | PlannedRun,
  { startedBy, scheduled }: Beginner,
  nowMs: number,
): Promise<{
  readonly value: BegunRun;
  readonly writes: readonly Write[];
  readonly emptySpaces: readonly string[];
  readonly preconditions: readonly Precondition[];
}> {
  const { work, openWork = () => work, subject, limits, environment = found, writes = [], at } = await plan();
  await requireUnmoved(vaultRoots, at ?? found);
  if (performerOf(work.kind).signs) requireSigning(at ?? found);
  const locks = locksOf(work);
  await requireFree(records, found.id, locks);
  const run: Run = {
    tenantId,
    id: runId(nowMs, random),
    revision: 0,
    environmentId: found.id,
    kind: work.kind,
    subject: { ...subject, ...(at?.vaultId !== undefined && { vaultId: at.vaultId }) },
    locks,
    state: 'running',
    startedBy,
    owner: thisOwner(),
    ...(scheduled && { scheduled }),
    startedAtMs: nowMs,
  };
  return {
    value: { run, environment: at ?? environment, openWork, ...(limits && { limits }) },
    writes: [putRun(tenantKey, undefined, run), ...writes],
    // An environment that was moved or deleted meanwhile is not run on as it was.
    preconditions: writes.some((write) => 'put' in write && write.put.kind === 'environment')
      ? []
      : [{ ref: environmentRef(tenantId, found.id), revision: found.revision }],
    emptySpaces: (locks.apartFrom ?? []).map((activity) => activitySpace(found.id, activity)),
  };
}

/** The run that is in the way, if there is one. */
export async function inTheWay(
  records: RecordReader,
  environmentId: string,
  { holds, apartFrom = [] }: RunLocks,
): Promise<string | undefined> {
  for (const lock of holds) {
    const holder = await records.resolve(lockName(environmentId, lock));
    if (holder !== undefined) return holder.id;
  }
  for (const activity of apartFrom) {
    const [first] = await records.listNames(activitySpace(environmentId, activity), { limit: 1 });
    if (first !== undefined) return first.id;
  }
  return undefined;
}

async function requireFree(records: RecordReader, environmentId: string, locks: RunLocks): Promise<void> {
  const holder = await inTheWay(records, environmentId, locks);
  if (holder === undefined) return;
  throw new EnvironmentError(
    'run-in-progress',
    `The run ${holder} is in flight on this environment. Wait for it to end, or cancel it`,
  );
}

/** The folder of an environment must be what it was when it was looked at: no link to somewhere else meanwhile. */
async function requireUnmoved(vaultRoots: Roots, { storage }: Environment): Promise<void> {
  if (storage.type !== 'folder') return;
  const place = await placeBelow(vaultRoots, storage.path);
  if (place === storage.path) return;
  throw new EnvironmentError(
    'path-changed',
    `The folder ${storage.path} leads to ${place} now. Put the folder back where it was: backups are not written through a link`,
  );
}
