import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Write } from '../records/commit.ts';
import { timeOf } from '../records/names.ts';
import { ConflictError, type NamedRef, type RecordStore } from '../records/ports.ts';
import { KEPT_MS, putRun, readRun, removeRun, RUN_FORGET_SPACE, runRef } from '../vault/runs/run-record.ts';
import type { Run } from '../vault/runs/run.ts';
import { readSource, sourceRef } from '../vault/sources/source-record.ts';

/** How many runs one sweep looks at, and how many go in one commit. */
const BATCH = 1_000;
const COMMIT = 100;

export interface ForgetServices {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly random: Random;
}

/**
 * Forgets the records of runs that ended half a year ago, but for the newest good backup of each source, whatever its age.
 * The snapshots are not touched by it. Answers how many went.
 *
 * @throws {AggregateError} when all others are gone: what kept some from it
 */
export async function forgetRuns({ store, directory, random }: ForgetServices, nowMs: number): Promise<number> {
  const due = (await store.listNames(RUN_FORGET_SPACE, { limit: BATCH })).filter((name) => timeOf(name) <= nowMs);
  const failures: unknown[] = [];
  let forgotten = 0;
  for (const [tenantId, refs] of Map.groupBy(due, (ref) => ref.tenantId)) {
    const tenant = await directory.tenant(tenantId);
    if (tenant === undefined) continue;
    for (let at = 0; at < refs.length; at += COMMIT) {
      const writes = await writesOf(store, tenant, refs.slice(at, at + COMMIT), nowMs, failures);
      const runs = writes.filter((write) => 'remove' in write).length;
      if (writes.length > 0 && (await forget(store, tenantId, writes, runs, nowMs, random))) forgotten += runs;
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} runs could not be forgotten`);
  return forgotten;
}

/** A name proves nothing: what the record says decides. */
async function writesOf(
  store: RecordStore,
  tenant: Tenant,
  refs: readonly NamedRef[],
  nowMs: number,
  failures: unknown[],
): Promise<Write[]> {
  const writes: Write[] = [];
  for (const { id } of refs) {
    try {
      const record = await store.read(runRef(tenant.tenantId, id));
      const run = record && readRun(tenant.tenantKey, record);
      if (run === undefined || run.state === 'running') continue;
      const keeps = await isNewestGood(store, tenant, run);
      writes.push(keeps ? putRun(tenant.tenantKey, run, { ...run, keptUntilMs: nowMs + KEPT_MS }) : removeRun(run));
    } catch (error) {
      // One record that cannot be read must not keep the others.
      failures.push(error);
    }
  }
  return writes;
}

async function isNewestGood(store: RecordStore, tenant: Tenant, { id, subject }: Run): Promise<boolean> {
  if (subject.sourceId === undefined) return false;
  const record = await store.read(sourceRef(tenant.tenantId, subject.sourceId));
  return record !== undefined && readSource(tenant.tenantKey, record).lastGood?.runId === id;
}

async function forget(
  store: RecordStore,
  tenantId: string,
  writes: readonly Write[],
  runs: number,
  nowMs: number,
  random: Random,
): Promise<boolean> {
  const entry = {
    tenantId,
    timeMs: nowMs,
    principal: 'keystead',
    action: 'keystead:ForgetRuns',
    requestId: 'sweep',
    outcome: 'done' as const,
    change: true,
    details: { runs },
    salt: random(16),
  };
  try {
    await store.commit({ writes, entries: [entry] });
    return true;
  } catch (error) {
    // Another server's sweep was faster: the next one looks again.
    if (!(error instanceof ConflictError)) throw error;
    return false;
  }
}
