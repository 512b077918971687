import { isSame, sha256, type Bytes } from './audit-bytes.ts';

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);
const HASH_BYTES = 32;

/** The hash of an entry in the tree of its log: SHA-256(0x00 || leaf), RFC 9162 section 2.1.1. */
export function leafHash(leaf: Uint8Array): Promise<Bytes> {
  return sha256(LEAF, leaf);
}

/**
 * Whether a leaf is at `index` of the tree of `size` leaves that has this root (RFC 9162 section 2.1.3.2).
 *
 * @param leaf its hash: see {@link leafHash}
 * @param hashes of the proof, from the leaf upwards, 32 bytes each
 */
export async function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  hashes: readonly Uint8Array[],
  root: Uint8Array,
): Promise<boolean> {
  if (!isBelow(index, size) || !areHashes([leaf, root, ...hashes])) return false;
  let [fn, sn] = [index, size - 1];
  let hash = leaf;
  for (const sibling of hashes) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = await nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && isSame(hash, root);
}

/** Whether the tree of `to` leaves goes on from that of `from` leaves, 0 < from <= to (RFC 9162 section 2.1.4.2). */
export async function isConsistent(
  from: number,
  to: number,
  hashes: readonly Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): Promise<boolean> {
  if (!isBelow(from - 1, to) || !areHashes([oldRoot, newRoot, ...hashes])) return false;
  if (from === to) return hashes.length === 0 && isSame(oldRoot, newRoot);
  const [first, ...rest] = Number.isInteger(Math.log2(from)) ? [oldRoot, ...hashes] : hashes;
  if (first === undefined) return false;
  let [fn, sn] = [from - 1, to - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [oldHash, newHash] = [first, first];
  for (const step of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldHash = await nodeHash(step, oldHash);
      newHash = await nodeHash(step, newHash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newHash = await nodeHash(newHash, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && isSame(oldHash, oldRoot) && isSame(newHash, newRoot);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(NODE, left, right);
}

// Not a shift: sizes go beyond 32 bits.
function half(n: number): number {
  return Math.floor(n / 2);
}

function isBelow(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
