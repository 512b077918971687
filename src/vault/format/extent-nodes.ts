import { Reader } from '../../bytes/reader.ts';
import { VaultError } from '../errors.ts';
import { ID_LENGTH, MAX_CHUNK_LENGTH, parsing } from './format.ts';
import type { Extent, TreeEntry } from './tree.ts';

/** A file with more extents than this has them in nodes of their own. So many chunks are some four gigabytes. */
export const MAX_OWN_EXTENTS = 16_384;
const EXTENT = ID_LENGTH + 8;
const VERSION = 2;
/** A node ends behind a chunk whose id ends so, or behind the last that it may have: one change changes few nodes. */
const END_MASK = 0x0fff;
const MAX_EXTENTS = 16_384;

/** Writes extents one after another; answers where they end. */
export function writeExtents(out: Buffer, start: number, extents: readonly Extent[]): number {
  let at = start;
  for (const extent of extents) {
    out.set(extent.chunk, at);
    at = out.writeUInt32BE(extent.offset, at + ID_LENGTH);
    at = out.writeUInt32BE(extent.length, at);
  }
  return at;
}

/** Reads as many extents as a count before them says. */
export function readExtents(reader: Reader): Extent[] {
  const extents: Extent[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const extent = { chunk: reader.take(ID_LENGTH), offset: reader.u32(), length: reader.u32() };
    checkExtent(extent, MAX_CHUNK_LENGTH);
    extents.push(extent);
  }
  return extents;
}

/** Refuses an extent that goes beyond its chunk, which has so many bytes. @throws {VaultError} `malformed` */
export function checkExtent({ offset, length }: Extent, chunkLength: number): void {
  if (offset + length > chunkLength) throw new VaultError('malformed', 'An extent is beyond its chunk');
}

/** The part of a chunk that an extent is. @throws {VaultError} `malformed` */
export function partOf(chunk: Buffer, extent: Extent): Buffer {
  checkExtent(extent, chunk.length);
  return chunk.subarray(extent.offset, extent.offset + extent.length);
}

/** Refuses extents that are not the whole of a file. */
export function checkSum(extents: readonly Extent[], size: number): void {
  if (extents.reduce((sum, { length }) => sum + length, 0) === size) return;
  throw new VaultError('malformed', 'The extents of a file do not sum to its size');
}

/** The extents of a long file as nodes: docs/spec/backup-format.md section 7. */
export function* extentNodes(extents: readonly Extent[]): Generator<Buffer, undefined> {
  let start = 0;
  for (const [i, { chunk }] of extents.entries()) {
    const isEnd = (chunk.readUInt16BE(ID_LENGTH - 2) & END_MASK) === 0 || i + 1 - start >= MAX_EXTENTS;
    if (!isEnd && i + 1 < extents.length) continue;
    const part = extents.slice(start, i + 1);
    const node = Buffer.alloc(5 + part.length * EXTENT);
    node.writeUInt8(VERSION);
    node.writeUInt32BE(part.length, 1);
    writeExtents(node, 5, part);
    yield node;
    start = i + 1;
  }
  return undefined;
}

/** @throws {VaultError} `malformed`, `unknown-format` */
function decodeExtentNode(node: Buffer): Extent[] {
  return parsing('A node of extents', () => {
    const reader = new Reader(node);
    if (reader.u8() !== VERSION) {
      throw new VaultError('unknown-format', 'A node of extents has a version that is not known');
    }
    const extents = readExtents(reader);
    reader.end();
    return extents;
  });
}

/** Brings the extents of files that have them in nodes. `read` answers a tree node's bytes, verified. */
export async function withExtents(
  entries: readonly TreeEntry[],
  read: (id: Buffer) => Promise<Buffer> | Buffer,
): Promise<TreeEntry[]> {
  if (!entries.some((entry) => entry.type === 'file' && entry.extentNodes)) return [...entries];
  const whole: TreeEntry[] = [];
  for (const entry of entries) {
    if (entry.type !== 'file' || !entry.extentNodes) {
      whole.push(entry);
      continue;
    }
    const extents: Extent[] = [];
    for (const id of entry.extentNodes) for (const one of decodeExtentNode(await read(id))) extents.push(one);
    checkSum(extents, entry.size);
    whole.push({ ...entry, extents });
  }
  return whole;
}
