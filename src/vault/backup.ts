import { BlockPool } from './blocks.ts';
import { ChunkRegistry } from './chunk-registry.ts';
import { chunker } from './chunker.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { ContentStream } from './content-stream.ts';
import { refuseAborted, VaultError } from './errors.ts';
import type { KnownHead } from './index-cache.ts';
import { syncIndex } from './index-sync.ts';
import { KeyGuard } from './key-guard.ts';
import { Avoided, Elapsed, requireLasting } from './keeping/avoided.ts';
import type { KeyRing } from './key-ring.ts';
import { snapshotId, type Manifest, type NeededKey, type Problem, type SnapshotStatistics } from './manifest.ts';
import { PackFiller } from './pack-filler.ts';
import { PackSink } from './pack-sink.ts';
import { Progress, type OnProgress } from './progress.ts';
import { openDomain, writerFor, type Repository } from './repository.ts';
import { Sealer, type PackTaker } from './sealer.ts';
import { listSnapshots, readSnapshot, type HistoryFinding } from './snapshots.ts';
import { reading } from './sources/reading.ts';
import type { Source, SourceReport } from './sources/source.ts';
import { TreeReader } from './tree-reader.ts';
import { TreeWriter } from './tree-writer.ts';
import { Walk } from './walk.ts';
import { threadsByDefault } from './threads.ts';
import type { DedupeDomain } from './domain.ts';
import type { HeldKey } from './object-key.ts';

export interface BackupOptions {
  readonly repository: Repository;
  readonly source: Source;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Heads that were kept outside of the store: a store that dropped one of them is found. */
  readonly knownHeads?: readonly KnownHead[];
  /** Threads that compress and encrypt beside this one; by default as many as there are cores for, at most two. */
  readonly threads?: number;
}

export interface BackupReport {
  readonly snapshotId: string;
  readonly parent: string | null;
  /** Keep it outside of the store. */
  readonly head: KnownHead;
  readonly statistics: SnapshotStatistics;
  readonly unchangedFiles: number;
  /** Bytes that were read from the source. */
  readonly readBytes: number;
  /** Bytes that no snapshot had before. */
  readonly newBytes: number;
  /** Bytes that went to the target in packs. */
  readonly storedBytes: number;
  readonly durationMs: number;
  readonly problems: readonly Problem[];
  readonly source: SourceReport;
  /** What the run had to work around in the store. */
  readonly warnings: readonly string[];
  readonly findings: readonly HistoryFinding[];
}

/** Everything one run holds. */
interface Run {
  readonly repository: Repository;
  readonly ring: KeyRing;
  readonly domain: DedupeDomain;
  readonly metadata: HeldKey;
  readonly registry: ChunkRegistry;
  readonly sink: PackSink;
  readonly guard: KeyGuard;
  readonly progress: Progress;
  readonly startedMs: number;
  /** Since it has read what it must not refer to. */
  readonly sinceMarks: Elapsed;
}

/**
 * Backs a source up. The snapshot is there when this resolves, and not before: a run that fails or dies leaves objects
 * that no snapshot names, which the next run uses again. Files that cannot be kept as they are become problems of the
 * report. Rejects with a `MasterKeyError` when a master key says no, else with a `VaultError`.
 */
export async function backup(options: BackupOptions): Promise<BackupReport> {
  const { repository, source, signal } = options;
  const { clock, cache } = repository;
  const startedMs = clock.nowMs();
  const startedAt = clock.monotonicMs();
  const writer = writerFor(repository);
  const ring = repository.keyRing();
  try {
    refuseAborted(signal);
    const progress = new Progress(options.onProgress, clock);
    progress.tell('prepare', true);
    const domain = await openDomain(repository, ring, source.name);
    const data = await ring.create('data', writer);
    const metadata = await ring.create('metadata', writer);
    const guard = new KeyGuard(ring, metadata.id, clock, signal);
    const sinceMarks = new Elapsed(clock);
    const avoided = await Avoided.read(repository);
    const { skipped } = await syncIndex(repository, ring);
    const history = await listSnapshots(repository, options.knownHeads);
    const parent = await openParent(repository, ring, history.snapshots, domain);
    const registry = new ChunkRegistry(cache, (pack) => avoided.has(pack));
    const sink = new PackSink(repository, metadata, writer, registry);
    const run: Run = { repository, ring, domain, metadata, registry, sink, guard, progress, startedMs, sinceMarks };

    const threads = options.threads ?? threadsByDefault();
    const { walk, root, newBytes, report } = await readSource(run, source, data, parent?.root, { threads, signal });
    progress.tell('finish', true);
    await sink.writeIndex();
    const { head, statistics } = await commit(run, walk, root, parent?.manifest, history.heads, options.knownHeads);
    return {
      snapshotId: snapshotId(head),
      parent: parent ? snapshotId(parent.manifest.head) : null,
      head,
      statistics,
      unchangedFiles: walk.unchangedFiles,
      readBytes: walk.readBytes,
      newBytes,
      storedBytes: sink.storedBytes,
      durationMs: Math.round(clock.monotonicMs() - startedAt),
      problems: walk.problems,
      source: report,
      warnings: [...skipped, ...(parent?.warnings ?? []), ...walk.warnings, ...report.warnings],
      findings: history.findings,
    };
  } finally {
    ring.drop();
  }
}

interface Parent {
  readonly manifest: Manifest;
  readonly root: readonly Buffer[] | undefined;
  readonly warnings: readonly string[];
}

