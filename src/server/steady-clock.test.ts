import { describe, expect, it } from 'vitest';
import { SteadyClock } from './steady-clock.ts';

const T0 = 1_800_000_000_000;
const HOUR = 3_600_000;
const YEAR = 8_760 * HOUR;

function prepared() {
  const time = { wallMs: T0, monotonicMs: 5_000.25 };
  const set: number[] = [];
  const clock = new SteadyClock(
    () => time.wallMs,
    (byMs) => set.push(byMs),
    () => time.monotonicMs,
  );
  /** Both go on, the wall's by so much more. */
  const pass = (ms: number, moreMs = 0) => {
    time.monotonicMs += ms;
    time.wallMs += ms + moreMs;
    return clock.now();
  };
  return { time, clock, set, pass };
}

describe('a clock by which something is ended for good', () => {
  it('is believed while it goes on, also where it is slowly put right', () => {
    const { time, set, pass } = prepared();
    for (let n = 0; n < 1_000; n++) expect(pass(30_000, 100)).toBe(time.wallMs);
    expect(set).toEqual([]);
  });

  it.each([YEAR, -YEAR, 60_001, -60_001])('is doubted for an hour after it was set by %d ms', (byMs) => {
    const { time, set, pass } = prepared();
    expect(pass(30_000, byMs)).toBeUndefined();
    expect(set).toEqual([byMs]);
    expect(pass(HOUR - 1)).toBeUndefined();
    expect(pass(1)).toBe(time.wallMs);
    expect(set).toHaveLength(1);
  });

  it('is doubted for another hour when it is put right', () => {
    const { time, set, pass } = prepared();
    pass(30_000, YEAR);
    expect(pass(30_000, -YEAR)).toBeUndefined();
    expect(set).toEqual([YEAR, -YEAR]);
    expect(pass(HOUR)).toBe(time.wallMs);
    expect(time.wallMs).toBe(T0 + 60_000 + HOUR);
  });

  it('lets nothing be done by it while it is doubted', async () => {
    const { clock, time, pass } = prepared();
    const done: number[] = [];
    const act = async (nowMs: number) => done.push(nowMs);
    await clock.by(act);
    pass(30_000, YEAR);
    await clock.by(act);
    pass(HOUR);
    await clock.by(act);
    expect(done).toEqual([T0, time.wallMs]);
  });
});
