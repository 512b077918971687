import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooledRandom } from './random.ts';

describe('pooled randomness', () => {
  it('gives the length asked for, across and beyond the pool', () => {
    const random = pooledRandom();
    fc.assert(
      fc.property(fc.nat({ max: 9000 }), (length) => {
        expect(random(length)).toHaveLength(length);
      }),
    );
  });

  it('never repeats itself', () => {
    const random = pooledRandom();
    const seen = new Set<string>();
    for (let i = 0; i < 20_000; i++) seen.add(random(16).toString('hex'));
    expect(seen.size).toBe(20_000);
  });

  it.each([1, 12, 16, 32, 100, 4095, 4096, 4097])(
    'hands out no zeros of a wiped pool: %d bytes at a time',
    (length) => {
      const random = pooledRandom();
      const histogram = new Uint32Array(256);
      let total = 0;
      while (total < 400_000) {
        for (const byte of random(length)) histogram[byte] = (histogram[byte] as number) + 1;
        total += length;
      }
      // Chi-squared with 255 degrees of freedom: over 400 once in 10^8 runs; wiped bytes give far more.
      const expected = total / 256;
      const distance = histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(distance).toBeLessThan(400);
    },
  );

  it('keeps nothing of what it handed out: changing it changes nothing that comes', () => {
    const random = pooledRandom();
    const first = random(32);
    const kept = Buffer.from(first);
    const others = Array.from({ length: 300 }, () => random(32));
    expect(first).toEqual(kept);
    first.fill(0);
    expect(others.every((bytes) => !bytes.equals(kept) && !bytes.equals(first))).toBe(true);
  });

  it('has a pool for each source', () => {
    const [one, two] = [pooledRandom(), pooledRandom()];
    expect(one(32)).not.toEqual(two(32));
  });
});
