import { ChunkFetcher } from './chunk-fetcher.ts';
import { entryAt } from './entry-at.ts';
import { VaultError } from './errors.ts';
import { loadIndexes } from './index-sync.ts';
import { KeyGuard } from './key-guard.ts';
import type { KeyRing } from './key-ring.ts';
import { dedupeKeyOf, type Manifest, type ManifestBody } from './manifest.ts';
import { createOpener, type Opener } from './opener.ts';
import { openDomain, type Repository } from './repository.ts';
import { readSnapshot } from './snapshots.ts';
import { TreeReader } from './tree-reader.ts';
import type { Extent, FileEntry, TreeEntry } from './tree.ts';

/** Bytes of plaintext that are brought together. Two of these are in memory at once. */
const BATCH_BYTES = 8 << 20;

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
  readonly manifest: Manifest;
  readonly body: ManifestBody;
  readonly tree: TreeReader;
  readonly #ring: KeyRing;
  readonly #guard: KeyGuard;
  readonly #opener: Opener;
  readonly #fetcher: ChunkFetcher;

  private constructor(
    manifest: Manifest,
    body: ManifestBody,
    parts: { tree: TreeReader; ring: KeyRing; guard: KeyGuard; opener: Opener; fetcher: ChunkFetcher },
  ) {
    this.manifest = manifest;
    this.body = body;
    this.tree = parts.tree;
    this.#ring = parts.ring;
    this.#guard = parts.guard;
    this.#opener = parts.opener;
    this.#fetcher = parts.fetcher;
  }

  /** Rejects with a `MasterKeyError` when a master key says no, else with a `VaultError`. */
  static async open(repository: Repository, snapshotId: string, options: ReadOptions = {}): Promise<SnapshotReader> {
    const ring = repository.keyRing();
    try {
      const { manifest, body } = await readSnapshot(repository, ring, snapshotId);
      ring.expect(manifest.head.keys);
      const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
      if (domain.id !== manifest.head.domain) {
        throw new VaultError('malformed', 'The snapshot names another source than its head');
      }
      const index = await loadIndexes(repository, ring, body);
      const opener = createOpener(domain.chunkIdKey, options.threads ?? 0);
      return new SnapshotReader(manifest, body, {
        ring,
        opener,
        guard: new KeyGuard(ring, manifest.head.body.key, repository.clock, options.signal),
        tree: new TreeReader(repository, ring, domain.treeIdKey, index),
        fetcher: new ChunkFetcher(repository, ring, opener, index),
      });
    } catch (error) {
      ring.drop();
      throw error;
    }
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
   * has come, all of the file has. Holds at most twice 8 MiB, however long the file is.
   */
  async *content(file: FileEntry): AsyncGenerator<Buffer, undefined> {
    let ready: Promise<readonly Buffer[]> | undefined;
    for (const extents of this.#batches(file.extents)) {
      await this.#guard.check();
      const next = this.#pieces(extents);
      // It is awaited one batch later; until then a failure must not count as unhandled.
      next.catch(() => undefined);
      if (ready) yield* await ready;
      ready = next;
    }
    if (ready) yield* await ready;
    return undefined;
  }

  /** Lets go of the keys. */
  async close(): Promise<void> {
    this.#ring.drop();
    await this.#opener.stop();
  }

  *#batches(extents: readonly Extent[]): Generator<readonly Extent[]> {
    let batch: Extent[] = [];
    let bytes = 0;
    for (const extent of extents) {
      batch.push(extent);
      bytes += this.#fetcher.lengthOf(extent.chunk);
      if (bytes < BATCH_BYTES) continue;
      yield batch;
      [batch, bytes] = [[], 0];
    }
    if (batch.length > 0) yield batch;
  }

  async #pieces(extents: readonly Extent[]): Promise<readonly Buffer[]> {
    const ids = new Map(extents.map(({ chunk }) => [chunk.toString('latin1'), chunk]));
    const { chunks } = await this.#fetcher.fetch([...ids.values()]);
    return extents.map(({ chunk, offset, length }) => {
      const plain = chunks.get(chunk.toString('latin1'));
      if (!plain || offset + length > plain.length) {
        throw new VaultError('malformed', 'An extent is beyond its chunk');
      }
      return plain.subarray(offset, offset + length);
    });
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
