import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import type { KnownHead } from '../index-cache.ts';
import type { Repository } from '../repository.ts';
import { creatorFor } from '../further-writers.ts';
import { sumLocked } from './bury.ts';
import { expire, expires, type ExpireReport } from './expire.ts';
import { extendLocks } from './extend-locks.ts';
import { finishForgetting } from './forget.ts';
import { storeTimeMs } from './mark-list.ts';
import { mark, PRUNE_TIMES, sweep, type PruneReport, type PruneTimes } from './prune.ts';
import { repack } from './repack.ts';
import { rewriteRetired } from './retire.ts';
import type { RewriteReport } from './rewrite.ts';
import { requireSound, survey, type Holding, type RulesOf, type Survey } from './survey.ts';
import { unsetClock } from './unset-clock.ts';

export interface MaintainOptions {
  readonly repository: Repository;
  readonly rulesOf: RulesOf;
  /** Holds that count beside those in the store. */
  readonly holds?: readonly Holding[];
  readonly knownHeads?: readonly KnownHead[];
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** Every object that is still needed is locked for so long from now on, where the store can. */
  readonly lockDays?: number;
  readonly times?: PruneTimes;
  /** Whether what is in use is copied out of packs that are mostly dead. It reads every tree. */
  readonly repack?: boolean;
  /** How much is copied in one go, for that and from under retired keys. */
  readonly rewriteBytes?: number;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface MaintainReport extends PruneReport {
  /** Ids of snapshots that went into the trash. */
  readonly trashed: readonly string[];
  /** Ids of snapshots that were deleted. */
  readonly deletedSnapshots: readonly string[];
  readonly inTrash: number;
  /** What was copied out of packs that were mostly dead, and from under retired keys. */
  readonly repacked?: RewriteReport;
  /** Objects whose lock was extended. */
  readonly extended: number;
  /** Whether neither a snapshot is left nor anything that one was made of. */
  readonly isEmpty: boolean;
  /** The newest snapshots, to be kept elsewhere. */
  readonly heads: readonly KnownHead[];
}

/** What is copied in one go; the next time goes on. */
const REWRITE_BYTES = 16 * 2 ** 30;
const NOTHING_SWEPT = { deleted: 0, deletedBytes: 0, rescued: 0, locked: 0 };

/**
 * Looks after a vault: expires by the rules, empties the trash of what is due, deletes what was marked long enough ago,
 * marks what nothing needs any more, and extends locks. Backups go on meanwhile, and two of these do no harm. Can be cut
 * off anywhere: the next one goes on. The creator alone can.
 */
export async function maintain(options: MaintainOptions): Promise<MaintainReport> {
  const ring = options.repository.keyRing();
  try {
    creatorFor(options.repository);
    return await maintainWith(ring, options);
  } finally {
    ring.drop();
  }
}

async function maintainWith(ring: KeyRing, options: MaintainOptions): Promise<MaintainReport> {
  const { repository, rulesOf, dryRun = false, times = PRUNE_TIMES, signal } = options;
  // Nothing is taken away under a key that was switched off meanwhile.
  const guard = new KeyGuard(ring, repository.descriptor.dedupeKey, repository.clock, signal);
  const refuseSetClock = unsetClock(repository.clock);
  const step = async (): Promise<void> => {
    refuseSetClock();
    await guard.check();
  };
  const look = () => survey(options, ring);
  const first = await look();
  requireSound(first);
  await step();
  const storeMs = dryRun ? undefined : await storeTimeMs(repository, first.marks);
  let expired: ExpireReport = {
    trashed: first.snapshots.filter(expires).map(({ id }) => id),
    deleted: [],
    waiting: first.snapshots.filter(({ trashed }) => trashed !== undefined).length,
    locked: 0,
  };
  let swept: Omit<PruneReport, 'marked' | 'markedBytes'> = {
    ...NOTHING_SWEPT,
    waiting: first.marks.deletions.reduce((sum, { names }) => sum + names.length, 0),
  };
  if (!dryRun) {
    expired = await expire(repository, first, rulesOf, storeMs, step);
    swept = await sweep(repository, first.marks, look, storeMs, step);
  }
  const repacked = dryRun ? undefined : await copyOut(ring, options, look);
  const last = dryRun ? first : await look();
  await step();
  const marked = await mark(repository, ring, last, times, { storeMs, dryRun });
  const isEmpty = last.snapshots.length === 0 && (await holdsNothing(repository));
  const extended = dryRun ? 0 : await extendLocks(repository, last.snapshots, options.lockDays, step);
  return {
    trashed: expired.trashed,
    deletedSnapshots: expired.deleted,
    inTrash: expired.waiting,
    ...swept,
    ...marked,
    ...sumLocked([expired, swept]),
    ...(repacked && { repacked }),
    extended,
    isEmpty,
    heads: last.list.heads,
  };
}

/** Whether nothing of a snapshot is in the store: what is not needed any more may wait there for its time. */
async function holdsNothing({ target }: Repository): Promise<boolean> {
  for (const kind of ['snapshots/', 'packs/', 'index/']) for await (const _ of target.list(kind)) return false;
  return true;
}

/** Goes on with what was forgotten and retired, and with packs that are mostly dead. */
async function copyOut(
  ring: KeyRing,
  options: MaintainOptions,
  look: () => Promise<Survey>,
): Promise<RewriteReport | undefined> {
  const { repository, rewriteBytes: maxBytes = REWRITE_BYTES, signal, onProgress } = options;
  await finishForgetting(options, ring);
  const common = { repository, ring, maxBytes, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const retired = await rewriteRetired({ ...common, survey: await look() });
  if (options.repack !== true) return retired;
  const repacked = await repack({ ...common, survey: await look() });
  return retired === undefined ? repacked : sum(retired, repacked);
}

function sum(a: RewriteReport, b: RewriteReport): RewriteReport {
  return {
    packs: a.packs + b.packs,
    chunks: a.chunks + b.chunks,
    bytes: a.bytes + b.bytes,
    replaced: a.replaced + b.replaced,
    packsLeft: a.packsLeft + b.packsLeft,
    held: a.held + b.held,
  };
}
