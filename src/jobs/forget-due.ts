import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import { ownEntry } from '../pipeline/own-entry.ts';
import type { Write } from '../records/commit.ts';
import { timeOf } from '../records/names.ts';
import { ConflictError, type MaybePromise, type NamedRef, type RecordStore } from '../records/ports.ts';

/** What is forgotten by itself once its time has come. */
export interface Forgotten {
  /** In words, for who reads that some could not be forgotten. */
  readonly things: string;
  /** The names, sorted by time, that say when the time of which record comes. */
  readonly space: string;
  readonly action: string;
  readonly everyMs: number;
  /** How many names one sweep looks at; what is left waits for the next. And how many go in one commit, whose entry names them. */
  readonly batch: number;
  readonly perCommit: number;
  /** Whether what goes must be gone from the disk. */
  readonly shreds: boolean;
  /** What its entry tells. */
  readonly details: (refs: readonly NamedRef[], removed: number) => Readonly<Record<string, string | number>>;
  /**
   * The write that forgets it, or that puts its time off; `undefined` where its time has not come after all: a name
   * proves nothing, what the record says decides.
   */
  readonly writeOf: (
    services: ForgetServices,
    tenant: Tenant,
    ref: NamedRef,
    nowMs: number,
  ) => MaybePromise<Write | undefined>;
}

export interface ForgetServices {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly random: Random;
}

/**
 * Forgets what has become due. Nothing is good for anything beyond its time, whether or not the sweep has come by: this
 * makes room, and takes secrets off the disk. Answers how many records went.
 *
 * @throws {AggregateError} when all others are gone: what kept some from it
 */
export async function forgetDue(services: ForgetServices, what: Forgotten, nowMs: number): Promise<number> {
  const { store, directory } = services;
  const { space, batch, perCommit, things } = what;
  const due = (await store.listNames(space, { limit: batch })).filter((name) => timeOf(name) <= nowMs);
  const failures: unknown[] = [];
  let forgotten = 0;
  for (const [tenantId, refs] of Map.groupBy(due, (ref) => ref.tenantId)) {
    const tenant = await attempt(failures, () => directory.tenant(tenantId));
    if (tenant === undefined) continue;
    for (let at = 0; at < refs.length; at += perCommit)
      forgotten += await forgetSome(services, what, tenant, refs.slice(at, at + perCommit), nowMs, failures);
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} ${things} could not be forgotten`);
  return forgotten;
}

/** Forgets these in one commit. Answers how many records went. */
async function forgetSome(
  services: ForgetServices,
  { action, shreds, details, writeOf }: Forgotten,
  tenant: Tenant,
  refs: readonly NamedRef[],
  nowMs: number,
  failures: unknown[],
): Promise<number> {
  const { store, random } = services;
  const writes: Write[] = [];
  for (const ref of refs) {
    const write = await attempt(failures, () => writeOf(services, tenant, ref, nowMs));
    if (write !== undefined) writes.push(write);
  }
  if (writes.length === 0) return 0;
  const removed = writes.filter((write) => 'remove' in write).length;
  const act = { tenantId: tenant.tenantId, action, details: details(refs, removed) };
  try {
    await store.commit({ writes, entries: [ownEntry(act, nowMs, random)], ...(shreds && { shred: true }) });
    return removed;
  } catch (error) {
    // Another node's sweep was faster, or somebody has just changed one of them: the next sweep looks again.
    if (!(error instanceof ConflictError)) throw error;
    return 0;
  }
}

/** One record that cannot be read must not keep the others: why it cannot is put to the failures. */
async function attempt<Value>(
  failures: unknown[],
  work: () => MaybePromise<Value | undefined>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}
