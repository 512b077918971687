import { dedupeDomain } from '../domain.ts';
import { VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import { dedupeKeyOf, snapshotId, takenMsOf, type Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { currentId, listSnapshots, readSnapshot, type HistoryFinding } from '../snapshots.ts';

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
      ? await newestOf(repository, choice, snapshots)
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
  snapshots: readonly Manifest[],
): Promise<Manifest | undefined> {
  const inTime = snapshots
    .filter((snapshot) => atMs === undefined || takenMs(snapshot) <= atMs)
    .toSorted((a, b) => takenMs(a) - takenMs(b));
  if (source === undefined) await refuseSeveral(repository, inTime);
  const fitting = source === undefined ? inTime : await snapshotsOf(repository, source, inTime);
  return fitting.at(-1);
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
