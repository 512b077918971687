import { ahead, type Begun } from '../ahead.ts';
import { ChunkFetcher, type FetchedChunks } from './chunk-fetcher.ts';
import { Destination } from './destination.ts';
import { VaultError } from '../errors.ts';
import { partOf } from '../format/extent-nodes.ts';
import type { Extent } from '../format/tree.ts';
import type { KeyRing } from '../key-ring.ts';
import { createOpener } from './opener.ts';
import type { SkipReason } from './places.ts';
import { Progress, type OnProgress } from '../progress.ts';
import { openSnapshot, type OpenSnapshot } from '../recovery/open-snapshot.ts';
import { countPlan } from '../recovery/plan.ts';
import { takenMs } from '../recovery/choose-snapshot.ts';
import type { Repository } from '../repository.ts';
import { setsOwner, stepsOf, type RestoreRequest } from './restore-request.ts';
import { isDamage, restoreSteps, type How, type RestoreStep, type StepOptions } from './restore-steps.ts';
import { threadsByDefault } from '../threads.ts';

export interface RestoreOptions extends RestoreRequest {
  readonly repository: Repository;
  readonly snapshotId: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Threads that decrypt and unpack; 0 works in this one; by default as many as there are cores for, at most two. */
  readonly threads?: number;
}

/** Something of the snapshot that is not at the destination as it was. */
export interface Skipped {
  readonly path: Buffer;
  readonly why: SkipReason;
}

/** Files, folders, links and bytes are what was written; all of it was verified. */
export interface RestoreReport {
  readonly snapshotId: string;
  readonly takenMs: number;
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  /** Files and links that were there already, as they were. */
  readonly same: number;
  /** Files and links that replaced others, and that were written beside others. */
  readonly overwritten: number;
  readonly beside: number;
  /** Files and links that were left as they are, as it was wanted. */
  readonly kept: number;
  /** What could not be restored: `skipped` has the first thousand. */
  readonly skippedCount: number;
  readonly skipped: readonly Skipped[];
  /** Files and folders whose extended attributes (ACLs among them) this place, or this user, could not be given. */
  readonly withoutAttributes: number;
  readonly durationMs: number;
}

/** Bytes of plaintext that are brought together. */
const BATCH_BYTES = 16 << 20;
/** Bytes that are on their way or wait to be written: what a store that answers after 0.3 s gives in that time. */
const AHEAD_BYTES = 96 << 20;
/** What a step keeps in memory, about: path, entry, extent. */
const STEP_BYTES = 1024;
const BATCH_STEPS = 20_000;
const MAX_SKIPPED = 1000;

interface Batch extends Begun {
  readonly steps: readonly RestoreStep[];
  readonly chunks: Promise<FetchedChunks>;
}

