import { ChunkFetcher, type FetchedChunks } from './chunk-fetcher.ts';
import { Destination } from './destination.ts';
import { VaultError } from './errors.ts';
import { loadIndexes } from './index-sync.ts';
import { KeyGuard } from './key-guard.ts';
import type { KeyRing } from './key-ring.ts';
import { createOpener } from './opener.ts';
import { Progress, type OnProgress } from './progress.ts';
import { dedupeKeyOf } from './manifest.ts';
import { openDomain, type Repository } from './repository.ts';
import { checkSelection, restoreSteps, Selection, type RestoreStep } from './restore-steps.ts';
import { readSnapshot } from './snapshots.ts';
import { threadsByDefault } from './threads.ts';
import { TreeReader } from './tree-reader.ts';

export interface RestoreOptions {
  readonly repository: Repository;
  readonly snapshotId: string;
  /** A folder; new or empty, unless `replaceExisting`. */
  readonly to: string;
  /** What to restore, from the source's root with `/` between names; all by default. */
  readonly paths?: readonly (Buffer | string)[];
  /** Lets files that are there be replaced, one by one, when the new one is whole. */
  readonly replaceExisting?: boolean;
  /** Sets owner and group; by default where this process may. */
  readonly owner?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Threads that decrypt and unpack; 0 works in this one; by default as many as there are cores for, at most two. */
  readonly threads?: number;
}

export interface RestoreReport {
  readonly snapshotId: string;
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Bytes of plaintext that are brought together. Two batches are in memory at once. */
const BATCH_BYTES = 16 << 20;
const BATCH_STEPS = 20_000;

interface Batch {
  readonly steps: readonly RestoreStep[];
  readonly chunks: Promise<FetchedChunks>;
}

/**
 * Restores a snapshot, or some paths of it. Every byte is verified before it is written; a file appears under its name
 * when it is whole. Rejects with a `MasterKeyError` when a master key says no, else with a `VaultError`.
 */
export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const ring = options.repository.keyRing();
  try {
    return await restoreWith(ring, options);
  } finally {
    ring.drop();
  }
}

async function restoreWith(ring: KeyRing, options: RestoreOptions): Promise<RestoreReport> {
  const { repository, signal } = options;
  const { clock } = repository;
  const startedAt = clock.monotonicMs();
  const destination = new Destination(options.to, {
    replaceExisting: options.replaceExisting ?? false,
    owner: options.owner ?? process.getuid?.() === 0,
  });
  const { manifest, body } = await readSnapshot(repository, ring, options.snapshotId);
  ring.expect(manifest.head.keys);
  const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
  if (domain.id !== manifest.head.domain)
    throw new VaultError('malformed', 'The snapshot names another source than its head');
  const index = await loadIndexes(repository, ring, body.indexes);

  const guard = new KeyGuard(ring, manifest.head.body.key, clock, signal);
  const progress = new Progress(options.onProgress, clock, options.paths ? undefined : body.statistics.bytes);
  const reader = new TreeReader(repository, ring, domain.treeIdKey, index);
  const selection = new Selection(options.paths);
  await checkSelection(reader, body.root, selection);
  destination.prepare();
  const opener = createOpener(domain.chunkIdKey, options.threads ?? threadsByDefault());
  const count = { folders: 0, links: 0 };
  try {
    const fetcher = new ChunkFetcher(repository, ring, opener, index);
    const write = async (batch: Batch): Promise<void> => {
      const fetched = await batch.chunks;
      apply(batch.steps, { destination, chunks: fetched.chunks, progress, count });
      fetcher.reuse(fetched);
    };
    let ready: Batch | undefined;
    for await (const next of batches(restoreSteps(reader, body.root, selection), fetcher)) {
      await guard.check();
      if (ready) await write(ready);
      ready = next;
    }
    await guard.check();
    if (ready) await write(ready);
    progress.tell('restore', true);
  } finally {
    destination.abandon();
    await opener.stop();
  }
  return {
    snapshotId: options.snapshotId,
    files: progress.files,
    ...count,
    bytes: progress.bytes,
    durationMs: Math.round(clock.monotonicMs() - startedAt),
  };
}

/** Groups steps, and begins to bring the chunks of a group when it is handed out. */
async function* batches(steps: AsyncIterable<RestoreStep>, fetcher: ChunkFetcher): AsyncGenerator<Batch> {
  let group: RestoreStep[] = [];
  let ids = new Map<string, Buffer>();
  let bytes = 0;
  const batch = (): Batch => {
    const chunks = fetcher.fetch([...ids.values()]);
    // It is awaited one batch later; until then a failure must not count as unhandled.
    chunks.catch(() => undefined);
    const full = { steps: group, chunks };
    [group, ids, bytes] = [[], new Map(), 0];
    return full;
  };
  for await (const step of steps) {
    group.push(step);
    if (step.do === 'write') {
      const id = step.extent.chunk.toString('latin1');
      if (!ids.has(id)) {
        ids.set(id, step.extent.chunk);
        bytes += fetcher.lengthOf(step.extent.chunk);
      }
    }
    if (bytes >= BATCH_BYTES || group.length >= BATCH_STEPS) yield batch();
  }
  yield batch();
}

interface Applying {
  readonly destination: Destination;
  readonly chunks: ReadonlyMap<string, Buffer>;
  readonly progress: Progress;
  readonly count: { folders: number; links: number };
}

type Apply = { readonly [D in RestoreStep['do']]: (step: Extract<RestoreStep, { do: D }>, to: Applying) => void };

const APPLY: Apply = {
  folder: ({ path }, { destination, count }) => {
    destination.folder(path);
    count.folders++;
  },
  'end-folder': ({ path, entry }, { destination }) => destination.endFolder(path, entry),
  file: ({ path, entry }, { destination }) => destination.file(path, entry),
  write: ({ extent: { chunk, offset, length } }, { destination, chunks, progress }) => {
    const plain = chunks.get(chunk.toString('latin1'));
    if (!plain || offset + length > plain.length) throw new VaultError('malformed', 'An extent is beyond its chunk');
    destination.write(plain.subarray(offset, offset + length));
    progress.bytes += length;
    progress.tell('restore');
  },
  'end-file': (_step, { destination, progress }) => {
    destination.endFile();
    progress.files++;
  },
  'hard-link': ({ path, existing }, { destination, progress }) => {
    destination.hardLink(path, existing);
    progress.files++;
  },
  'symbolic-link': ({ path, entry }, { destination, count }) => {
    destination.symbolicLink(path, entry.target, entry);
    count.links++;
  },
};

function apply(steps: readonly RestoreStep[], to: Applying): void {
  for (const step of steps) (APPLY[step.do] as (step: RestoreStep, to: Applying) => void)(step, to);
}
