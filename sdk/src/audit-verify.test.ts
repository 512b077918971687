import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { originOf, signCheckpoint, verifierKey } from '../../src/audit/checkpoint.ts';
import { LogEdge } from '../../src/audit/edge.ts';
import { EMPTY_STATE } from '../../src/audit/log.ts';
import { entryOf, MemoryTargets } from '../../src/audit/log.fixture.ts';
import { proveConsistency, proveInclusion } from '../../src/audit/proof.ts';
import { leafHash as leafHashOf } from '../../src/audit/merkle.ts';
import { TreeReader } from '../../src/audit/tree-reader.ts';
import { isConsistent, isIncluded, leafHash } from './audit-tree.ts';
import { isSignedBy, readHead, readVerifierKey } from './audit-checkpoint.ts';
import { verifyEntry, verifyGrowth, type EntryToVerify, type GrowthToVerify } from './audit-verify.ts';

const pair = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const ORIGIN = originOf('keystead.example', 't1');
const T0 = 1_800_000_000_000;
const SIZE = 3_000;

/** The server's own proofs over one log, at any size that it had. */
let tree: TreeReader;
const leaves: Buffer[] = [];

beforeAll(async () => {
  const target = new MemoryTargets().of('t1');
  const entries = Array.from({ length: SIZE }, (_, n) => entryOf(n));
  leaves.push(...entries.map(({ leaf }) => leaf));
  await target.write(...new LogEdge().append(entries));
  tree = new TreeReader(target, SIZE);
});

async function noteOf(size: number, { origin = ORIGIN, by = pair } = {}): Promise<string> {
  const head = { origin, size, root: await tree.root(size), state: EMPTY_STATE, timeMs: T0 };
  return signCheckpoint(head, by.privateKey, by.publicKey);
}

const KEY = verifierKey(ORIGIN, pair.publicKey);
const inBase64 = (bytes: Buffer) => bytes.toString('base64');

async function entryProof(index: number, size: number): Promise<EntryToVerify> {
  const { hashes } = await proveInclusion(tree, index, size);
  const leaf = inBase64(leaves[index] as Buffer);
  return { leaf, index, size, hashes: hashes.map(inBase64), checkpoint: await noteOf(size), verifierKey: KEY };
}

async function growthProof(from: number, to: number): Promise<GrowthToVerify> {
  const { hashes } = await proveConsistency(tree, from, to);
  return { from, to, hashes: hashes.map(inBase64), checkpoint: await noteOf(to), verifierKey: KEY };
}

