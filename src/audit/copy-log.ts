import { TileMissingError } from './edge.ts';
import type { TileFile, TileReader } from './log.ts';
import { HASH_BYTES } from './merkle.ts';
import {
  bundleItem,
  parseBundle,
  TILE_WIDTH,
  tileHashes,
  type TileKind,
  tileLevels,
  tilePath,
  tileWidth,
} from './tile.ts';

/**
 * The tiles and bundles of a log as it was at `size` entries, made from those of the log as it is at `now` entries:
 * a partial tile of then is the beginning of a fuller one.
 *
 * @throws {TileMissingError}
 */
export async function* filesAt(tiles: TileReader, now: number, size: number): AsyncGenerator<TileFile> {
  for (let level = 0; level < tileLevels(size); level++) {
    for (let index = 0; index * TILE_WIDTH < tileHashes(size, level); index++) {
      const width = tileWidth(size, level, index);
      const bytes = await read(tiles, level, index, tileWidth(now, level, index));
      yield { path: tilePath(level, index, width), bytes: bytes.subarray(0, width * HASH_BYTES) };
    }
  }
  for (const kind of ['entries', 'details'] as const) {
    for (let index = 0; index * TILE_WIDTH < size; index++) {
      const [width, fuller] = [tileWidth(size, 0, index), tileWidth(now, 0, index)];
      const items = parseBundle(await read(tiles, kind, index, fuller), fuller);
      yield { path: tilePath(kind, index, width), bytes: Buffer.concat(items.slice(0, width).map(bundleItem)) };
    }
  }
}

/** The leaves of a log from `from` to `to`, of the log as it is at `now` entries. */
export async function leavesOf(tiles: TileReader, now: number, from: number, to: number): Promise<Buffer[]> {
  const leaves: Buffer[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const width = tileWidth(now, 0, index);
    const first = index * TILE_WIDTH;
    const items = parseBundle(await read(tiles, 'entries', index, width), width);
    leaves.push(...items.slice(Math.max(0, from - first), to - first));
  }
  return leaves;
}

async function read(tiles: TileReader, kind: TileKind, index: number, width: number): Promise<Buffer> {
  const path = tilePath(kind, index, width);
  const bytes = await tiles.read(path);
  if (!bytes) throw new TileMissingError(path);
  return bytes;
}
