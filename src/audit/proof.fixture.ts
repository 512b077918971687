import { nodeHash } from './merkle.ts';
import type { ConsistencyProof, InclusionProof } from './proof.ts';

/** Whether a proof shows that `leaf` (its hash) is in the tree of `root`: RFC 9162 section 2.1.3.2. */
export function verifyInclusion(proof: InclusionProof, leaf: Uint8Array, root: Uint8Array): boolean {
  const { index, size, hashes } = proof;
  if (index < 0 || index >= size) return false;
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

/** Whether a proof shows that the tree of `oldRoot` is the beginning of that of `newRoot`: RFC 9162 section 2.1.4.2. */
export function verifyConsistency(proof: ConsistencyProof, oldRoot: Uint8Array, newRoot: Uint8Array): boolean {
  const { from, to, hashes } = proof;
  if (from < 1 || from > to) return false;
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