/**
 * Restores a snapshot, or some of it. Every byte is verified before it is written; a file appears under its name when it
 * is whole. Asked again after it was interrupted, it goes on where it was. Nothing is ever deleted but what a file of the
 * same name replaces. Rejects with a `MasterKeyError` when a master key says no, else with a `VaultError`.
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
  const { repository, signal, skipDamaged = false } = options;
  const { clock } = repository;
  const startedAt = clock.monotonicMs();
  const destination = new Destination(options.to, { owner: setsOwner(options) });
  const snapshot = await openSnapshot(repository, ring, options.snapshotId, signal);
  const { manifest, body, domain, guard } = snapshot;
  const stepOptions = await stepsOf(snapshot, options);
  if (stepOptions.tellsExtras) await refuseConflicts(stepOptions, options.to, snapshot);

  const isAll = options.paths === undefined && options.patterns === undefined;
  using progress = new Progress(options.onProgress, clock, isAll ? body.statistics.bytes : undefined);
  const count = new Count();
  const opener = createOpener(domain.chunkIdKey, options.threads ?? threadsByDefault());
  try {
    destination.prepare();
    const fetcher = new ChunkFetcher(repository, ring, opener, snapshot.index);
    const fetch = (ids: readonly Buffer[]): Promise<FetchedChunks> =>
      skipDamaged ? fetcher.fetchSound(ids, isDamage) : fetcher.fetch(ids);
    const write = async (batch: Batch): Promise<void> => {
      const fetched = await batch.chunks;
      for (const step of batch.steps) apply(step, { skipDamaged, destination, fetched, progress, count });
      fetcher.reuse(fetched);
    };
    for await (const batch of ahead(batches(restoreSteps(stepOptions), fetch), AHEAD_BYTES)) {
      await guard.check();
      await write(batch);
    }
    progress.tell('restore', true);
  } catch (error) {
    throw explained(error, { files: progress.files, bytes: count.wholeBytes, skipDamaged });
  } finally {
    destination.abandon();
    await opener.stop();
  }
  const { files, bytes } = progress;
  const { withoutAttributes } = destination;
  const durationMs = Math.round(clock.monotonicMs() - startedAt);
  return {
    snapshotId: options.snapshotId,
    takenMs: takenMs(manifest),
    files,
    bytes,
    ...count.report(),
    withoutAttributes,
    durationMs,
  };
}

/** What ends a restore ends it cleanly: what has its name by then is whole. What is damaged can be left out. */
function explained(error: unknown, at: { files: number; bytes: number; skipDamaged: boolean }): unknown {
  if (!(error instanceof VaultError)) return error;
  const { code, what, cause } = error;
  if (code === 'destination-full') {
    return new VaultError(code, `${what}. ${at.files} files (${at.bytes} bytes) are there, whole`, cause);
  }
  if (at.skipDamaged || !DAMAGES.has(code)) return error;
  return new VaultError(code, `${what}. Everything that it does not touch is restored with --skip-damaged`, cause);
}

/** What a restore can leave out, file by file. */
const DAMAGES: ReadonlySet<string> = new Set([
  'tampered',
  'wrong-name',
  'malformed',
  'object-missing',
  'chunk-missing',
]);

/** Looks at everything before anything is written. */
async function refuseConflicts(options: StepOptions, to: string, { guard }: OpenSnapshot): Promise<void> {
  if (options.places.folder(Buffer.alloc(0)) === 'new') return;
  const { refused, extras } = await countPlan(options, guard);
  if (refused === 0 && extras === 0) return;
  throw new VaultError(
    'destination-not-empty',
    `The folder ${to} has ${refused} files that differ from the snapshot's, and ${extras} items that the snapshot does not have. Nothing was written`,
  );
}

/** Groups steps, and begins to bring the chunks of a group when it is handed out. */
async function* batches(
  groups: AsyncIterable<readonly RestoreStep[]>,
  fetch: (ids: readonly Buffer[]) => Promise<FetchedChunks>,
): AsyncGenerator<Batch> {
  let group: RestoreStep[] = [];
  let ids = new Map<string, Buffer>();
  let bytes = 0;
  const batch = (): Batch => {
    const chunks = fetch([...ids.values()]);
    // It is awaited some batches later; until then a failure must not count as unhandled.
    chunks.catch(() => undefined);
    const full = { steps: group, chunks, weight: bytes + group.length * STEP_BYTES };
    [group, ids, bytes] = [[], new Map(), 0];
    return full;
  };
  for await (const steps of groups) {
    for (const step of steps) {
      group.push(step);
      if (step.do === 'write') {
        const id = step.extent.chunk.toString('latin1');
        if (!ids.has(id)) {
          ids.set(id, step.extent.chunk);
          bytes += step.extent.length;
        }
      }
      if (bytes >= BATCH_BYTES || group.length >= BATCH_STEPS) yield batch();
    }
  }
  yield batch();
}

