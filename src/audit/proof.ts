import { largestPowerBelow, nodeHash } from './merkle.ts';
import type { TreeReader } from './tree-reader.ts';

/** That a leaf is in a tree. */
export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  /** 32 bytes each, from the leaf upwards. */
  readonly hashes: readonly Buffer[];
}

/** That a tree is the beginning of another. */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly Buffer[];
}

/** RFC 9162 section 2.1.3.1. @throws {RangeError} there is no such leaf in a tree of this size. */
export async function proveInclusion(tree: TreeReader, index: number, size = tree.size): Promise<InclusionProof> {
  if (!isBelow(index, size) || size > tree.size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  return { index, size, hashes: await path(tree, index, 0, size) };
}

async function path(tree: TreeReader, index: number, from: number, to: number): Promise<Buffer[]> {
  if (to - from === 1) return [];
  const split = from + largestPowerBelow(to - from);
  return index < split
    ? [...(await path(tree, index, from, split)), await tree.range(split, to)]
    : [...(await path(tree, index, split, to)), await tree.range(from, split)];
}

/** RFC 9162 section 2.1.4.1. @throws {RangeError} for sizes that are not `0 < from <= to`. */
export async function proveConsistency(tree: TreeReader, from: number, to = tree.size): Promise<ConsistencyProof> {
  if (!isBelow(from - 1, to) || to > tree.size) throw new RangeError(`no tree of ${from} leaves begins one of ${to}`);
  return { from, to, hashes: await subproof(tree, from, 0, to, true) };
}

async function subproof(tree: TreeReader, old: number, from: number, to: number, known: boolean): Promise<Buffer[]> {
  if (old === to) return known ? [] : [await tree.range(from, to)];
  const split = from + largestPowerBelow(to - from);
  return old <= split
    ? [...(await subproof(tree, old, from, split, known)), await tree.range(split, to)]
    : [...(await subproof(tree, old, split, to, false)), await tree.range(from, split)];
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(proof: InclusionProof, leaf: Uint8Array, root: Uint8Array): boolean {
  const { index, size, hashes } = proof;
  if (!isBelow(index, size)) return false;
  let [fn, sn] = [index, size - 1];
  let hash: Buffer = Buffer.from(leaf);
  for (const sibling of hashes) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hash.equals(root);
}

/** RFC 9162 section 2.1.4.2. */
export function verifyConsistency(proof: ConsistencyProof, oldRoot: Uint8Array, newRoot: Uint8Array): boolean {
  const { from, to, hashes } = proof;
  if (!isBelow(from - 1, to)) return false;
  if (from === to) return hashes.length === 0 && Buffer.compare(oldRoot, newRoot) === 0;
  const steps: Buffer[] = Number.isInteger(Math.log2(from)) ? [Buffer.from(oldRoot), ...hashes] : [...hashes];
  const first = steps.shift();
  if (!first) return false;
  let [fn, sn] = [from - 1, to - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [oldHash, newHash]: [Buffer, Buffer] = [first, first];
  for (const step of steps) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldHash = nodeHash(step, oldHash);
      newHash = nodeHash(step, newHash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newHash = nodeHash(newHash, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && oldHash.equals(oldRoot) && newHash.equals(newRoot);
}

// Not a shift: sizes go beyond 32 bits.
function half(n: number): number {
  return Math.floor(n / 2);
}

function isBelow(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}
