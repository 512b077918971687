import { ahead, type Begun } from './ahead.ts';
import { ChunkFetcher } from './restore/chunk-fetcher.ts';
import { entryAt } from './entry-at.ts';
import { partOf } from './format/extent-nodes.ts';
import { VaultError } from './errors.ts';
import type { KeyRing } from './key-ring.ts';
import type { Manifest, ManifestBody } from './format/manifest.ts';
import { openSnapshot, type OpenSnapshot } from './recovery/open-snapshot.ts';
import { createOpener, type Opener } from './restore/opener.ts';
import type { Repository } from './repository.ts';
import type { TreeReader } from './tree-reader.ts';
import type { Extent, FileEntry, TreeEntry } from './format/tree.ts';

/** Bytes of plaintext that are brought together. */
const BATCH_BYTES = 8 << 20;
/** Bytes that are on their way or wait to be taken. */
const AHEAD_BYTES = 64 << 20;

interface Batch extends Begun {
  readonly pieces: Promise<readonly Buffer[]>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Threads that decrypt and unpack; 0, the default, works in this one. */
  readonly threads?: number;
}

/**
 * A snapshot that is open for reading: its tree, and the content of its files. The master key was asked once and is
 * asked again every five minutes of reading. Close it: it holds data keys.
 */
export class SnapshotReader {
  readonly #snapshot: OpenSnapshot;
  readonly #ring: KeyRing;
  readonly #opener: Opener;
  readonly #fetcher: ChunkFetcher;

  private constructor(snapshot: OpenSnapshot, ring: KeyRing, opener: Opener, fetcher: ChunkFetcher) {
    this.#snapshot = snapshot;
    this.#ring = ring;
    this.#opener = opener;
    this.#fetcher = fetcher;
  }

  /** Rejects with a `MasterKeyError` when a master key says no, else with a `VaultError`. */
  static async open(repository: Repository, snapshotId: string, options: ReadOptions = {}): Promise<SnapshotReader> {
    const ring = repository.keyRing();
    try {
      const snapshot = await openSnapshot(repository, ring, snapshotId, options.signal);
      const opener = createOpener(snapshot.domain.chunkIdKey, options.threads ?? 0);
      return new SnapshotReader(snapshot, ring, opener, new ChunkFetcher(repository, ring, opener, snapshot.index));
    } catch (error) {
      ring.drop();
      throw error;
    }
  }

  get manifest(): Manifest {
    return this.#snapshot.manifest;
  }

  get body(): ManifestBody {
    return this.#snapshot.body;
  }

  get tree(): TreeReader {
    return this.#snapshot.reader;
  }

  /** What lies at a path, from the source's root with `/` between names. @throws {VaultError} `path-missing` */
  async entry(path: Buffer | string): Promise<TreeEntry> {
    const found = await entryAt(this.tree, this.body.root, path);
    if (found) return found;
    throw new VaultError('path-missing', `The snapshot has nothing at '${path.toString()}'`);
  }

  /** The file at a path. @throws {VaultError} `path-missing`, also where something else lies there */
  async file(path: Buffer | string): Promise<FileEntry> {
    const entry = await this.entry(path);
    if (entry.type === 'file') return entry;
    throw new VaultError('path-missing', `What the snapshot has at '${path.toString()}' is no file`);
  }

  /**
   * The content of a file, in order, piece by piece. Every piece was verified before it is handed out; when the last one
   * has come, all of the file has. Holds at most some 64 MiB, however long the file is.
   */
  async *content(file: FileEntry): AsyncGenerator<Buffer, undefined> {
    for await (const { pieces } of ahead(this.#begun(file.extents), AHEAD_BYTES)) {
      for (const piece of await pieces) {
        // Whoever takes them may be slow: what is there already is handed out by a key that is still on.
        await this.#snapshot.guard.check();
        yield piece;
      }
    }
    return undefined;
  }

  /** Lets go of the keys. */
  async close(): Promise<void> {
    this.#ring.drop();
    await this.#opener.stop();
  }

  /** Groups extents, and begins to bring the chunks of a group when it is handed out. */
  async *#begun(extents: readonly Extent[]): AsyncGenerator<Batch> {
    let group: Extent[] = [];
    let bytes = 0;
    const batch = async (): Promise<Batch> => {
      await this.#snapshot.guard.check();
      const pieces = this.#pieces(group);
      // It is awaited some batches later; until then a failure must not count as unhandled.
      pieces.catch(() => undefined);
      const begun = { pieces, weight: bytes };
      [group, bytes] = [[], 0];
      return begun;
    };
    for (const extent of extents) {
      group.push(extent);
      bytes += this.#fetcher.lengthOf(extent.chunk);
      if (bytes >= BATCH_BYTES) yield await batch();
    }
    if (group.length > 0) yield await batch();
  }

  async #pieces(extents: readonly Extent[]): Promise<readonly Buffer[]> {
    const ids = new Map(extents.map(({ chunk }) => [chunk.toString('latin1'), chunk]));
    const { chunks } = await this.#fetcher.fetch([...ids.values()]);
    return extents.map((extent) => partOf(chunks.get(extent.chunk.toString('latin1')) as Buffer, extent));
  }
}

/** The content of one file of a snapshot: see {@link SnapshotReader.content}. */
export async function* readFile(
  repository: Repository,
  snapshotId: string,
  path: Buffer | string,
  options: ReadOptions = {},
): AsyncGenerator<Buffer, undefined> {
  const reader = await SnapshotReader.open(repository, snapshotId, options);
  try {
    yield* reader.content(await reader.file(path));
  } finally {
    await reader.close();
  }
  return undefined;
}
