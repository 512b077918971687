import { dedupeDomain } from '../format/domain.ts';
import { VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import { dedupeKeyOf, snapshotId, takenMsOf, type Manifest } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import {
  currentId,
  listSnapshots,
  readSnapshot,
  writerOfContents,
  type HistoryFinding,
  type SnapshotList,
} from '../snapshots.ts';

/** Which snapshot is meant: one by its id, or the newest of a source, or the newest not after a moment. */
export interface SnapshotChoice {
  readonly snapshotId?: string;
  /** Milliseconds since 1970. */
  readonly atMs?: number;
  /** Name of the source; needed only where the vault has snapshots of several. */
  readonly source?: string;
}

export interface ChosenSnapshot {
  readonly snapshotId: string;
  /** When the source was in that state, as far as the run says. */
  readonly takenMs: number;
  /** What is not as it was left in the vault's history: a newer one may have been taken away. */
  readonly findings: readonly HistoryFinding[];
}

/** When a snapshot was taken: before it was written anew, where it was. Milliseconds since 1970. */
export function takenMs({ head }: Manifest): number {
  return takenMsOf(head);
}

/**
 * Finds the snapshot that is meant. Asks a master key only where a source is named or has to be.
 * @throws {VaultError} `snapshot-missing`, `source-ambiguous`
 */
export async function chooseSnapshot(
  repository: Repository,
  choice: SnapshotChoice,
  known: readonly KnownHead[] = [],
): Promise<ChosenSnapshot> {
  const list = await listSnapshots(repository, known);
  const { snapshots, findings } = list;
  // Who asks for one that was written anew means what replaced it.
  const wanted = choice.snapshotId === undefined ? undefined : currentId(list, choice.snapshotId);
  const chosen =
    wanted === undefined
      ? await newestOf(repository, choice, list)
      : snapshots.find(({ head }) => snapshotId(head) === wanted);
  if (chosen) return { snapshotId: snapshotId(chosen.head), takenMs: takenMs(chosen), findings };
  const damaged = findings.find(({ snapshot }) => snapshot === choice.snapshotId);
  throw new VaultError('snapshot-missing', damaged ? damaged.text : `There is no snapshot ${described(choice)}`);
}

function described({ snapshotId: id, atMs, source }: SnapshotChoice): string {
  if (id !== undefined) return id;
  const of = source === undefined ? 'in this vault' : `of the source '${source}'`;
  return atMs === undefined ? of : `${of} from ${new Date(atMs).toISOString()} or before`;
}

async function newestOf(
  repository: Repository,
  { atMs, source }: SnapshotChoice,
  list: SnapshotList,
): Promise<Manifest | undefined> {
  const inTime = list.snapshots
    .filter((snapshot) => atMs === undefined || takenMs(snapshot) <= atMs)
    .toSorted((a, b) => takenMs(a) - takenMs(b));
  if (source === undefined) await refuseSeveral(repository, inTime);
  const fitting = source === undefined ? inTime : await snapshotsOf(repository, source, inTime);
  return ofOneWriter(repository, list, fitting);
}

/**
 * The newest of what one writer has made. The name of a source is its writer's word: where several writers use the same
 * one, the newest may be by a host that was taken over, and is not taken for what another one has backed up. Those that
 * were let go count where no other has any.
 */
function ofOneWriter(
  { descriptor }: Repository,
  list: SnapshotList,
  snapshots: readonly Manifest[],
): Manifest | undefined {
  const newest = new Map(snapshots.map((one) => [writerOfContents(list, one), one]));
  const isLetGo = (id: string): boolean => descriptor.writers.find((one) => one.id === id)?.through !== undefined;
  const active = [...newest].filter(([writer]) => !isLetGo(writer));
  const [chosen, ...others] = (active.length > 0 ? active : [...newest]).map(([, one]) => one);
  if (others.length === 0) return chosen;
  const ids = [chosen as Manifest, ...others].map(
    (one) => `${snapshotId(one.head)} (${new Date(takenMs(one)).toISOString()})`,
  );
  throw new VaultError(
    'source-ambiguous',
    `Several writers have snapshots under the same name of a source; the newest of each is ${ids.join(', ')}`,
  );
}

/** The snapshots of one source, in the order given. Unwraps the dedupe keys that they name. */
export async function snapshotsOf(
  repository: Repository,
  source: string,
  snapshots: readonly Manifest[],
): Promise<Manifest[]> {
  const ring = repository.keyRing();
  try {
    const domains = new Map<string, string>();
    const fitting: Manifest[] = [];
    for (const snapshot of snapshots) {
      const key = dedupeKeyOf(snapshot.head);
      const domain = domains.get(key) ?? dedupeDomain(await ring.get(key), repository.descriptor.vault, source).id;
      domains.set(key, domain);
      if (snapshot.head.domain === domain) fitting.push(snapshot);
    }
    return fitting;
  } finally {
    ring.drop();
  }
}

/** The newest of several sources is hardly what somebody means: it is refused, with the names to choose from. */
async function refuseSeveral(repository: Repository, snapshots: readonly Manifest[]): Promise<void> {
  const newest = new Map(snapshots.map((snapshot) => [snapshot.head.domain, snapshot]));
  if (newest.size < 2) return;
  const names: string[] = [];
  for (const { head } of newest.values()) {
    const ring = repository.keyRing();
    try {
      names.push((await readSnapshot(repository, ring, snapshotId(head))).body.source);
    } finally {
      ring.drop();
    }
  }
  const list = [...new Set(names)].toSorted();
  // Two machines may back up one source each under keys of their own: its newest snapshot is meant then.
  if (list.length > 1)
    throw new VaultError('source-ambiguous', `This vault has snapshots of several sources: ${list.join(', ')}`);
}
