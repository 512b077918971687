import { sha256 } from '../crypto/sha256.ts';

/** Hashes of the log's tree: SHA-256, RFC 6962 section 2.1 (RFC 9162 section 2.1.1). */
export const HASH_BYTES = 32;

/** The root of the tree without leaves. */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0));

const LEAF = 0x00;
const NODE = 0x01;

const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);
let leafInput = Buffer.alloc(4096);

/** SHA-256(0x00 || leaf). */
export function leafHash(leaf: Uint8Array): Buffer {
  if (leaf.byteLength >= leafInput.length) leafInput = Buffer.alloc(2 * leaf.byteLength);
  leafInput[0] = LEAF;
  leafInput.set(leaf, 1);
  return sha256(leafInput.subarray(0, 1 + leaf.byteLength));
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/**
 * The root over a list of subtree hashes, all but the last of them of complete subtrees of one height: RFC 9162
 * section 2.1.1 with the hashes in place of the leaves. The root of no hashes is {@link EMPTY_ROOT}.
 */
export function rootOf(hashes: readonly Uint8Array[], from = 0, to = hashes.length): Buffer {
  const count = to - from;
  if (count === 0) return EMPTY_ROOT;
  if (count === 1) return Buffer.from(hashes[from] as Uint8Array);
  const split = from + largestPowerBelow(count);
  return nodeHash(rootOf(hashes, from, split), rootOf(hashes, split, to));
}

/** The largest power of two that is smaller than `count`, which is at least 2. */
export function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
