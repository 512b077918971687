import { cleanPath, entryAt } from '../entry-at.ts';
import { VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import { snapshotId } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';
import type { TreeEntry } from '../format/tree.ts';
import { snapshotsOf, takenMs } from './choose-snapshot.ts';
import { openSnapshot } from './open-snapshot.ts';
import { hasSameExtents } from './same-content.ts';
import { showEntry, type ShownEntry } from './shown-entry.ts';

export interface HistoryOptions {
  readonly path: Uint8Array;
  readonly source?: string;
  /** Only snapshots taken before; milliseconds since 1970. */
  readonly beforeMs?: number;
  /** How many snapshots are looked at, the newest first. Each asks the master key once or twice. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  readonly knownHeads?: readonly KnownHead[];
}

/** What one snapshot has at the path. */
export interface PathState {
  readonly snapshotId: string;
  readonly takenAt: string;
  /** `same` and `changed` are about the content, compared with the snapshot before it in time. */
  readonly state: 'absent' | 'first' | 'same' | 'changed' | 'unreadable';
  readonly entry?: ShownEntry;
  /** Why it cannot be read: a code. */
  readonly reason?: string;
}

export interface PathHistory {
  /** The source, as far as a snapshot of it could be read. */
  readonly source?: string;
  /** Newest first. */
  readonly states: readonly PathState[];
  /** There are older snapshots: ask again with what was taken before this moment. */
  readonly olderThan?: string;
}

/** What became of one path over the snapshots of a source. One that cannot be read is said, and the others go on. */
export async function history(repository: Repository, options: HistoryOptions): Promise<PathHistory> {
  const { snapshots } = await listSnapshots(repository, options.knownHeads);
  const { source, beforeMs = Infinity, limit, signal } = options;
  const ofSource = source === undefined ? onlySource(snapshots) : await snapshotsOf(repository, source, snapshots);
  const inTime = ofSource
    .filter((snapshot) => takenMs(snapshot) < beforeMs)
    .toSorted((a, b) => takenMs(a) - takenMs(b));
  const looked = inTime.slice(-limit);
  const path = cleanPath(options.path);
  const states: PathState[] = [];
  let before: TreeEntry | undefined;
  let name: string | undefined;
  for (const snapshot of looked) {
    const id = snapshotId(snapshot.head);
    const about = { snapshotId: id, takenAt: new Date(takenMs(snapshot)).toISOString() };
    const ring = repository.keyRing();
    try {
      const { reader, body } = await openSnapshot(repository, ring, id, signal);
      const entry = await entryAt(reader, body.root, path);
      name = body.source;
      states.push({ ...about, state: stateOf(before, entry), ...(entry && { entry: showEntry(entry) }) });
      before = entry;
    } catch (error) {
      if (!(error instanceof VaultError) || error.code === 'cancelled') throw error;
      states.push({ ...about, state: 'unreadable', reason: error.code });
    } finally {
      ring.drop();
    }
  }
  const oldest = looked[0];
  const isMore = oldest !== undefined && looked.length < inTime.length;
  const about = name === undefined ? {} : { source: name };
  return {
    ...about,
    states: states.toReversed(),
    ...(isMore && { olderThan: new Date(takenMs(oldest)).toISOString() }),
  };
}

/** Whether two histories are of different sources: then they are not one. */
export function isOfAnother(one: PathHistory | undefined, other: PathHistory): boolean {
  return one?.source !== undefined && other.source !== undefined && one.source !== other.source;
}

export function severalSources(): VaultError {
  return new VaultError('source-ambiguous', 'This environment has snapshots of several sources at its places');
}

/**
 * The history of a path at one place of an environment, and after it that at the place before. Vaults have nothing in
 * common, so whether the oldest state here is that of the newest one there is said by type, size and time.
 */
export function olderHistory(newer: PathHistory | undefined, older: PathHistory): PathHistory {
  if (newer === undefined) return older;
  const source = newer.source ?? older.source;
  const [last, then] = [newer.states.at(-1), older.states[0]];
  const states = [...newer.states];
  if (last?.state === 'first' && last.entry && then?.entry) {
    const { type, size, modifiedAt } = last.entry;
    const isSame = type === then.entry.type && size === then.entry.size && modifiedAt === then.entry.modifiedAt;
    states[states.length - 1] = { ...last, state: isSame ? 'same' : 'changed' };
  }
  return { ...older, ...(source !== undefined && { source }), states: [...states, ...older.states] };
}

function onlySource<Item extends { readonly head: { readonly domain: string } }>(
  snapshots: readonly Item[],
): readonly Item[] {
  if (new Set(snapshots.map(({ head }) => head.domain)).size < 2) return snapshots;
  throw new VaultError('source-ambiguous', 'This vault has snapshots of several sources');
}

function stateOf(before: TreeEntry | undefined, now: TreeEntry | undefined): PathState['state'] {
  if (!now) return 'absent';
  if (!before) return 'first';
  if (before.type !== now.type) return 'changed';
  if (before.type === 'file' && now.type === 'file') {
    // A file that keeps its size and time is the same one, though it may have moved to another chunk.
    const isSame = hasSameExtents(before, now) || (before.size === now.size && before.mtimeNs === now.mtimeNs);
    return isSame ? 'same' : 'changed';
  }
  if (before.type === 'link' && now.type === 'link') return before.target.equals(now.target) ? 'same' : 'changed';
  const [old, pages] = [before, now].map((entry) => (entry.type === 'folder' ? entry.nodes : []));
  const isSame = old?.length === pages?.length && old?.every((page, i) => page.equals(pages?.[i] as Buffer));
  return isSame ? 'same' : 'changed';
}
