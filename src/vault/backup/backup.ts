import { BlockPool } from './blocks.ts';
import { ChunkRegistry } from './chunk-registry.ts';
import { chunker } from './chunker.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { ContentStream } from './content-stream.ts';
import { refuseAborted, VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import { syncIndex } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import { Avoided, Elapsed, requireLasting, requireThere } from '../keeping/avoided.ts';
import type { KeyRing } from '../key-ring.ts';
import {
  snapshotId,
  type Manifest,
  type NeededKey,
  type Problem,
  type SnapshotStatistics,
} from '../format/manifest.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { PackFiller } from './pack-filler.ts';
import { PackSink } from './pack-sink.ts';
import { Progress, type OnProgress } from '../progress.ts';
import { openDomain, writerFor, type Repository } from '../repository.ts';
import { Sealer, type PackTaker } from './sealer.ts';
import { listSnapshots, readSnapshot, type HistoryFinding } from '../snapshots.ts';
import { reading } from '../sources/reading.ts';
import type { Source, SourceReport } from '../sources/source.ts';
import { TreeReader } from '../tree-reader.ts';
import { TreeWriter } from './tree-writer.ts';
import { Walk } from './walk.ts';
import { askBeforeManifest, WORD_COUNTS_MS, writeOnlyBase, type WriteOnlyBase } from '../write-only/base.ts';
import { threadsByDefault } from '../threads.ts';
import type { DedupeDomain } from '../format/domain.ts';
import type { HeldKey } from '../format/object-key.ts';

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
  /** Compared with the parent by path; absent where it could not be read. `changed` were read again. */
  readonly addedFiles?: number;
  readonly changedFiles?: number;
  readonly goneFiles?: number;
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
  readonly data: HeldKey;
  readonly registry: ChunkRegistry;
  readonly sink: PackSink;
  readonly guard: KeyGuard;
  readonly progress: Progress;
  readonly startedMs: number;
  /** Since it has read what it must not refer to. */
  readonly sinceMarks: Elapsed;
  /** There where this process may only write. */
  readonly told?: WriteOnlyBase;
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
    using progress = new Progress(options.onProgress, clock);
    progress.tell('prepare', true);
    const domain = await openDomain(repository, ring, source.name);
    // Who may only write hears first whether it may, and what it can build upon.
    const told = repository.writeOnly && (await writeOnlyBase(repository.writeOnly, cache, domain));
    const data = await ring.create('data', writer);
    const metadata = await ring.create('metadata', writer);
    const guard = new KeyGuard(ring, metadata.id, clock, signal);
    const sinceMarks = new Elapsed(clock);
    const avoided = told ?? (await Avoided.read(repository));
    const { skipped } = told ? NOTHING_SKIPPED : await syncIndex(repository, ring);
    const history = told ? NO_HISTORY : await listSnapshots(repository, options.knownHeads);
    const parent: Parent | undefined = told
      ? told.parent
      : await openParent(repository, ring, history.snapshots, domain);
    // What was there last time is about what there is now.
    if (parent?.statistics) progress.expect(parent.statistics.bytes);
    const registry = new ChunkRegistry(cache, (pack) => avoided.has(pack));
    const sink = new PackSink(repository, metadata, writer, registry);
    const base = { repository, ring, domain, data, metadata, registry, sink, guard, progress, startedMs, sinceMarks };
    const run: Run = { ...base, ...(told && { told }) };

    const threads = options.threads ?? threadsByDefault();
    const { walk, root, newBytes, report } = await readSource(run, source, data, parent?.root, { threads, signal });
    progress.tell('finish', true);
    await sink.writeIndex();
    const { head, statistics } = await commit(run, walk, root, parent, [
      ...history.heads,
      ...(options.knownHeads ?? []),
    ]);
    return {
      snapshotId: snapshotId(head),
      parent: parent?.id ?? null,
      head,
      statistics,
      ...changesOf(walk, parent?.statistics),
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

/** A snapshot without a parent adds everything. */
function changesOf(
  { files, knownFiles, lostFiles, unchangedFiles }: Walk,
  before: SnapshotStatistics | undefined,
): Pick<BackupReport, 'addedFiles' | 'changedFiles' | 'goneFiles' | 'unchangedFiles'> {
  return {
    unchangedFiles,
    addedFiles: files - knownFiles,
    changedFiles: knownFiles - unchangedFiles,
    ...(before && { goneFiles: Math.max(0, before.files - knownFiles - lostFiles) }),
  };
}

const NOTHING_SKIPPED = { skipped: [] };
const NO_HISTORY = { snapshots: [], heads: [], findings: [] };

interface Parent {
  readonly id: string;
  readonly root: readonly Buffer[] | undefined;
  /** What it has. */
  readonly statistics?: SnapshotStatistics;
  /** Data keys that its head names. */
  readonly keys?: readonly NeededKey[];
  readonly warnings?: readonly string[];
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
  const { keys } = manifest.head;
  const id = snapshotId(manifest.head);
  try {
    const { body } = await readSnapshot(repository, ring, id);
    return { id, keys, root: body.root, statistics: body.statistics };
  } catch (error) {
    if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
    return { id, keys, root: undefined, warnings: [error.message] };
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
  const blocks = new BlockPool(repository.descriptor.chunker);
  const onPack: PackTaker = async (pack) => {
    await guard.check();
    await sink.put(pack);
    if (run.told) repository.writeOnly?.memory.rememberPack(pack.id, run.told.word.nowMs);
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
    const memory = repository.writeOnly?.memory;
    const filler = new PackFiller(metadata, vaultId);
    const tree = new TreeWriter(filler, domain.treeIdKey, registry, onPack, memory?.nodes(domain.id, metadata.id));
    const parentTree =
      memory?.reader(domain.id) ?? new TreeReader(repository, ring, domain.treeIdKey, repository.cache);
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
  parent: Parent | undefined,
  heads: readonly KnownHead[],
): Promise<{ head: KnownHead; statistics: SnapshotStatistics }> {
  const { repository, metadata, domain, guard, startedMs } = run;
  const { cache, writeOnly } = repository;
  const writer = writerFor(repository);
  const { indexes, packs, keyIds } = references(run);
  const referred = [...run.registry.referencedPacks].map((number) => cache.pack(number));
  const own = run.sink.packs.map((id) => cache.pack(cache.packNumber(id)));
  if (!writeOnly) await requireThere(repository, [...referred, ...own], run.sinceMarks);
  const statistics: SnapshotStatistics = {
    files: walk.files,
    folders: walk.folders,
    links: walk.links,
    bytes: walk.bytes,
    problems: walk.problems.length,
  };
  const snapshot = {
    head: {
      parent: parent?.id ?? null,
      domain: domain.id,
      keys: await neededKeys(run, keyIds, parent),
      recipients: run.ring.recipients(),
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
  let sinceWord = new Elapsed(repository.clock);
  const word = writeOnly && (await askBeforeManifest(writeOnly, { packs, indexes, keyIds }));
  if (!word) {
    await guard.prove();
    // What it has answered with a new key must be that key: nothing would be found out before somebody restores.
    if (run.sink.packs.length > 0) await proveNewKey(run.ring, run.data.id);
  }
  const newest = [...heads, ...cache.knownHeads(), ...(word?.head ? [word.head] : [])]
    .filter((known) => known.writer === writer.id)
    .reduce<KnownHead | undefined>(
      (best, known) => (best && best.sequence >= known.sequence ? best : known),
      undefined,
    );
  const check = async (): Promise<void> => {
    await guard.check();
    if (!writeOnly) await requireLasting(repository, [...referred, ...own], run.sinceMarks);
    else if (sinceWord.ms > WORD_COUNTS_MS) {
      const asked = new Elapsed(repository.clock);
      await askBeforeManifest(writeOnly, { packs, indexes, keyIds });
      sinceWord = asked;
    }
  };
  const head = await commitSnapshot(repository, snapshot, newest, check);
  writeOnly?.memory.rememberSnapshot(
    { id: snapshotId(head), domain: domain.id, sequence: head.sequence, root, packs },
    metadata.id,
  );
  return { head, statistics };
}

/** A writer whose rights end at wrapping is denied this; that the master key is on was proven just before. */
async function proveNewKey(ring: KeyRing, id: string): Promise<void> {
  try {
    await ring.prove(id);
  } catch (error) {
    if (!(error instanceof MasterKeyError) || error.code !== 'denied') throw error;
  }
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

async function neededKeys(run: Run, keyIds: ReadonlySet<string>, parent: Parent | undefined): Promise<NeededKey[]> {
  const known = new Map<string, NeededKey>(parent?.keys?.map((key) => [key.id, key]));
  for (const { id, purpose, commitment } of run.ring.held()) {
    known.set(id, { id, purpose, commitment: commitment.toString('hex') });
  }
  const keys: NeededKey[] = [];
  for (const id of [...keyIds].toSorted()) {
    let key = known.get(id) ?? run.repository.writeOnly?.memory.key(id);
    if (!key) {
      const { envelope } = await run.ring.find(id);
      key = { id, purpose: envelope.purpose, commitment: envelope.commitment.toString('hex') };
    }
    keys.push(key);
  }
  return keys;
}
