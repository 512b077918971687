import { VaultError } from '../errors.ts';
import { covers } from '../format/hold.ts';
import { parseSnapshotName, snapshotId, type Manifest } from '../format/manifest.ts';
import { revokeWriter } from '../further-writers.ts';
import type { KnownHead } from '../index-cache.ts';
import { readHolds } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';
import { idsOf, listSnapshots, type SnapshotList } from '../snapshots.ts';
import { bury, countLocked, sumLocked, type Kept, type LockedCount } from './bury.ts';
import { clear } from './expire.ts';
import type { Holding } from './survey.ts';

export interface LetGoOptions {
  readonly repository: Repository;
  readonly writer: string;
  /** The last of its snapshots that is to count, 0: none; absent: all that there are now. */
  readonly through?: number;
  /** Heads that are known elsewhere: the store may have later ones, or may have lost some. */
  readonly knownHeads?: readonly KnownHead[];
  /** Holds that count beside those in the store. */
  readonly holds?: readonly Holding[];
}

/** `through`: the last snapshot that counts; `discounted`: those that were taken away since they are after it. */
export interface LetGoReport extends LockedCount {
  readonly through: number;
  readonly discounted: readonly string[];
  readonly heads: readonly KnownHead[];
}

/**
 * Lets a further writer go. Where fewer of its snapshots are to count than there are, those after get their tombstones
 * first, also where they were rewritten since: what does not count any more lies there as nothing that could be mistaken
 * for damage, and what only it needs goes with the next prunes. The writer's end is signed last, so that one that is cut
 * off can be done again. The creator alone can.
 *
 * @throws {VaultError} `snapshot-missing`: it has not come as far as `through`; `held`: a legal hold covers one of those
 *   that would go; `unknown-writer`
 */
export async function letWriterGo(options: LetGoOptions): Promise<LetGoReport> {
  const { repository, writer, knownHeads = [] } = options;
  const list = await listSnapshots(repository, knownHeads);
  const ofWriter = [...knownHeads, ...list.heads].filter((head) => head.writer === writer);
  const newest = Math.max(0, ...ofWriter.map(({ sequence }) => sequence));
  const { through = newest } = options;
  if (through > newest) {
    throw new VaultError(
      'snapshot-missing',
      `The writer ${writer} has come to its snapshot ${newest}, and ${through} is after that: say one that is there, or none to keep all`,
    );
  }
  const after = list.snapshots.filter((manifest) => sequenceOf(list, manifest, writer) > through);
  await requireUnheld(options, list, after);
  // What a deletion that was cut off has left is not read any more once its writer is let go.
  const cleared = await clear(repository, list);
  const kept: (Kept | undefined)[] = [];
  for (const manifest of after) kept.push(await bury(repository, manifest, { reason: 'removed' }));
  await revokeWriter(repository, writer, through);
  const discounted = after.map(({ head }) => snapshotId(head));
  return { through, discounted, heads: list.heads, ...sumLocked([cleared, countLocked(kept)]) };
}

/** The number that a writer gave what a snapshot holds, also where it was rewritten since; 0: it is another's. */
function sequenceOf(list: SnapshotList, { head }: Manifest, writer: string): number {
  const origin = parseSnapshotName(`snapshots/${(idsOf(list, snapshotId(head)).at(-1) ?? '').replace('-', '/')}`);
  return origin?.writer === writer ? origin.sequence : 0;
}

async function requireUnheld(
  { repository, holds = [] }: LetGoOptions,
  list: SnapshotList,
  going: readonly Manifest[],
): Promise<void> {
  const stored = (await readHolds(repository)).items.filter(({ state }) => state === 'held');
  const all: readonly Holding[] = [...stored, ...holds];
  const held = going.find(({ head }) => all.some((hold) => covers(hold, idsOf(list, snapshotId(head)), head.domain)));
  if (held) {
    throw new VaultError(
      'held',
      `The snapshot ${snapshotId(held.head)} is after what is to count, and cannot be removed`,
    );
  }
}
