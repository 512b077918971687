import { describe, expect, it } from 'vitest';
import { HashingTurns } from './hashing-turns.ts';
import { refusalAt } from './sign-in-services.ts';
import { Tries } from './tries.ts';

const COST = { memoryKiB: 8, passes: 1, parallelism: 1 };
const NOTHING = Buffer.alloc(0);

describe('the turns of hashing', () => {
  it('hash two at once, let 32 wait in order, and refuse the others', async () => {
    const ends: (() => void)[] = [];
    const began: number[] = [];
    const turns = new HashingTurns(async (password) => {
      began.push(password.length);
      await new Promise<void>((resolve) => ends.push(resolve));
      return Buffer.alloc(32);
    });
    const all = Array.from({ length: 34 }, (_, size) => turns.hash(Buffer.alloc(size), NOTHING, COST));
    await expect(turns.hash(NOTHING, NOTHING, COST)).rejects.toMatchObject({ code: 'busy' });
    expect(began).toEqual([0, 1]);
    for (let done = 0; done < 34; done++) {
      while (ends.length <= done) await Promise.resolve();
      expect(began.length).toBeLessThanOrEqual(done + 2);
      ends[done]?.();
    }
    await Promise.all(all);
    expect(began).toEqual(Array.from({ length: 34 }, (_, size) => size));
    expect(ends).toHaveLength(34);
  });

  it('hand a turn on when hashing fails', async () => {
    const turns = new HashingTurns(() => Promise.reject(new Error('no memory')));
    for (let tries = 0; tries < 5; tries++)
      await expect(turns.hash(NOTHING, NOTHING, COST)).rejects.toThrow('no memory');
  });
});

describe('the time at which a refusal leaves', () => {
  const BEGAN = 1_000;
  const left = (sameMs: number, more: number) => refusalAt(BEGAN, BEGAN + sameMs, BEGAN + sameMs + more) - BEGAN;

  it('is the same whether or not a little more was done for a known user', () => {
    for (let sameMs = 0; sameMs < 3_000; sameMs += 10)
      for (const more of [0, 1, 60, 249]) expect([sameMs, left(sameMs, more)]).toEqual([sameMs, left(sameMs, 0)]);
  });

  it.each([
    [0, 0, 500],
    [150, 0, 500],
    [251, 0, 1_000],
    [499, 20, 1_000],
    [150, 2_000, 2_500],
  ])('with %i ms of common work and %i ms besides is %i ms', (sameMs, more, expected) => {
    expect(left(sameMs, more)).toBe(expected);
  });
});

describe('tries', () => {
  const attempt = (tries: Tries, by: 'address' | 'name', what: string) => {
    try {
      tries.take(by, what);
      return true;
    } catch {
      return false;
    }
  };

  it('are bounded for each address and each name by itself, and come back with time', () => {
    let nowMs = 0;
    const tries = new Tries(() => nowMs);
    const many = (by: 'address' | 'name', what: string) =>
      Array.from({ length: 100 }, () => attempt(tries, by, what)).filter(Boolean).length;
    expect([many('address', 'a'), many('address', 'b'), many('name', 'a'), many('name', 'b')]).toEqual([
      60, 60, 20, 20,
    ]);
    nowMs += 10_000;
    expect([many('address', 'a'), many('name', 'a')]).toEqual([10, 1]);
    nowMs += 3_600_000;
    expect([many('address', 'a'), many('name', 'a')]).toEqual([60, 20]);
  });

  it('count an IPv6 network as one address, however it is written, and IPv4 to the letter', () => {
    const spent = (first: string, then: string) => {
      const tries = new Tries(() => 0);
      while (attempt(tries, 'address', first));
      return !attempt(tries, 'address', then);
    };
    expect(spent('2001:db8:1:2::1', '2001:db8:1:2:aaaa:bbbb:cccc:dddd')).toBe(true);
    expect(spent('2001:db8::1', '2001:0db8:0:0:9::')).toBe(true);
    expect(spent('fe80::1%eth0', 'fe80::2%eth1')).toBe(true);
    expect(spent('2001:db8:1:2::1', '2001:db8:1:3::1')).toBe(false);
    expect(spent('::1', '1::')).toBe(false);
    expect(spent('::ffff:192.0.2.1', '::ffff:192.0.2.2')).toBe(false);
    expect(spent('192.0.2.1', '192.0.2.2')).toBe(false);
  });
});
