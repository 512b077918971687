import { TileMissingError } from './edge.ts';
import type { TileReader } from './log.ts';
import { largestPowerBelow, nodeHash, rootOf } from './merkle.ts';
import { parseTile, TILE_WIDTH, tilePath, tileWidth } from './tile.ts';

/** Computes hashes of a tree from its tiles. Each tile is read once. */
export class TreeReader {
  readonly #tiles: TileReader;
  readonly #size: number;
  readonly #cache = new Map<string, Promise<Buffer[]>>();

  /** `size` is the size of a checkpoint whose tiles are there; hashes of smaller trees come from the same tiles. */
  constructor(tiles: TileReader, size: number) {
    this.#tiles = tiles;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** The root of the tree of the first `size` leaves. */
  root(size: number): Promise<Buffer> {
    return this.range(0, size);
  }

  /** The hash over the leaves `from` to `to`, where `from` is a multiple of a power of two that is `to - from` or more. */
  async range(from: number, to: number): Promise<Buffer> {
    const count = to - from;
    if (count === 0) return rootOf([]);
    const height = Math.log2(count);
    if (Number.isInteger(height)) return this.#complete(height, from / count);
    const split = from + largestPowerBelow(count);
    return nodeHash(await this.range(from, split), await this.range(split, to));
  }

  /** The hash of the complete subtree of `2 ** height` leaves that is the `index`-th of its height. */
  async #complete(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / 8);
    const span = 2 ** (height - 8 * level);
    const first = index * span;
    const hashes = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const at = first % TILE_WIDTH;
    return rootOf(hashes, at, at + span);
  }

  #tile(level: number, index: number): Promise<Buffer[]> {
    const width = tileWidth(this.#size, level, index);
    const path = tilePath(level, index, width);
    let tile = this.#cache.get(path);
    if (!tile) this.#cache.set(path, (tile = this.#read(path, width)));
    return tile;
  }

  async #read(path: string, width: number): Promise<Buffer[]> {
    const bytes = await this.#tiles.read(path);
    if (bytes === undefined) throw new TileMissingError(path);
    return parseTile(bytes, width);
  }
}
