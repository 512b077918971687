import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunker, type ChunkerSizes } from './chunker.ts';
import { dedupeDomain } from '../format/domain.ts';
import { noise } from '../vault.fixture.ts';

const held = {
  id: 'a'.repeat(32),
  purpose: 'dedupe',
  key: createSecretKey(Buffer.alloc(32, 3)),
  commitment: Buffer.alloc(32),
} as const;
const { gear } = dedupeDomain(held, 'b'.repeat(32), 'source');
const sizes: ChunkerSizes = { minimum: 512, average: 2048, maximum: 8192 };
const cut = chunker(gear, sizes);

function lengths(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = cut(bytes, at, bytes.length, true) as number;
    found.push(end - at);
    at = end;
  }
  return found;
}

function chunksOf(bytes: Buffer): Set<string> {
  let at = 0;
  return new Set(lengths(bytes).map((length) => bytes.toString('latin1', at, (at += length))));
}

describe('chunker', () => {
  it.each([0, 1, 511, 512, 513, 8191, 8192, 8193])('cuts %i bytes into chunks that are all of them', (length) => {
    const found = lengths(noise('x', length));
    expect(found.reduce((sum, each) => sum + each, 0)).toBe(length);
    for (const each of found.slice(0, -1)) expect(each).toBeGreaterThan(sizes.minimum);
    for (const each of found) expect(each).toBeLessThanOrEqual(sizes.maximum);
  });

  it('comes to about the average on noise, and to the maximum where nothing ever changes', () => {
    const found = lengths(noise('average', 2 << 20));
    const average = (2 << 20) / found.length;
    expect(average).toBeGreaterThan(1500);
    expect(average).toBeLessThan(3500);
    expect(lengths(Buffer.alloc(20_000))).toEqual([8192, 8192, 3616]);
  });

  it('asks for more bytes where the end could still move, and cuts the same however they come', () => {
    const bytes = noise('pieces', 100_000);
    expect(cut(bytes, 0, 8191, false)).toBeUndefined();
    const whole = lengths(bytes);
    const first = cut(bytes, 0, 8192, false);
    expect(first).toBe(whole[0]);
  });

  it.each([1, 2, 3, 100])('finds its borders again after %i bytes were put in front', (inserted) => {
    const bytes = noise('shift', 300_000);
    const before = chunksOf(bytes);
    const after = chunksOf(Buffer.concat([noise('new', inserted), bytes]));
    const lost = [...after].filter((chunk) => !before.has(chunk));
    expect(lost.length).toBeLessThanOrEqual(3);
  });

  it('cuts elsewhere in another domain', () => {
    const other = chunker(dedupeDomain(held, 'b'.repeat(32), 'other').gear, sizes);
    const bytes = noise('domain', 100_000);
    expect(other(bytes, 0, bytes.length, true)).not.toBe(cut(bytes, 0, bytes.length, true));
  });
});
