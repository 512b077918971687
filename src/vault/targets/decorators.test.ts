import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch, scratch } from '../vault.fixture.ts';
import { counting } from './counting.fixture.ts';
import { FolderTarget } from './folder.ts';
import { limited } from './limited.ts';
import { Pace, PACE_STEP } from './pace.ts';
import { targetContract } from './target.contract.ts';
import { wrap } from './wrap.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));
let number = 0;
const folderTarget = (): FolderTarget => new FolderTarget(join(folder, `store-${number++}`));

/** A clock that stands still until somebody waits. */
function paceBy(bytesPerSecond: number) {
  const clock = { nowMs: 0 };
  const pace = new Pace(
    bytesPerSecond,
    () => clock.nowMs,
    (ms) => {
      clock.nowMs = Math.max(clock.nowMs, clock.nowMs + ms);
      return Promise.resolve();
    },
  );
  return { clock, pace };
}

targetContract('folder at a pace', () => limited(folderTarget(), new Pace(1 << 30)));
targetContract('folder that is counted', () => counting(folderTarget()).target);

describe('a pace', () => {
  it('lets bytes through at its rate, and makes up for nothing when nobody came', async () => {
    const { clock, pace } = paceBy(1000);
    await pace.take(500);
    expect(clock.nowMs).toBe(0);
    await pace.take(250);
    expect(clock.nowMs).toBe(500);
    await pace.take(1);
    expect(clock.nowMs).toBe(750);
    clock.nowMs = 60_000;
    await pace.take(1000);
    await pace.take(1);
    expect(clock.nowMs).toBe(61_000);
  });

  it('is shared: who comes later waits for all who came before', async () => {
    const waits: number[] = [];
    const pace = new Pace(
      1000,
      () => 0,
      (ms) => Promise.resolve(waits.push(ms)),
    );
    await Promise.all([pace.take(100), pace.take(200), pace.take(300), pace.take(400)]);
    expect(waits).toEqual([100, 300, 600]);
  });

  it('hands bytes on in small steps, all of them in order', async () => {
    const { clock, pace } = paceBy(PACE_STEP);
    const bytes = Buffer.alloc(3 * PACE_STEP + 7, 'keystead');
    const steps: Uint8Array[] = [];
    for await (const step of pace.steps(bytes)) steps.push(step);
    expect(steps.map(({ length }) => length)).toEqual([PACE_STEP, PACE_STEP, PACE_STEP, 7]);
    expect(Buffer.concat(steps).equals(bytes)).toBe(true);
    expect(clock.nowMs).toBe(3000);
  });

  it.each([0, -1, Number.NaN])('of %d there is none', (rate) => {
    expect(() => new Pace(rate)).toThrow(RangeError);
  });
});

describe('a limited target', () => {
  it('takes its time in both directions together', async () => {
    const { clock, pace } = paceBy(1000);
    const target = limited(folderTarget(), pace);
    await target.put('a', Buffer.alloc(1000));
    await target.put('b', Buffer.alloc(500));
    expect(clock.nowMs).toBe(1000);
    await target.get('a', 1000);
    expect(clock.nowMs).toBe(1500);
    await target.getRange('a', 0, 100);
    await target.getRange('a', 0, 1);
    expect(clock.nowMs).toBe(2600);
  });
});

describe('a counting target', () => {
  it('counts what succeeds', async () => {
    const { target, traffic } = counting(folderTarget());
    await target.put('a', Buffer.alloc(10));
    await target.put('a', Buffer.alloc(10)).catch(() => undefined);
    await target.get('a', 10);
    await target.getRange('a', 8, 100);
    await target.get('none', 1).catch(() => undefined);
    await target.delete('a');
    expect(traffic).toEqual({ puts: 1, putBytes: 10, gets: 2, getBytes: 12, deletes: 1 });
  });
});

describe('a wrapped target', () => {
  it('has what the inner one has, and lacks what it lacks', async () => {
    const inner = folderTarget();
    expect(Object.keys(wrap(inner, {}))).not.toContain('lock');
    const calls: unknown[] = [];
    const full = Object.assign(folderTarget(), {
      lock: (...args: unknown[]) => Promise.resolve(void calls.push(args)),
      hold: (...args: unknown[]) => Promise.resolve(void calls.push(args)),
      lockOf: (...args: unknown[]) => Promise.resolve({ isHeld: calls.push(args) > 0 }),
    });
    const wrapped = wrap(full, {});
    await wrapped.lock?.('a', 5);
    await wrapped.hold?.('a', true);
    expect(calls).toEqual([
      ['a', 5],
      ['a', true],
    ]);
    expect(await wrapped.lockOf?.('b')).toEqual({ isHeld: true });
    expect(calls.at(-1)).toEqual(['b']);
    expect(wrapped.describe()).toEqual(full.describe());
  });
});
