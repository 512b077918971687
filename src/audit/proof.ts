import { largestPowerBelow } from './merkle.ts';
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

function isBelow(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}
