import type { KnownHead } from '../index-cache.ts';
import { snapshotId } from '../format/manifest.ts';
import { readMarks } from '../read-creator-objects.ts';
import { readRetired } from '../read-retired.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';
import type { ServerWord } from './write-only.ts';

/**
 * Proves the master key by using it, and says to a writer that cannot read what the store has of it. Rejects with a
 * `MasterKeyError` when the key says no.
 */
export async function wordFor(
  repository: Repository,
  writer: string,
  known: readonly KnownHead[] = [],
): Promise<ServerWord> {
  await proveMasterKey(repository);
  const { snapshots, heads } = await listSnapshots(repository, known);
  const marks = (await readMarks(repository)).items;
  const retired = (await readRetired(repository)).items;
  const head = newestOf([...heads, ...known, ...repository.cache.knownHeads()], writer);
  return {
    nowMs: repository.clock.nowMs(),
    snapshots: snapshots
      .filter((snapshot) => snapshot.head.writer === writer)
      .map((snapshot) => snapshotId(snapshot.head)),
    marked: [
      ...new Set(marks.filter(({ kind }) => kind === 'delete').flatMap(({ names }) => names)),
      ...retired.map(({ key }) => `keys/${key}`),
    ],
    ...(head && { head }),
  };
}

/** Has a master key open the vault's own data key: proves that it may, now. */
export async function proveMasterKey(repository: Repository): Promise<void> {
  const ring = repository.keyRing();
  try {
    await ring.prove(repository.descriptor.dedupeKey);
  } finally {
    ring.drop();
  }
}

function newestOf(heads: readonly KnownHead[], writer: string): KnownHead | undefined {
  return heads
    .filter((head) => head.writer === writer)
    .reduce<KnownHead | undefined>((best, head) => (best && best.sequence >= head.sequence ? best : head), undefined);
}
