import { snapshotId, takenMsOf, type Manifest } from '../format/manifest.ts';
import type { KnownHead } from '../index-cache.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { Progress, type OnProgress } from '../progress.ts';
import { droppedRetired } from '../read-retired.ts';
import type { Repository } from '../repository.ts';
import { isDamage } from '../restore/restore-steps.ts';
import { listSnapshots, readSnapshot } from '../snapshots.ts';
import { packName } from '../tree-reader.ts';
import { drill, type DrillReport } from './check-drill.ts';
import { hiddenObjects } from './check-hidden.ts';
import { withImpact } from './check-impact.ts';
import { CHECK_LEVELS, type CheckFinding, type CheckLevel, type ProvenRestorable } from './check-level.ts';
import { lockFindings, type PromisedLock } from './check-locks.ts';
import { checkObjects } from './check-objects.ts';
import { checkPacks, sampleOf, type NeededPack } from './check-packs.ts';
import { CheckTrees } from './check-trees.ts';
import { Findings } from './findings.ts';
import { envelopesAreThere, indexesAreThere, storedObjects, type StoredObjects } from './stored-objects.ts';
import { UsedChunks } from './used-chunks.ts';

export interface CheckOptions {
  readonly repository: Repository;
  readonly level: CheckLevel;
  /** How much of the needed packs the level `sample` reads, in percent; 5 by default. At least one pack is read. */
  readonly samplePercent?: number;
  readonly knownHeads?: readonly KnownHead[];
  /** How what is needed is to be locked, where the environment promises that. */
  readonly lock?: PromisedLock;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface CheckReport {
  readonly level: CheckLevel;
  readonly snapshots: number;
  /** Objects that were compared with their names and signatures. */
  readonly objects: number;
  /** Packs that snapshots need. */
  readonly packs: number;
  /** Bytes of packs, or of files of a drill, that were read and verified. */
  readonly verifiedBytes: number;
  /** What a drill has asked for and read. */
  readonly drill?: Omit<DrillReport, 'findings' | 'proven'>;
  /** Sources whose newest snapshot was seen to be restorable, by levels that read what they prove. */
  readonly proven: readonly ProvenRestorable[];
  readonly findings: readonly CheckFinding[];
}

const SAMPLE_PERCENT = 5;

/** Checks a vault, and says everything it finds instead of ending at the first. A master key that says no ends it. */
export async function check(options: CheckOptions): Promise<CheckReport> {
  const used = new UsedChunks();
  try {
    return await checkWith(options, used);
  } finally {
    used.close();
  }
}

async function checkWith(options: CheckOptions, used: UsedChunks): Promise<CheckReport> {
  const { repository, level, knownHeads, lock, signal, samplePercent = SAMPLE_PERCENT } = options;
  const scope = CHECK_LEVELS[level];
  const findings = new Findings();
  using progress = new Progress(options.onProgress, repository.clock);
  const advance = (bytes: number): void => {
    progress.bytes += bytes;
    progress.tell('check');
  };
  const told = { ...(signal && { signal }) };
  let [objects, verifiedBytes] = [0, 0];

  const list = await listSnapshots(repository, knownHeads, { anew: true });
  const { snapshots } = list;
  // After the snapshots: what a backup puts meanwhile is there before its snapshot is.
  const stored = await storedObjects(repository, scope);
  for (const { code, snapshot, text } of list.findings) {
    findings.add({ code, where: snapshot, text, snapshots: [snapshot] });
  }
  if (level !== 'list') findings.addAll(await hiddenObjects(repository.target));
  findings.addAll(await lockFindings(repository, list, lock, signal));
  await envelopesAreThere(repository, snapshots, findings);
  findings.addAll(await droppedRetired(repository));
  if (scope.objects !== 'none') {
    // What a tombstone stands for, and the store does not let go of yet, is no snapshot whatever lies there.
    const gone = new Set(list.leftovers.map((id) => `snapshots/${id.replace('-', '/')}`));
    const report = await checkObjects(repository, scope.objects, { ...told, gone, onObject: advance });
    objects = report.objects;
    findings.addAll(report.findings);
    if (scope.objects === 'all') verifiedBytes += report.bytes;
  }
  const trees = new CheckTrees({ repository, stored, findings, used, ...told });
  if (scope.trees) for (const { head } of snapshots) await trees.snapshot(snapshotId(head));
  if (scope.packs !== 'none') {
    const packs = scope.packs === 'all' ? trees.packs : sampleOf(trees.packs, samplePercent);
    verifiedBytes += await checkPacks({ repository, packs, stored, used, findings, progress, ...told });
  }
  if (scope.drill && !scope.trees) await referencesAreThere(repository, snapshots, stored, findings);
  const drilled = scope.drill ? await drill(repository, snapshots, { ...told, onBytes: advance }) : undefined;
  findings.addAll(drilled?.findings ?? []);
  verifiedBytes += drilled?.bytes ?? 0;

  const all = await stillStanding(options, snapshots, trees, await withImpact(repository, snapshots, findings.all));
  const read = level === 'data' ? readWhole(snapshots, trees) : (drilled?.proven ?? []);
  return {
    level,
    snapshots: snapshots.length,
    objects,
    packs: trees.packs.size,
    verifiedBytes,
    ...(drilled && { drill: countsOf(drilled) }),
    proven: provenBy(read, all, level, repository.clock.nowMs()),
    findings: all,
  };
}

/** That each index object that a snapshot names is in the store; reads every reference list. */
async function referencesAreThere(
  repository: Repository,
  snapshots: readonly Manifest[],
  stored: StoredObjects,
  findings: Findings,
): Promise<void> {
  for (const { head } of snapshots) {
    const ring = repository.keyRing();
    try {
      indexesAreThere(stored, (await readSnapshot(repository, ring, snapshotId(head))).body.indexes, findings);
    } catch (error) {
      // What cannot be read is told by the drill, with what refused it.
      if (!isDamage(error) && !(error instanceof MasterKeyError)) throw error;
    } finally {
      ring.drop();
    }
  }
}

/** Findings but for those about snapshots alone that have gone on purpose since they were listed. */
async function stillStanding(
  { repository, knownHeads }: CheckOptions,
  snapshots: readonly Manifest[],
  { packs }: CheckTrees,
  findings: readonly CheckFinding[],
): Promise<readonly CheckFinding[]> {
  if (findings.length === 0) return findings;
  const { tombstones, superseded } = await listSnapshots(repository, knownHeads);
  const ended = [...tombstones, ...superseded.map(({ manifest }) => manifest.head)].map((one) => snapshotId(one));
  const listed = new Set(snapshots.map(({ head }) => snapshotId(head)));
  const gone = new Set(ended.filter((id) => listed.has(id)));
  // Data keys that no other snapshot needs, and what lies under them.
  const destroyed = new Set(tombstones.flatMap((one) => (gone.has(snapshotId(one)) ? one.destroyed : [])));
  const isDestroyed = ({ keyId }: NeededPack): boolean => destroyed.has(keyId);
  const unreadable = new Set([...packs].flatMap(([id, told]) => (told.some(isDestroyed) ? [packName(id)] : [])));
  const isOver = ({ where, snapshots: hit = [] }: CheckFinding): boolean =>
    gone.has(where) || unreadable.has(where) || (hit.length > 0 && hit.every((id) => gone.has(id)));
  return findings.filter((finding) => !isOver(finding));
}

type ReadSnapshot = DrillReport['proven'][number];

/** The newest snapshot of each source: a check of all data has read it whole. */
function readWhole(snapshots: readonly Manifest[], { sources }: CheckTrees): ReadSnapshot[] {
  const newest = new Map(
    snapshots.toSorted((a, b) => takenMsOf(a.head) - takenMsOf(b.head)).map((one) => [one.head.domain, one.head]),
  );
  return [...newest.values()].map((head) => {
    const id = snapshotId(head);
    return { source: sources.get(id) ?? '', snapshotId: id, takenMs: takenMsOf(head) };
  });
}

/** Which sources are proven: their newest snapshot was read, and nothing was found that hits it. */
function provenBy(
  read: readonly ReadSnapshot[],
  findings: readonly CheckFinding[],
  level: CheckLevel,
  provenMs: number,
): ProvenRestorable[] {
  const hit = new Set(findings.flatMap(({ snapshots: ids = [] }) => ids));
  return read.filter(({ snapshotId: id }) => !hit.has(id)).map((one) => ({ ...one, level, provenMs }));
}

function countsOf({ keys, asked, opened, unasked, files, bytes }: DrillReport) {
  return { keys, asked, opened, unasked, files, bytes };
}