/** A bit of base64 text turned. */
function flipped(text: string, bit: number): string {
  const bytes = Buffer.from(text, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return inBase64(bytes);
}

const stepOf = ({ steps }: Awaited<ReturnType<typeof verifyEntry>>) => steps.find(({ holds }) => !holds)?.name;

describe('an entry is verified where it is read', () => {
  it('holds for every entry of trees of 1 to 70, and for no other place or size', async () => {
    const hashes = await Promise.all(leaves.slice(0, 71).map((leaf) => leafHash(leaf)));
    expect(hashes.map((hash) => Buffer.from(hash))).toEqual(leaves.slice(0, 71).map((leaf) => leafHashOf(leaf)));
    for (let size = 1; size <= 70; size++) {
      const root = await tree.root(size);
      for (let index = 0; index < size; index++) {
        const { hashes: path } = await proveInclusion(tree, index, size);
        const leaf = hashes[index] as Uint8Array;
        expect(await isIncluded(leaf, index, size, path, root)).toBe(true);
        expect(await isIncluded(leaf, (index + 1) % (size + 1), size, path, root)).toBe(false);
        expect(await isIncluded(hashes[index + 1] as Uint8Array, index, size, path, root)).toBe(false);
        expect(await isIncluded(leaf, index, size, [...path, root], root)).toBe(false);
        expect(await isIncluded(leaf, index, size, path.slice(1), root)).toBe(size === 1);
      }
    }
  });

  it('holds for the growth between all sizes up to 40, and for no other', async () => {
    const roots = await Promise.all(Array.from({ length: 42 }, (_, size) => tree.root(size)));
    for (let to = 1; to <= 40; to++) {
      for (let from = 1; from <= to; from++) {
        const { hashes } = await proveConsistency(tree, from, to);
        const [before, after] = [roots[from] as Buffer, roots[to] as Buffer];
        expect(await isConsistent(from, to, hashes, before, after)).toBe(true);
        expect(await isConsistent(from, to, hashes, roots[from - 1] as Buffer, after)).toBe(false);
        expect(await isConsistent(from, to, hashes, before, roots[to + 1] as Buffer)).toBe(false);
        expect(await isConsistent(from, to, [...hashes, after], before, after)).toBe(false);
      }
    }
  });

  it('holds for random places and sizes, with signature and all', async () => {
    const size = fc.integer({ min: 1, max: SIZE });
    await fc.assert(
      fc.asyncProperty(size, size, async (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const entry = await verifyEntry(await entryProof(from - 1, to));
        expect(entry.steps.filter(({ holds }) => !holds)).toEqual([]);
        expect(entry.isVerified).toBe(true);
        expect((await verifyGrowth(await growthProof(from, to), await noteOf(from))).isVerified).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('does not hold when any bit of leaf, proof, root or signature is turned', async () => {
    const proof = await entryProof(5, 11);
    const leafBits = 8 * Buffer.from(proof.leaf, 'base64').length;
    for (let bit = 0; bit < leafBits; bit += 3)
      expect((await verifyEntry({ ...proof, leaf: flipped(proof.leaf, bit) })).isVerified).toBe(false);
    for (const [i, hash] of proof.hashes.entries()) {
      for (let bit = 0; bit < 256; bit += 7)
        expect(stepOf(await verifyEntry({ ...proof, hashes: proof.hashes.with(i, flipped(hash, bit)) }))).toBe('proof');
    }
    const note = Buffer.from(proof.checkpoint, 'utf8');
    for (let at = 0; at < note.length; at++) {
      const turned = Buffer.from(note);
      turned.writeUInt8(turned.readUInt8(at) ^ 1, at);
      expect(stepOf(await verifyEntry({ ...proof, checkpoint: turned.toString('utf8') }))).toBe('signature');
    }
    for (let at = 0; at < KEY.length; at++) {
      const turned = `${KEY.slice(0, at)}${String.fromCharCode(KEY.charCodeAt(at) ^ 1)}${KEY.slice(at + 1)}`;
      expect((await verifyEntry({ ...proof, verifierKey: turned })).isVerified).toBe(false);
    }
  });

  it.each<[string, (proof: EntryToVerify) => Partial<EntryToVerify> | Promise<Partial<EntryToVerify>>, string]>([
    ['another index', ({ index }) => ({ index: index + 1 }), 'proof'],
    ['an index behind the tree', ({ size }) => ({ index: size }), 'proof'],
    ['a negative index', () => ({ index: -1 }), 'proof'],
    ['another size', ({ size }) => ({ size: size + 1 }), 'size'],
    ['a checkpoint of another size', async () => ({ checkpoint: await noteOf(12) }), 'size'],
    [
      'a checkpoint of another log',
      async () => ({ checkpoint: await noteOf(11, { origin: 'keystead.example/t2' }) }),
      'signature',
    ],
    ['a checkpoint by another key', async () => ({ checkpoint: await noteOf(11, { by: other }) }), 'signature'],
    ['another key', () => ({ verifierKey: verifierKey(ORIGIN, other.publicKey) }), 'signature'],
    [
      'no signature',
      ({ checkpoint }) => ({ checkpoint: checkpoint.slice(0, checkpoint.indexOf('\n\n') + 2) }),
      'signature',
    ],
    ['a line that is no signature', ({ checkpoint }) => ({ checkpoint: `${checkpoint}nonsense\n` }), 'signature'],
    ['no end of line', ({ checkpoint }) => ({ checkpoint: checkpoint.slice(0, -1) }), 'signature'],
    ['an empty checkpoint', () => ({ checkpoint: '' }), 'signature'],
    ['an empty key', () => ({ verifierKey: '' }), 'key'],
    ['a hash too few', ({ hashes }) => ({ hashes: hashes.slice(1) }), 'proof'],
    ['a hash too many', ({ hashes }) => ({ hashes: [...hashes, hashes[0] as string] }), 'proof'],
    ['hashes in another order', ({ hashes }) => ({ hashes: hashes.toReversed() }), 'proof'],
    ['a hash that is no base64', ({ hashes }) => ({ hashes: hashes.with(0, '***') }), 'proof'],
    ['a short hash', ({ hashes }) => ({ hashes: hashes.with(0, 'AAAA') }), 'proof'],
    ['a leaf that is no base64', () => ({ leaf: '***' }), 'leaf'],
    ['base64 with more at its end', ({ leaf }) => ({ leaf: `${leaf}\n` }), 'leaf'],
    ['the leaf of another log', () => ({ leaf: inBase64(Buffer.from('{"tenant":"t2"}')) }), 'leaf'],
    ['a leaf that is null', () => ({ leaf: inBase64(Buffer.from('null')) }), 'leaf'],
    [
      'a node of the tree in place of a leaf',
      () => ({ leaf: inBase64(Buffer.concat([leaves[0] as Buffer, leaves[1] as Buffer])) }),
      'leaf',
    ],
    ['the leaf before it', () => ({ leaf: inBase64(leaves[4] as Buffer) }), 'proof'],
  ])('does not hold for %s', async (_, change, step) => {
    const proof = await entryProof(5, 11);
    const found = await verifyEntry({ ...proof, ...(await change(proof)) });
    expect([found.isVerified, stepOf(found)]).toEqual([false, step]);
    for (const { says } of found.steps) expect(says).toMatch(/^[A-Z].*\.$/);
  });

  it.each<[string, (growth: GrowthToVerify) => Partial<GrowthToVerify>, () => Promise<string>, string]>([
    ['a kept checkpoint of another log', () => ({}), () => noteOf(7, { origin: 'keystead.example/t2' }), 'kept'],
    ['a kept checkpoint by another key', () => ({}), () => noteOf(7, { by: other }), 'kept'],
    ['a kept checkpoint of another size', () => ({}), () => noteOf(8), 'size'],
    ['another size', () => ({ to: 12 }), () => noteOf(7), 'size'],
    ['hashes left out', () => ({ hashes: [] }), () => noteOf(7), 'proof'],
    [
      'a turned bit',
      ({ hashes }) => ({ hashes: hashes.with(1, flipped(hashes[1] as string, 9)) }),
      () => noteOf(7),
      'proof',
    ],
  ])('growth does not hold for %s', async (_, change, kept, step) => {
    const growth = await growthProof(7, 11);
    const found = await verifyGrowth({ ...growth, ...change(growth) }, await kept());
    expect([found.isVerified, stepOf(found)]).toEqual([false, step]);
  });

  it('passes over the signatures of witnesses', async () => {
    const note = `${await noteOf(11)}\u2014 witness.example ${inBase64(Buffer.alloc(68, 1))}\n`;
    const key = await readVerifierKey(KEY);
    expect(key && (await isSignedBy(note, key))).toBe(true);
    expect(readHead(note)).toMatchObject({ origin: ORIGIN, size: 11, timeMs: T0 });
  });
});
