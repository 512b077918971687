import { VaultError } from '../errors.ts';
import type { HistoryFinding } from '../snapshots.ts';
import { snapshotId, snapshotName, parseSnapshotName } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import { currentId, listSnapshots, readHead } from '../snapshots.ts';
import { putTombstone, remove } from './bury.ts';
import { requireSound, survey, type Surveyed, type SurveyOptions } from './survey.ts';

const DAY_MS = 24 * 3_600_000;
/** Stands for the digest of a head that nobody knows any more. */
const UNKNOWN = '0'.repeat(64);

/** Puts snapshots into the trash by hand. @throws {VaultError} `held`, `snapshot-missing`, `history-unsound` */
export async function moveToTrash(options: SurveyOptions, ids: readonly string[], days: number): Promise<string[]> {
  return await withSnapshots(options, ids, async (chosen, marks) => {
    const held = chosen.find(({ isHeld }) => isHeld);
    if (held) throw new VaultError('held', `The snapshot ${held.id} cannot be removed`);
    const moved: string[] = [];
    for (const { id, trashed } of chosen) {
      if (trashed?.reason === 'removed') continue;
      await marks.put(options.repository, { kind: 'trash', reason: 'removed', forMs: days * DAY_MS }, [id]);
      moved.push(id);
    }
    return moved;
  });
}

/** Takes snapshots back from the trash: no rule puts them there again. @throws {VaultError} `snapshot-missing` */
export async function takeBack(options: SurveyOptions, ids: readonly string[]): Promise<string[]> {
  return await withSnapshots(options, ids, async (chosen, marks) => {
    const back = chosen.filter(({ trashed }) => trashed !== undefined);
    for (const { id, ids: its, trashed } of back) {
      await marks.put(options.repository, { kind: 'keep', reason: 'taken-back', forMs: 0 }, [id]);
      // A store that loses the new mark must not find the old one to go by.
      const old = trashed?.mark;
      if (old?.names.every((name) => its.includes(name))) await marks.drop(options.repository, old);
    }
    return back.map(({ id }) => id);
  });
}

async function withSnapshots(
  options: SurveyOptions,
  ids: readonly string[],
  work: (chosen: readonly Surveyed[], marks: Awaited<ReturnType<typeof survey>>['marks']) => Promise<string[]>,
): Promise<string[]> {
  const ring = options.repository.keyRing();
  try {
    const found = await survey(options, ring);
    requireSound(found);
    const chosen = ids.map((id) => {
      const one = found.snapshots.find((candidate) => candidate.id === currentId(found.list, id));
      if (one) return one;
      throw new VaultError('snapshot-missing', `There is no snapshot ${id}`);
    });
    return await work([...new Set(chosen)], found.marks);
  } finally {
    ring.drop();
  }
}

/**
 * Accepts that snapshots are lost: a tombstone takes the place of what is missing or damaged, so that the vault can be
 * looked after again. What is sound is refused. `known` are the heads that were kept outside of the store.
 *
 * @throws {VaultError} `conflict`: it is there, and whole
 */
export async function acceptLoss(
  { repository, knownHeads = [] }: Pick<SurveyOptions, 'repository' | 'knownHeads'>,
  ids: readonly string[],
): Promise<string[]> {
  const { snapshots, findings, heads, tombstones } = await listSnapshots(repository, knownHeads, {
    anew: true,
  });
  const digests = new Map<string, { readonly digest: string; readonly previous: string | null }>();
  const before = new Map<string, string>();
  for (const { head, headDigest } of snapshots) {
    digests.set(snapshotId(head), { digest: headDigest, previous: head.previous });
    if (head.previous !== null) before.set(snapshotId({ ...head, sequence: head.sequence - 1 }), head.previous);
  }
  for (const one of tombstones) {
    digests.set(snapshotId(one), { digest: one.head, previous: one.previous });
    if (one.previous !== null) before.set(snapshotId({ ...one, sequence: one.sequence - 1 }), one.previous);
  }
  for (const head of [...knownHeads, ...repository.cache.knownHeads(), ...heads])
    before.set(snapshotId(head), head.digest);
  // Of two that are lost one after the other, nobody knows what the earlier one was: both tombstones say the same of it.
  const headOf = (id: string): string => digests.get(id)?.digest ?? before.get(id) ?? UNKNOWN;
  const known = [...knownHeads, ...repository.cache.knownHeads()];
  const isUnseen = (writer: string, sequence: number): boolean =>
    !digests.has(snapshotId({ writer, sequence })) &&
    known.some((head) => head.writer === writer && head.sequence > sequence);
  const accepted: string[] = [];
  for (const id of ids.toSorted()) {
    const [writer = '', number] = id.split('-');
    const sequence = Number(number);
    const name = snapshotName(writer, sequence);
    if (
      !parseSnapshotName(name) ||
      !(findings.some(isLoss(id)) || isUnseen(writer, sequence)) ||
      (await isWhole(repository, name))
    ) {
      throw new VaultError('conflict', `Nothing is known to be lost of the snapshot ${id}`);
    }
    const head = headOf(id);
    const previous = sequence === 1 ? null : headOf(snapshotId({ writer, sequence: sequence - 1 }));
    await putTombstone(repository, {
      writer,
      sequence,
      createdMs: repository.clock.nowMs(),
      reason: 'lost',
      head,
      previous,
      domain: null,
      takenMs: null,
      replacedBy: null,
      destroyed: [],
      readable: [],
    });
    await remove(repository, name);
    digests.set(id, { digest: head, previous });
    accepted.push(id);
  }
  return accepted;
}

function isLoss(id: string): (finding: HistoryFinding) => boolean {
  return ({ snapshot, code }) => snapshot === id && code !== 'wrong-previous';
}

async function isWhole(repository: Repository, name: string): Promise<boolean> {
  try {
    await readHead(repository, name);
    return true;
  } catch (error) {
    if (error instanceof VaultError && !error.code.startsWith('target-')) return false;
    throw error;
  }
}
