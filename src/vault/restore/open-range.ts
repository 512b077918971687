import type { KeyObject } from 'node:crypto';
import { Reader } from '../../bytes/reader.ts';
import { VaultError } from '../errors.ts';
import { MAX_PACK_LENGTH, readEntry, type ChunkEntry } from '../format/format.ts';
import { openChunkInto } from '../format/pack.ts';

/** Reads a list of chunk entries. */
function decodeEntries(bytes: Buffer): ChunkEntry[] {
  const reader = new Reader(bytes);
  const entries: ChunkEntry[] = [];
  while (reader.remaining > 0) entries.push(readEntry(reader, MAX_PACK_LENGTH));
  return entries;
}

/** Bytes of plaintext that are opened together, unless one chunk alone has more. */
export const OUTPUT_LENGTH = 4 << 20;

/** Bytes that are set aside for so much plaintext: enough to be used again, unless that would waste most of it. */
export function roomFor(length: number): number {
  return length > OUTPUT_LENGTH / 4 ? Math.max(length, OUTPUT_LENGTH) : length;
}

/** Opens and verifies chunks of a range of a pack; answers their plaintexts one after another, in `into` if they fit. */
export function openRange(
  key: KeyObject,
  idKey: KeyObject,
  bytes: Buffer,
  start: number,
  list: Buffer,
  into?: ArrayBuffer,
): Buffer {
  const entries = decodeEntries(list);
  const length = entries.reduce((sum, entry) => sum + entry.plain, 0);
  const fits = into !== undefined && into.byteLength >= length;
  const plain = Buffer.from(fits ? into : new ArrayBuffer(roomFor(length)), 0, length);
  let at = 0;
  for (const entry of entries) {
    const from = entry.offset - start;
    if (from < 0 || from + entry.stored > bytes.length) throw new VaultError('malformed', 'A chunk is beyond its pack');
    openChunkInto(key, idKey, entry, bytes.subarray(from, from + entry.stored), plain.subarray(at, at + entry.plain));
    at += entry.plain;
  }
  return plain;
}
