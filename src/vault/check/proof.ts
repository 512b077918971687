import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { VaultError } from '../errors.ts';
import type { StoredObject, Target } from '../targets/target.ts';

export interface ProofOptions {
  readonly target: Target;
  /** Files with plaintext that was backed up. */
  readonly files: readonly string[];
  /** Runs of plaintext that are searched for in all, at the most. */
  readonly maxNeedles?: number;
  /** Of a larger store, objects of about this many bytes are looked at, evenly from all. */
  readonly maxBytes?: number;
}

export interface ProofReport {
  readonly objects: number;
  readonly bytes: number;
  /** How many of the bytes were looked at. */
  readonly lookedAt: number;
  readonly needles: number;
  /** Names of objects in which a run of plaintext was found; none in a sound store. */
  readonly found: readonly string[];
  /** Of all packs together, 8 at the most. Ciphertext comes to 7.99 from a few hundred kilobytes on. */
  readonly entropyBitsPerByte: number;
}

const NEEDLE = 24;
const DISTINCT = 10;

/**
 * Looks at the stored bytes as a stranger would: no run of {@link NEEDLE} bytes of the source's files may occur in any
 * object, and packs must look like noise. Needs no key.
 */
export async function proveCiphertext(options: ProofOptions): Promise<ProofReport> {
  const needles = needlesOf(options.files, options.maxNeedles ?? 64);
  if (needles.length === 0)
    throw new VaultError('source-failed', 'The files have no run of bytes that could be searched for');
  const look = searchFor(needles);
  const counts = new Float64Array(256);
  const found: string[] = [];
  const objects: StoredObject[] = [];
  for await (const object of options.target.list('')) objects.push(object);
  const bytes = objects.reduce((sum, { length }) => sum + length, 0);
  const share = Math.min(1, (options.maxBytes ?? Number.POSITIVE_INFINITY) / bytes);
  let [passed, lookedAt] = [0, 0];
  for (const { name, length } of objects) {
    passed += length;
    if (lookedAt > 0 && lookedAt + length > passed * share) continue;
    const content = await options.target.get(name, length);
    lookedAt += length;
    if (look(content)) found.push(name);
    if (name.startsWith('packs/')) for (const byte of content) counts[byte]! += 1;
  }
  return {
    objects: objects.length,
    bytes,
    lookedAt,
    needles: needles.length,
    found,
    entropyBitsPerByte: entropy(counts),
  };
}

/** Runs that would not occur by chance: of many different bytes, evenly from all files, evenly from each. */
function needlesOf(files: readonly string[], limit: number): Buffer[] {
  const each = Math.max(1, Math.floor(limit / Math.max(1, files.length)));
  const needles: Buffer[] = [];
  for (const path of files) {
    if (needles.length >= limit) break;
    needles.push(...needlesIn(path, Math.min(each, limit - needles.length)));
  }
  return needles;
}

function needlesIn(path: string, wanted: number): Buffer[] {
  const needles: Buffer[] = [];
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const step = Math.max(1, Math.floor(size / (wanted * 4)));
    for (let at = 0; at + NEEDLE <= size && needles.length < wanted; at += step) {
      const run = Buffer.alloc(NEEDLE);
      if (readSync(file, run, 0, NEEDLE, at) === NEEDLE && new Set(run).size >= DISTINCT) needles.push(run);
    }
  } finally {
    closeSync(file);
  }
  return needles;
}

/** Searches for all needles in one pass: only where two bytes begin some needle is there a closer look. */
function searchFor(needles: readonly Buffer[]): (content: Buffer) => boolean {
  const byStart = new Map<number, Buffer[]>();
  const starts = new Uint8Array(1 << 16);
  for (const needle of needles) {
    const start = needle.readUInt16BE();
    starts[start] = 1;
    byStart.set(start, [...(byStart.get(start) ?? []), needle]);
  }
  return (content) => {
    for (let i = 0, pair = content[0] ?? 0; i + 1 < content.length; i++) {
      pair = ((pair & 0xff) << 8) | (content[i + 1] as number);
      if (starts[pair] === 0) continue;
      if (byStart.get(pair)?.some((needle) => content.subarray(i, i + NEEDLE).equals(needle))) return true;
    }
    return false;
  };
}

/** Shannon entropy in bits per byte. */
function entropy(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
}
