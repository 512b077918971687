import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { parseEnvelopeName } from '../format/envelope.ts';
import { syncIndex } from '../index-sync.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Mark } from '../format/mark.ts';
import type { KeyPurpose } from '../master-keys/context.ts';
import type { Repository } from '../repository.ts';
import { packName } from '../tree-reader.ts';
import { countLocked, remove, sumLocked, type LockedCount } from './bury.ts';
import { isDue } from './expire.ts';
import type { MarkList } from './mark-list.ts';
import { needed, requireSound, type Survey } from './survey.ts';

const HOUR_MS = 3_600_000;

/** How long things wait. The defaults are the least that production has. */
export interface PruneTimes {
  /** From the mark to the deletion. A backup may run for half of it and more, and lose nothing. */
  readonly graceMs: number;
  /** What is younger, by the store's clock, may belong to a run in flight, or serve the next one. */
  readonly unfinishedMs: number;
}

export const PRUNE_TIMES: PruneTimes = { graceMs: 24 * HOUR_MS, unfinishedMs: 7 * 24 * HOUR_MS };

/** `locked`: what was due, and is locked in the store. */
export interface PruneReport extends LockedCount {
  /** Marked for deletion now: objects, and their bytes. */
  readonly marked: number;
  readonly markedBytes: number;
  /** Deleted now: objects, and their bytes. */
  readonly deleted: number;
  readonly deletedBytes: number;
  /** Were marked, and are needed after all. */
  readonly rescued: number;
  /** Marked, and not due yet. */
  readonly waiting: number;
}

/** One thing of the store that may go: an object, or all revisions of an envelope. */
interface Thing {
  readonly name: string;
  readonly objects: readonly string[];
  readonly length: number;
  readonly storedMs?: number;
}

/** What lies under `packs/`, `index/` and `keys/`, by the names that marks have for it. */
async function inventory({ target }: Repository): Promise<Map<string, Thing>> {
  const things = new Map<string, Thing>();
  for (const prefix of ['packs/', 'index/', 'keys/']) {
    for await (const { name: object, length, storedMs } of target.list(prefix)) {
      const envelope = parseEnvelopeName(object);
      const name = envelope ? `keys/${envelope.key}` : object;
      const before = things.get(name);
      const newest = Math.max(before?.storedMs ?? 0, storedMs ?? 0);
      things.set(name, {
        name,
        objects: [...(before?.objects ?? []), object],
        length: (before?.length ?? 0) + length,
        ...(newest > 0 && { storedMs: newest }),
      });
    }
  }
  return things;
}

/**
 * The second phase: deletes what was marked, is due, and is still needed by nothing. `again` surveys anew, after the marks
 * were read; `step` is awaited before each thing: docs/spec/backup-format.md section 13.
 */
export async function sweep(
  repository: Repository,
  marks: MarkList,
  again: () => Promise<Survey>,
  storeMs: number | undefined,
  step: () => Promise<void>,
): Promise<Pick<PruneReport, 'deleted' | 'deletedBytes' | 'rescued' | 'waiting' | 'locked' | 'lockedUntilMs'>> {
  const count = { deleted: 0, deletedBytes: 0, rescued: 0, waiting: 0 };
  const locked: LockedCount[] = [];
  const due: Mark[] = [];
  for (const mark of marks.deletions) {
    if (isDue(mark, repository.clock.nowMs(), storeMs)) due.push(mark);
    else count.waiting += mark.names.length;
  }
  if (due.length === 0) return { ...count, locked: 0 };
  const now = await again();
  requireSound(now);
  const names = needed(now.snapshots);
  const things = await inventory(repository);
  for (const mark of due) {
    const lockedBefore = locked.length;
    for (const name of mark.names.toSorted((a, b) => order(a) - order(b))) {
      await step();
      const thing = things.get(name);
      if (names.has(name)) count.rescued++;
      else if (thing) {
        const left = await removeThing(repository, thing, count);
        if (left.locked > 0) locked.push(left);
      }
    }
    faultPoint('keeping.before-unmark');
    // What is locked stays marked, so that nothing new refers to it.
    if (locked.length === lockedBefore) await marks.drop(repository, mark);
  }
  return { ...count, ...sumLocked(locked) };
}

async function removeThing(
  repository: Repository,
  { objects, length }: Thing,
  count: { deleted: number; deletedBytes: number },
): Promise<LockedCount> {
  const outcomes = [];
  for (const object of objects) outcomes.push(await remove(repository, object));
  const left = countLocked(outcomes);
  if (left.locked > 0) return { ...left, locked: 1 };
  count.deleted++;
  count.deletedBytes += length;
  return left;
}

/** Index objects, then packs, then envelopes: nothing leads to what is gone already. */
function order(name: string): number {
  return ['index/', 'packs/', 'keys/'].findIndex((prefix) => name.startsWith(prefix));
}

/** Whoever may write can put what is no envelope: it is left to a check to tell of it, and stops nothing here. */
async function purposeOf(ring: KeyRing, key: string): Promise<KeyPurpose | undefined> {
  try {
    return (await ring.find(key)).envelope.purpose;
  } catch (error) {
    if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
    return undefined;
  }
}

/** The first phase: marks what nothing needs and what is old enough. With `dryRun` it only counts. */
export async function mark(
  repository: Repository,
  ring: KeyRing,
  { snapshots, marks, list }: Survey,
  times: PruneTimes,
  { storeMs, dryRun = false }: { readonly storeMs: number | undefined; readonly dryRun?: boolean },
): Promise<Pick<PruneReport, 'marked' | 'markedBytes'>> {
  requireSound({ list, marks });
  await syncIndex(repository, ring);
  const things = await inventory(repository);
  const names = needed(snapshots);
  const marked = new Set(marks.deletions.flatMap((one) => one.names));
  const isOld = ({ storedMs }: Thing): boolean =>
    storedMs !== undefined && (storeMs ?? repository.clock.nowMs()) - storedMs >= times.unfinishedMs;
  const isFree = (thing: Thing): boolean => !names.has(thing.name) && !marked.has(thing.name) && isOld(thing);
  const objects = [...things.values()].filter((thing) => !thing.name.startsWith('keys/') && isFree(thing));
  const going = new Set([...objects.map(({ name }) => name), ...marked]);
  const inUse = new Set<string>();
  for (const { id, keyId, indexId, indexKeyId } of repository.cache.packs()) {
    if (things.has(packName(id)) && !going.has(packName(id))) inUse.add(`keys/${keyId}`);
    if (things.has(`index/${indexId}`) && !going.has(`index/${indexId}`)) inUse.add(`keys/${indexKeyId}`);
  }
  const keys: Thing[] = [];
  for (const thing of things.values()) {
    if (!thing.name.startsWith('keys/') || !isFree(thing) || inUse.has(thing.name)) continue;
    const purpose = await purposeOf(ring, thing.name.slice('keys/'.length));
    if (purpose === 'data' || purpose === 'metadata') keys.push(thing);
  }
  const all = [...objects.toSorted((a, b) => order(a.name) - order(b.name)), ...keys];
  if (!dryRun && all.length > 0 && repository.target.capabilities.delete) {
    const forMs = times.graceMs;
    await marks.put(
      repository,
      { kind: 'delete', reason: 'unreferenced', forMs },
      all.map(({ name }) => name),
    );
  }
  return { marked: all.length, markedBytes: all.reduce((sum, { length }) => sum + length, 0) };
}
