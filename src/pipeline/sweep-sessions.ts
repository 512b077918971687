import { timeOf } from '../records/names.ts';
import type { Random } from '../crypto/random.ts';
import { isForgettable, readCredential, removeCredential, SESSION_END_SPACE } from '../identity/credential.ts';
import type { Directory } from '../identity/directory.ts';
import type { Remove } from '../records/commit.ts';
import { ConflictError, type NamedRef, type RecordStore } from '../records/ports.ts';

/** How many sessions one sweep looks at. What is left waits for the next: at one every 30 seconds, 120,000 an hour. */
const BATCH = 1_000;
/** How many go in one commit: its entry names them all. */
const COMMIT = 100;

/**
 * Forgets sessions that have been over for an hour, so that those of many AssumeRole calls do not pile up. They open
 * nothing from their time on, whether or not the sweep has come by. Answers how many went.
 *
 * @throws {AggregateError} when all others are gone: what kept some from it
 */
export async function sweepSessions(
  store: RecordStore,
  directory: Directory,
  nowMs: number,
  random: Random,
): Promise<number> {
  const due = (await store.listNames(SESSION_END_SPACE, { limit: BATCH })).filter((name) => timeOf(name) <= nowMs);
  let removed = 0;
  const failures: unknown[] = [];
  for (const [tenantId, refs] of Map.groupBy(due, (ref) => ref.tenantId)) {
    for (let at = 0; at < refs.length; at += COMMIT) {
      const writes = await removalsOf(store, directory, refs.slice(at, at + COMMIT), nowMs, failures);
      if (writes.length > 0 && (await forget(store, tenantId, writes, nowMs, random))) removed += writes.length;
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} sessions could not be forgotten`);
  return removed;
}

/** A name proves nothing: what the record says decides. */
async function removalsOf(
  store: RecordStore,
  directory: Directory,
  refs: readonly NamedRef[],
  nowMs: number,
  failures: unknown[],
): Promise<Remove[]> {
  const writes: Remove[] = [];
  for (const { tenantId, kind, id } of refs) {
    const tenant = await directory.tenant(tenantId);
    const record = await store.read({ tenantId, kind, id });
    if (tenant === undefined || record?.kind !== 'credential') continue;
    try {
      const credential = readCredential(tenant, record);
      if (isForgettable(credential, nowMs)) writes.push(removeCredential(credential));
    } catch (error) {
      // One record that cannot be read must not keep the others.
      failures.push(error);
    }
  }
  return writes;
}

async function forget(
  store: RecordStore,
  tenantId: string,
  writes: readonly Remove[],
  nowMs: number,
  random: Random,
): Promise<boolean> {
  const entry = {
    tenantId,
    timeMs: nowMs,
    principal: 'keystead',
    action: 'sts:ForgetSessions',
    requestId: 'sweep',
    outcome: 'done' as const,
    change: true,
    details: { sessions: writes.length },
    salt: random(16),
  };
  try {
    await store.commit({ writes, entries: [entry] });
    return true;
  } catch (error) {
    // Another node's sweep was faster, or somebody has just taken one of them back: the next sweep looks again.
    if (!(error instanceof ConflictError)) throw error;
    return false;
  }
}
