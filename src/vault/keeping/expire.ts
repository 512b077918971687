import type { Mark } from '../format/mark.ts';
import { parseSnapshotName, snapshotId, snapshotName } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import { currentId, type SnapshotList } from '../snapshots.ts';
import type { Trashed } from './mark-list.ts';
import { bury, countLocked, remove, sumLocked, type Kept, type LockedCount } from './bury.ts';
import type { RulesOf, Survey, Surveyed } from './survey.ts';

const DAY_MS = 24 * 3_600_000;

/** `locked`: manifests whose snapshots are gone and that the store does not let go of yet. */
export interface ExpireReport extends LockedCount {
  /** Put into the trash now. */
  readonly trashed: readonly string[];
  /** Deleted now. */
  readonly deleted: readonly string[];
  /** In the trash, and not due yet, held, or kept by a rule again. */
  readonly waiting: number;
}

/** Whether a mark's time has come: by the own clock and by the store's, whichever says so later. */
export function isDue({ createdMs, notBeforeMs, storedMs }: Mark, nowMs: number, storeMs: number | undefined): boolean {
  const forMs = notBeforeMs - createdMs;
  return nowMs >= notBeforeMs && (storeMs === undefined || storedMs === undefined || storeMs - storedMs >= forMs);
}

/** Whether the rules let go of a snapshot. */
export function expires({ retained, isHeld, isTakenBack, trashed }: Surveyed): boolean {
  return retained.keptBy.length === 0 && !isHeld && !isTakenBack && trashed === undefined;
}

/** Whether a snapshot in the trash is to be deleted now. */
function isOver({ trashed, isHeld, retained }: Surveyed, nowMs: number, storeMs: number | undefined): boolean {
  if (trashed === undefined || isHeld || !isDue(trashed.mark, nowMs, storeMs)) return false;
  return trashed.reason === 'removed' || retained.keptBy.length === 0;
}

/** Whether the rules were made kinder since: what a rule would keep does not go. */
function isKeptAgain({ trashed, retained }: Surveyed, nowMs: number, storeMs: number | undefined): boolean {
  return trashed?.reason === 'expired' && retained.keptBy.length > 0 && isDue(trashed.mark, nowMs, storeMs);
}

/** Moves what no rule keeps into the trash, deletes what has been there for its time, and ends deletions that were cut off. */
export async function expire(
  repository: Repository,
  { list, marks, snapshots }: Survey,
  rulesOf: RulesOf,
  storeMs: number | undefined,
  step: () => Promise<void>,
): Promise<ExpireReport> {
  const { clock } = repository;
  const trashed: string[] = [];
  const deleted: string[] = [];
  const cleared = await clear(repository, list);
  const kept: (Kept | undefined)[] = [];
  const going: Surveyed[] = [];
  for (const one of snapshots) {
    await step();
    if (expires(one)) {
      const forMs = (rulesOf(one.needs.source)?.trashDays ?? 0) * DAY_MS;
      await marks.put(repository, { kind: 'trash', reason: 'expired', forMs }, [one.id]);
      trashed.push(one.id);
      const now = marks.trashed(one.ids);
      going.push({ ...one, ...(now && { trashed: now }) });
    } else going.push(one);
  }
  for (const one of going) {
    await step();
    if (isKeptAgain(one, clock.nowMs(), storeMs)) await marks.drop(repository, (one.trashed as Trashed).mark);
    if (!isOver(one, clock.nowMs(), storeMs)) continue;
    kept.push(await bury(repository, one.manifest, { reason: one.trashed?.reason ?? 'expired' }));
    deleted.push(one.id);
  }
  const gone = new Set([...deleted, ...list.tombstones.map(snapshotId), ...list.leftovers]);
  for (const mark of marks.marks) {
    const isOfSnapshots = mark.kind === 'trash' || mark.kind === 'keep';
    if (isOfSnapshots && mark.names.every((id) => gone.has(currentId(list, id)))) {
      await marks.drop(repository, mark);
    }
  }
  const waiting = going.filter(({ id, ids }) => marks.trashed(ids) !== undefined && !deleted.includes(id)).length;
  return { trashed, deleted, waiting, ...sumLocked([cleared, countLocked(kept)]) };
}

/** Ends deletions and replacements that were cut off. Answers how many manifests the store does not let go of. */
export async function clear(
  repository: Repository,
  { leftovers, superseded }: Pick<SnapshotList, 'leftovers' | 'superseded'>,
): Promise<LockedCount> {
  const kept: (Kept | undefined)[] = [];
  for (const { manifest, by } of superseded) {
    kept.push(await bury(repository, manifest, { reason: 'replaced', replacedBy: by }));
  }
  for (const id of leftovers) {
    const [writer = '', sequence] = id.split('-');
    const name = snapshotName(writer, Number(sequence));
    if (parseSnapshotName(name)) kept.push(await remove(repository, name));
  }
  return countLocked(kept);
}
