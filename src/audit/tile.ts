import { ReadError, Reader } from '../bytes/reader.ts';
import { HASH_BYTES } from './merkle.ts';

/** C2SP tlog-tiles: a tile holds up to 256 hashes of one level of the tree, a bundle up to 256 entries. */
export const TILE_WIDTH = 256;

/** What a path leads to: hashes of level `8 * L`, the entries, or the erasable details beside the entries. */
export type TileKind = number | 'entries' | 'details';

/** The signed head of a log. */
export const CHECKPOINT_PATH = 'checkpoint';

/**
 * The path of a tile below its log: `tile/<L>/<N>`, `tile/entries/<N>`, `details/<N>`; a tile that is not full ends in
 * `.p/<W>`. `N` is written in groups of three digits, all but the last marked by an `x`.
 */
export function tilePath(kind: TileKind, index: number, width = TILE_WIDTH): string {
  let name = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  }
  const folder = kind === 'details' ? 'details' : `tile/${kind}`;
  return `${folder}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** How many hashes of level `8 * level` a tree of this size has. */
export function tileHashes(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** How much of tile `index` of this level is filled in a tree of this size: 0 to 256. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, tileHashes(size, level) - index * TILE_WIDTH));
}

/** How many levels of tiles a tree of this size has. */
export function tileLevels(size: number): number {
  let levels = 0;
  while (tileHashes(size, levels) > 0) levels++;
  return levels;
}

/** The files of a log of this size that are not full: they go away when the log has grown. */
export function partialPaths(size: number): string[] {
  const paths: string[] = [];
  const [index, width] = [Math.floor(size / TILE_WIDTH), size % TILE_WIDTH];
  if (width > 0) paths.push(tilePath('entries', index, width), tilePath('details', index, width));
  for (let level = 0; level < tileLevels(size); level++) {
    const last = Math.floor(tileHashes(size, level) / TILE_WIDTH);
    const filled = tileWidth(size, level, last);
    if (filled > 0) paths.push(tilePath(level, last, filled));
  }
  return paths;
}

/** Cuts a tile into its hashes. @throws {ReadError} the bytes are not `width` hashes. */
export function parseTile(bytes: Uint8Array, width: number): Buffer[] {
  if (bytes.byteLength !== width * HASH_BYTES) {
    throw new ReadError(`a tile of ${width} hashes has ${width * HASH_BYTES} bytes, not ${bytes.byteLength}`);
  }
  const reader = new Reader(bytes);
  return Array.from({ length: width }, () => reader.take(HASH_BYTES));
}

/** One entry of a bundle: its bytes behind their length, unsigned 16-bit, big-endian. */
export function bundleItem(bytes: Uint8Array): Buffer {
  const item = Buffer.allocUnsafe(2 + bytes.byteLength);
  item.writeUInt16BE(bytes.byteLength);
  item.set(bytes, 2);
  return item;
}

/** Cuts a bundle into its entries. @throws {ReadError} the bytes are not `width` entries. */
export function parseBundle(bytes: Uint8Array, width: number): Buffer[] {
  const reader = new Reader(bytes);
  const items = Array.from({ length: width }, () => reader.take(reader.u16()));
  reader.end();
  return items;
}
