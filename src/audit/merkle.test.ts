import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadError } from '../bytes/reader.ts';
import { LogEdge } from './edge.ts';
import { entryOf, MemoryTargets } from './log.fixture.ts';
import { EMPTY_ROOT, leafHash, nodeHash, rootOf } from './merkle.ts';
import { verifyConsistency, verifyInclusion } from './proof.fixture.ts';
import { proveConsistency, proveInclusion } from './proof.ts';
import { parseBundle, parseTile, tilePath } from './tile.ts';
import { TreeReader } from './tree-reader.ts';

/** Leaves and roots of the test tree of RFC 6962's reference implementation. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 9162 section 2.1.1, word for word: what the fast ways must agree with. */
function plainRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return nodeHash(plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

/** A log of `size` entries in memory, written in steps of the given lengths. */
async function logOf(size: number, step = size) {
  const targets = new MemoryTargets();
  const target = targets.of('t1');
  const edge = new LogEdge();
  const leaves: Buffer[] = [];
  for (let n = 0; n < size;) {
    const entries = Array.from({ length: Math.min(step, size - n) }, () => entryOf(n++));
    await target.write(...edge.append(entries));
    leaves.push(...entries.map(({ leaf }) => leafHash(leaf)));
  }
  return { target, edge, leaves, tree: new TreeReader(target, size), targets };
}

describe('tree hashes', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))('of %d leaves', (size, root) => {
    const hashes = LEAVES.slice(0, size).map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(rootOf(hashes).toString('hex')).toBe(root);
  });

  it('keeps long and short leaves apart', () => {
    const long = leafHash(Buffer.alloc(60_000, 1));
    expect(leafHash(Buffer.alloc(59_999, 1))).not.toEqual(long);
    expect(leafHash(Buffer.alloc(60_000, 1))).toEqual(long);
  });
});

describe('tile paths', () => {
  it.each([
    [0, 0, 256, 'tile/0/000'],
    [1, 1234067, 256, 'tile/1/x001/x234/067'],
    [0, 273, 112, 'tile/0/273.p/112'],
    ['entries', 1000, 1, 'tile/entries/x001/000.p/1'],
    ['details', 999, 256, 'details/999'],
  ] as const)('of %s %d at width %d', (kind, index, width, path) => {
    expect(tilePath(kind, index, width)).toBe(path);
  });

  it('refuses tiles and bundles of another width', () => {
    expect(() => parseTile(Buffer.alloc(63), 2)).toThrow(ReadError);
    expect(() => parseTile(Buffer.alloc(96), 2)).toThrow(ReadError);
    expect(parseBundle(Buffer.from('0001610000', 'hex'), 2).map(String)).toEqual(['a', '']);
    for (const [hex, width] of [
      ['000161', 2],
      ['0001610000', 1],
      ['000261', 1],
      ['00', 1],
    ] as const) {
      expect(() => parseBundle(Buffer.from(hex, 'hex'), width)).toThrow(ReadError);
    }
  });
});

describe('the edge of a log', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 1],
    [255, 255],
    [256, 100],
    [257, 256],
    [511, 7],
    [512, 512],
    [513, 1],
    [66_000, 20_000],
  ])('has the root of %d entries, appended %d at a time, also when it is read again', async (size, step) => {
    const { edge, leaves, target, tree, targets } = await logOf(size, step);
    const root = plainRoot(leaves);
    expect(edge.root()).toEqual(root);
    expect(await tree.root(size)).toEqual(root);
    const again = await LogEdge.read(target, size);
    expect(again.root()).toEqual(root);
    const more = [entryOf(size), entryOf(size + 1)];
    expect(again.append(more)).toEqual(edge.append(more));
    // Nothing but whole tiles and the newest partial ones is needed.
    expect(step < size || targets.files.size < 8 + (3 * size) / 256).toBe(true);
  });
});

describe('proofs', () => {
  it('of inclusion and consistency hold for every pair of sizes up to 20, and for the right ones only', async () => {
    const { leaves, tree } = await logOf(20);
    const roots = Array.from({ length: 21 }, (_, size) => plainRoot(leaves.slice(0, size)));
    for (let size = 1; size <= 20; size++) {
      const root = roots[size] as Buffer;
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(tree, index, size);
        for (const [i, leaf] of leaves.entries()) expect(verifyInclusion(proof, leaf, root)).toBe(i === index);
        expect(verifyInclusion({ ...proof, hashes: [...proof.hashes, root] }, leaves[index] as Buffer, root)).toBe(
          false,
        );
        expect(verifyInclusion({ ...proof, index: index + 1 }, leaves[index] as Buffer, root)).toBe(false);
        const short = verifyInclusion({ ...proof, hashes: proof.hashes.slice(1) }, leaves[index] as Buffer, root);
        expect(short).toBe(size === 1);
      }
      for (let from = 1; from <= size; from++) {
        const proof = await proveConsistency(tree, from, size);
        for (const [i, old] of roots.entries()) expect(verifyConsistency(proof, old, root)).toBe(i === from);
        expect(verifyConsistency({ ...proof, hashes: [...proof.hashes, root] }, roots[from] as Buffer, root)).toBe(
          false,
        );
      }
    }
  });

  it('hold across tiles', async () => {
    const { leaves, tree } = await logOf(66_000);
    const root = await tree.root(66_000);
    const size = fc.integer({ min: 1, max: 66_000 });
    await fc.assert(
      fc.asyncProperty(size, size, async (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const oldRoot = await tree.root(from);
        const newRoot = await tree.root(to);
        expect(verifyConsistency(await proveConsistency(tree, from, to), oldRoot, newRoot)).toBe(true);
        const inclusion = await proveInclusion(tree, from - 1, to);
        expect(verifyInclusion(inclusion, leaves[from - 1] as Buffer, newRoot)).toBe(true);
        expect(verifyInclusion(inclusion, leaves[to - 1] as Buffer, root)).toBe(from === to && to === 66_000);
      }),
      { numRuns: 30 },
    );
  });

  it('are refused for what is not there', async () => {
    const { tree } = await logOf(3);
    for (const [index, size] of [
      [3, 3],
      [0, 4],
      [-1, 3],
      [0.5, 3],
      [0, 0],
    ] as const) {
      await expect(proveInclusion(tree, index, size)).rejects.toThrow(RangeError);
    }
    for (const from of [0, 4, NaN]) await expect(proveConsistency(tree, from, 3)).rejects.toThrow(RangeError);
  });
});