/** The newest snapshot of the same source by the same writer: what it has of unchanged files is taken over. */
async function openParent(
  repository: Repository,
  ring: KeyRing,
  snapshots: readonly Manifest[],
  domain: DedupeDomain,
): Promise<Parent | undefined> {
  const writer = repository.writer?.id;
  const manifest = snapshots.findLast(({ head }) => head.writer === writer && head.domain === domain.id);
  if (!manifest) return undefined;
  try {
    const { body } = await readSnapshot(repository, ring, snapshotId(manifest.head));
    return { manifest, root: body.root, warnings: [] };
  } catch (error) {
    if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
    return { manifest, root: undefined, warnings: [error.message] };
  }
}

async function readSource(
  run: Run,
  source: Source,
  data: HeldKey,
  parentRoot: readonly Buffer[] | undefined,
  { threads, signal = new AbortController().signal }: { threads: number; signal: AbortSignal | undefined },
): Promise<{ walk: Walk; root: readonly Buffer[]; newBytes: number; report: SourceReport }> {
  const { repository, ring, domain, metadata, registry, sink, guard, progress } = run;
  const vaultId = repository.descriptor.vault;
  const blocks = new BlockPool();
  const onPack: PackTaker = async (pack) => {
    await guard.check();
    await sink.put(pack);
  };
  const sealer = new Sealer({ held: data, vaultId, blocks, onPack, threads });
  try {
    const stream = {
      cut: chunker(domain.gear, repository.descriptor.chunker),
      idKey: domain.chunkIdKey,
      registry,
      blocks,
      submit: sealer.submit.bind(sealer),
    };
    const [small, large] = [new ContentStream(stream), new ContentStream(stream)];
    const tree = new TreeWriter(new PackFiller(metadata, vaultId), domain.treeIdKey, registry, onPack);
    const parentTree = new TreeReader(repository, ring, domain.treeIdKey, repository.cache);
    const walk = new Walk({ source, registry, tree, parentTree, small, large, guard, progress });
    const { value: root, report } = await reading(source, signal, () => walk.run(parentRoot));
    await sealer.finish();
    await tree.finish();
    return { walk, root, newBytes: small.newBytes + large.newBytes, report };
  } finally {
    await sealer.stop();
  }
}

/** Proves the master key once more, and puts the manifest: the snapshot exists from here on. */
async function commit(
  run: Run,
  walk: Walk,
  root: readonly Buffer[],
  parent: Manifest | undefined,
  heads: readonly KnownHead[],
  knownHeads: readonly KnownHead[] = [],
): Promise<{ head: KnownHead; statistics: SnapshotStatistics }> {
  const { repository, metadata, domain, guard, startedMs } = run;
  const { cache } = repository;
  const writer = writerFor(repository);
  const newest = [...heads, ...knownHeads, ...cache.knownHeads()]
    .filter((head) => head.writer === writer.id)
    .reduce<KnownHead | undefined>((best, head) => (best && best.sequence >= head.sequence ? best : head), undefined);
  const { indexes, packs, keyIds } = references(run);
  const referred = [...run.registry.referencedPacks].map((number) => cache.pack(number));
  const own = run.sink.packs.map((id) => cache.pack(cache.packNumber(id)));
  const statistics: SnapshotStatistics = {
    files: walk.files,
    folders: walk.folders,
    links: walk.links,
    bytes: walk.bytes,
    problems: walk.problems.length,
  };
  const snapshot = {
    head: {
      parent: parent ? snapshotId(parent.head) : null,
      domain: domain.id,
      keys: await neededKeys(run, keyIds, parent),
    },
    body: (finishedMs: number) => ({
      source: domain.name,
      startedMs,
      finishedMs,
      root,
      statistics,
      problems: walk.problems,
      indexes,
      packs,
    }),
    metadata,
  };
  await guard.check();
  await guard.prove();
  const check = async (): Promise<void> => {
    await guard.check();
    await requireLasting(repository, [...referred, ...own], run.sinceMarks);
  };
  return { head: await commitSnapshot(repository, snapshot, newest, check), statistics };
}

/** The reference list: every pack, index object and data key that the snapshot needs. */
function references(run: Run): { indexes: string[]; packs: string[]; keyIds: Set<string> } {
  const { cache, dedupeKey } = run.repository;
  const packs = new Set<string>();
  const indexes = new Set<string>();
  const keyIds = new Set([dedupeKey, run.metadata.id]);
  const numbers = new Set([...run.registry.referencedPacks, ...run.sink.packs.map((id) => cache.packNumber(id))]);
  for (const number of numbers) {
    const pack = cache.pack(number);
    packs.add(pack.id);
    indexes.add(pack.indexId);
    keyIds.add(pack.keyId).add(pack.indexKeyId);
  }
  return { indexes: [...indexes].toSorted(), packs: [...packs].toSorted(), keyIds };
}

async function neededKeys(run: Run, keyIds: ReadonlySet<string>, parent: Manifest | undefined): Promise<NeededKey[]> {
  const known = new Map<string, NeededKey>(parent?.head.keys.map((key) => [key.id, key]));
  for (const { id, purpose, commitment } of run.ring.held()) {
    known.set(id, { id, purpose, commitment: commitment.toString('hex') });
  }
  const keys: NeededKey[] = [];
  for (const id of [...keyIds].toSorted()) {
    let key = known.get(id);
    if (!key) {
      const { envelope } = await run.ring.find(id);
      key = { id, purpose: envelope.purpose, commitment: envelope.commitment.toString('hex') };
    }
    keys.push(key);
  }
  return keys;
}
