import { leafHash, rootOf } from './merkle.ts';
import { bundleItem, parseBundle, parseTile, TILE_WIDTH, tileHashes, tileLevels, tilePath, tileWidth } from './tile.ts';
import type { TileFile, TileReader } from './log.ts';

/** An entry for the log: the leaf, and its salt with its details. */
export interface EdgeEntry {
  readonly leaf: Buffer;
  readonly details: Buffer;
}

/**
 * The right edge of a log: the tiles and bundles that are not full. All that appending needs, whatever the size of
 * the log.
 */
export class LogEdge {
  #size = 0;
  /** For each level the hashes in its last tile, fewer than 256. */
  readonly #levels: Buffer[][] = [];
  #entries: Buffer[] = [];
  #details: Buffer[] = [];

  /**
   * Reads the edge of a log at `size` entries.
   *
   * @throws {ReadError} a tile is missing or has the wrong length. Whether it is the right one, the root tells.
   */
  static async read(tiles: TileReader, size: number): Promise<LogEdge> {
    const edge = new LogEdge();
    edge.#size = size;
    for (let level = 0; level < tileLevels(size); level++) {
      const index = Math.floor(tileHashes(size, level) / TILE_WIDTH);
      const width = tileWidth(size, level, index);
      edge.#levels.push(width === 0 ? [] : parseTile(await mustRead(tiles, tilePath(level, index, width)), width));
    }
    const [index, width] = [Math.floor(size / TILE_WIDTH), size % TILE_WIDTH];
    if (width > 0) {
      const entries = await mustRead(tiles, tilePath('entries', index, width));
      const details = await mustRead(tiles, tilePath('details', index, width));
      edge.#entries = parseBundle(entries, width).map(bundleItem);
      edge.#details = parseBundle(details, width).map(bundleItem);
    }
    return edge;
  }

  get size(): number {
    return this.#size;
  }

  /** The root of the whole tree: the incomplete part of each level is the last node of the level above. */
  root(): Buffer {
    let below: Buffer | undefined;
    for (const hashes of this.#levels) {
      const row = below ? [...hashes, below] : hashes;
      if (row.length > 0) below = rootOf(row);
    }
    return below ?? rootOf([]);
  }

  /** Appends entries. Answers the files that this fills or changes; the ones that are not full come last. */
  append(entries: readonly EdgeEntry[]): TileFile[] {
    const files = this.fill(entries);
    return entries.length > 0 ? [...files, ...this.partial()] : files;
  }

  /** Appends entries. Answers only the files that this fills. */
  fill(entries: readonly EdgeEntry[]): TileFile[] {
    const files: TileFile[] = [];
    for (const { leaf, details } of entries) {
      this.#entries.push(bundleItem(leaf));
      this.#details.push(bundleItem(details));
      if (this.#entries.length === TILE_WIDTH) files.push(...this.#closeBundles());
      this.#addHash(0, leafHash(leaf), files);
      this.#size++;
    }
    return files;
  }

  /** The files of the tiles and bundles that are not full. */
  partial(): TileFile[] {
    const files: TileFile[] = [];
    const index = Math.floor(this.#size / TILE_WIDTH);
    const width = this.#entries.length;
    if (width > 0) {
      files.push({ path: tilePath('entries', index, width), bytes: Buffer.concat(this.#entries) });
      files.push({ path: tilePath('details', index, width), bytes: Buffer.concat(this.#details) });
    }
    for (const [level, hashes] of this.#levels.entries()) {
      if (hashes.length === 0) continue;
      const at = Math.floor(tileHashes(this.#size, level) / TILE_WIDTH);
      files.push({ path: tilePath(level, at, hashes.length), bytes: Buffer.concat(hashes) });
    }
    return files;
  }

  #closeBundles(): TileFile[] {
    const index = Math.floor(this.#size / TILE_WIDTH);
    const files = [
      { path: tilePath('entries', index), bytes: Buffer.concat(this.#entries) },
      { path: tilePath('details', index), bytes: Buffer.concat(this.#details) },
    ];
    this.#entries = [];
    this.#details = [];
    return files;
  }

  #addHash(level: number, hash: Buffer, files: TileFile[]): void {
    const hashes = (this.#levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const index = tileHashes(this.#size + 1, level) / TILE_WIDTH - 1;
    files.push({ path: tilePath(level, index), bytes: Buffer.concat(hashes) });
    this.#levels[level] = [];
    this.#addHash(level + 1, rootOf(hashes), files);
  }
}

async function mustRead(tiles: TileReader, path: string): Promise<Buffer> {
  const bytes = await tiles.read(path);
  if (bytes === undefined) throw new TileMissingError(path);
  return bytes;
}

/** A file of the log is not where it must be. */
export class TileMissingError extends Error {
  override readonly name = 'TileMissingError';
  readonly path: string;

  constructor(path: string) {
    super(`the audit log has no file ${path}: it was removed, or the wrong folder is being read`);
    this.path = path;
  }
}
