import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../identity/principal.ts';
import { countingRandom, NOW } from '../keys/key-space.fixture.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Call } from './call.ts';
import { ThrottledError } from './errors.ts';
import { Throttle } from './throttle.ts';

let nowMs = 0;
const monotonic = () => nowMs;

function callOf(tenantId: string, name = 'ada', action = 'kms:Encrypt'): Call {
  const principal = { tenantId, arn: `arn:aws:iam::111122223333:user/${name}` } as Principal;
  return { principal, action, requestId: 'r', source: { protocol: 'aws-kms', address: '192.0.2.1' } };
}

/** How many of some requests at one moment get through. */
function admitted(throttle: Throttle, call: Call, requests: number): number {
  let count = 0;
  for (let i = 0; i < requests; i++) {
    try {
      throttle.take(call, 'symmetric');
      count++;
    } catch (error) {
      if (!(error instanceof ThrottledError)) throw error;
    }
  }
  return count;
}

beforeEach(() => {
  nowMs = 1_000_000;
});

describe('a throttle', () => {
  it('lets a burst through, then the rate', () => {
    const throttle = new Throttle({ symmetric: { perSecond: 10, burst: 25 } }, monotonic);
    expect(admitted(throttle, callOf('t1'), 100)).toBe(25);
    nowMs += 99;
    expect(admitted(throttle, callOf('t1'), 100)).toBe(0);
    nowMs += 1;
    expect(admitted(throttle, callOf('t1'), 100)).toBe(1);
    nowMs += 1000;
    expect(admitted(throttle, callOf('t1'), 100)).toBe(10);
    nowMs += 3_600_000;
    expect(admitted(throttle, callOf('t1'), 100)).toBe(25);
  });

  it('takes nothing from one tenant for what another one asks, nor from one class for another', () => {
    const rate = { perSecond: 1, burst: 3 };
    const throttle = new Throttle({ symmetric: rate, rsa: rate }, monotonic);
    expect(admitted(throttle, callOf('t1'), 50)).toBe(3);
    expect(admitted(throttle, callOf('t2'), 50)).toBe(3);
    expect(() => throttle.take(callOf('t1'), 'rsa')).not.toThrow();
    expect(admitted(throttle, callOf('t1', 'grace'), 1)).toBe(0);
  });

  it('does not bound what has no rate', () => {
    const throttle = new Throttle({ rsa: { perSecond: 1, burst: 1 } }, monotonic);
    expect(admitted(throttle, callOf('t1'), 10_000)).toBe(10_000);
  });

  it('never lets more through than the burst and what has come since', () => {
    const gap = fc.record({ waitMs: fc.integer({ min: 0, max: 5000 }), asked: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(
        fc.array(gap, { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (gaps, perSecond, burst) => {
          nowMs = 0;
          const throttle = new Throttle({ symmetric: { perSecond, burst } }, monotonic);
          let through = 0;
          for (const { waitMs, asked } of gaps) {
            nowMs += waitMs;
            through += admitted(throttle, callOf('t1'), asked);
            expect(through).toBeLessThanOrEqual(burst + (nowMs * perSecond) / 1000 + 1e-6);
          }
        },
      ),
    );
  });

  it('records what it refused once a minute, by who asked and for what, in their own log', async () => {
    const throttle = new Throttle({ symmetric: { perSecond: 1, burst: 1 } }, monotonic);
    admitted(throttle, callOf('t1'), 1001);
    admitted(throttle, callOf('t1', 'grace', 'kms:Decrypt'), 5);
    admitted(throttle, callOf('t2'), 3);
    const store = new MemoryStore();
    await throttle.flush(store, NOW, countingRandom('salts'));
    const read = store.entries().map(({ leaf, details }) => ({
      ...(JSON.parse(leaf.toString()) as Record<string, unknown>),
      ...(JSON.parse(details.subarray(16).toString()) as { count: number }),
    }));
    const refused = { outcome: 'refused', reason: 'throttled' };
    expect(read).toMatchObject([
      {
        tenant: 't1',
        principal: expect.stringMatching(/ada$/) as string,
        action: 'kms:Encrypt',
        count: 1000,
        ...refused,
      },
      {
        tenant: 't1',
        principal: expect.stringMatching(/grace$/) as string,
        action: 'kms:Decrypt',
        count: 5,
        ...refused,
      },
      { tenant: 't2', action: 'kms:Encrypt', count: 2, ...refused },
    ]);
    await throttle.flush(store, NOW, countingRandom('salts'));
    expect(store.entries()).toHaveLength(3);
  });

  it('fills no log, whatever is asked by however many', async () => {
    const throttle = new Throttle({ symmetric: { perSecond: 1, burst: 1 } }, monotonic);
    for (let i = 0; i < 5000; i++) admitted(throttle, callOf('t1', `user-${i}`), 2);
    const store = new MemoryStore();
    await throttle.flush(store, NOW, countingRandom('salts'));
    expect(store.entries().length).toBeLessThanOrEqual(401);
    const counts = store
      .entries()
      .map(({ details }) => (JSON.parse(details.subarray(16).toString()) as { count: number }).count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(9999);
  });
});