class Count {
  /** Bytes of files that have their names. */
  wholeBytes = 0;
  folders = 0;
  links = 0;
  same = 0;
  kept = 0;
  overwritten = 0;
  beside = 0;
  /** The file in hand, and whether it turned out that it cannot be restored. */
  file: { readonly path: Buffer; readonly how: How } | undefined;
  isBroken = false;
  /** Files that could not be restored: other names of them cannot either. In latin1. */
  readonly lost = new Set<string>();
  #skippedCount = 0;
  readonly #skipped: Skipped[] = [];

  /** Counts the file in hand; answers whether it is whole. */
  endFile(): boolean {
    const { file, isBroken } = this;
    [this.file, this.isBroken] = [undefined, false];
    if (!file || !isBroken) {
      if (file) this.placed(file.how);
      return true;
    }
    this.lost.add(file.path.toString('latin1'));
    this.skip(file.path, 'damaged');
    return false;
  }

  placed(how: How): void {
    if (how === 'overwrite') this.overwritten++;
    else if (how === 'beside') this.beside++;
  }

  skip(path: Buffer, why: SkipReason): void {
    if (why === 'same') this.same++;
    else if (why === 'kept') this.kept++;
    else {
      this.#skippedCount++;
      if (this.#skipped.length < MAX_SKIPPED) this.#skipped.push({ path, why });
    }
  }

  report() {
    const { folders, links, same, kept, overwritten, beside } = this;
    const [skippedCount, skipped] = [this.#skippedCount, this.#skipped];
    return { folders, links, same, kept, overwritten, beside, skippedCount, skipped };
  }
}

interface Applying {
  readonly skipDamaged: boolean;
  readonly destination: Destination;
  readonly fetched: FetchedChunks;
  readonly progress: Progress;
  readonly count: Count;
}

type Apply = { readonly [D in RestoreStep['do']]: (step: Extract<RestoreStep, { do: D }>, to: Applying) => void };

const APPLY: Apply = {
  folder: ({ path, isNew }, { destination, count }) => {
    destination.folder(path, isNew);
    if (isNew) count.folders++;
  },
  'end-folder': ({ entry, isOurs }, { destination }) => destination.endFolder(isOurs ? entry : undefined),
  file: ({ path, entry, how }, { destination, count }) => {
    destination.file(path, entry, how === 'overwrite');
    count.file = { path, how };
  },
  write: ({ extent }, to) => {
    const { destination, progress, count } = to;
    if (count.isBroken) return;
    const piece = pieceOf(extent, to);
    if (!piece) {
      destination.abandonFile();
      count.isBroken = true;
      progress.bytes = count.wholeBytes;
      return;
    }
    destination.write(piece);
    progress.bytes += piece.length;
    progress.tell('restore');
  },
  'end-file': (_step, { destination, progress, count }) => {
    if (count.endFile()) {
      destination.endFile();
      progress.files++;
      count.wholeBytes = progress.bytes;
    }
  },
  'hard-link': ({ path, existing, how }, { destination, progress, count }) => {
    if (count.lost.has(existing.toString('latin1'))) return count.skip(path, 'damaged');
    destination.hardLink(path, existing, how === 'overwrite');
    count.placed(how);
    progress.files++;
  },
  'symbolic-link': ({ path, entry, how }, { destination, count }) => {
    destination.symbolicLink(path, entry.target, entry, how === 'overwrite');
    count.placed(how);
    count.links++;
  },
  skip: ({ path, why }, { count }) => count.skip(path, why),
  extras: () => undefined,
};

/** The bytes of an extent; `undefined` where they are damaged, and that is to be lived with. */
function pieceOf(extent: Extent, { fetched, skipDamaged }: Applying): Buffer | undefined {
  const plain = fetched.chunks.get(extent.chunk.toString('latin1'));
  if (!plain) return undefined;
  try {
    return partOf(plain, extent);
  } catch (error) {
    if (!skipDamaged) throw error;
    return undefined;
  }
}

function apply(step: RestoreStep, to: Applying): void {
  (APPLY[step.do] as (step: RestoreStep, to: Applying) => void)(step, to);
}
