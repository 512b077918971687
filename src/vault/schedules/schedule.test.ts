import { describe, expect, it } from 'vitest';
import {
  broughtBack,
  dealtWith,
  dueOf,
  isAstray,
  paused,
  scheduleFrom,
  waitingFor,
  waitingForClock,
  type Schedule,
  type WantedSchedule,
} from './schedule.ts';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const MADE = at('2026-11-20T12:00Z');
const fields = {
  tenantId: 't',
  id: 's',
  environmentId: 'e',
  task: { kind: 'backup', sourceId: 's' },
} as const;
const made = (wanted: Partial<WantedSchedule> = {}): Schedule =>
  scheduleFrom(fields, { cron: '0 2 * * *', timeZone: 'UTC', ...wanted }, undefined, MADE);
const NIGHT = at('2026-11-21T02:00Z');
const started = (schedule: Schedule, dueMs: number, nowMs = dueMs): Schedule =>
  dealtWith(schedule, { dueMs, outcome: 'started' }, nowMs);

describe('what is due', () => {
  it('is nothing before its time, and starts at it', () => {
    expect(dueOf(made(), NIGHT - 1)).toEqual({ what: 'nothing' });
    expect(dueOf(made(), NIGHT)).toEqual({ what: 'start', dueMs: NIGHT });
    expect(dueOf(made(), NIGHT + 10 * 60_000)).toEqual({ what: 'start', dueMs: NIGHT });
  });

  it('starts once however many times were missed, for the newest of them', () => {
    const late = at('2026-11-25T09:00Z');
    expect(dueOf(made(), late)).toEqual({ what: 'start', dueMs: at('2026-11-25T02:00Z') });
    const after = started(made(), at('2026-11-25T02:00Z'), late);
    expect(dueOf(after, late)).toEqual({ what: 'nothing' });
    expect(after.nextMs).toBe(at('2026-11-26T02:00Z'));
  });

  it.each<[string, Partial<WantedSchedule>, number, string]>([
    ['within the window', {}, 23 * HOUR, 'start'],
    ['at the end of a short window', { missedWithinHours: 6 }, 6 * HOUR, 'start'],
    ['behind a short window', { missedWithinHours: 6 }, 6 * HOUR + 1, 'skip'],
    ['where what was missed is let go', { ifMissed: 'skip' }, 11 * 60_000, 'skip'],
    ['where what was missed is let go, but hardly late', { ifMissed: 'skip' }, 9 * 60_000, 'start'],
  ])('obeys the catch-up rule: %s', (_, wanted, lateMs, what) => {
    expect(dueOf(made(wanted), NIGHT + lateMs).what).toBe(what);
  });

  it('waits for what is in its way, and then runs once however late it is', () => {
    const waiting = waitingFor(made({ ifMissed: 'skip' }), NIGHT, 'master-key');
    const still = waitingFor(waiting, NIGHT + 24 * HOUR, 'run-in-flight');
    expect(still.waiting).toEqual({ dueMs: NIGHT, for: 'run-in-flight' });
    const weeks = NIGHT + 1000 * HOUR;
    expect(dueOf(still, weeks)).toEqual({ what: 'start', dueMs: NIGHT });
    const after = started(still, NIGHT, weeks);
    expect([after.waiting, dueOf(after, weeks)]).toEqual([undefined, { what: 'nothing' }]);
    expect(after.nextMs).toBeGreaterThan(weeks);
  });

  it('is nothing while paused, and what came meanwhile is not made up for', () => {
    const off = paused(waitingFor(made(), NIGHT, 'master-key'), true, NIGHT + HOUR);
    expect(dueOf(off, NIGHT + 99 * HOUR)).toEqual({ what: 'nothing' });
    const on = paused(off, false, NIGHT + 99 * HOUR);
    expect(dueOf(on, NIGHT + 99 * HOUR)).toEqual({ what: 'nothing' });
    expect(on.nextMs).toBe(at('2026-11-26T02:00Z'));
  });
});

describe('a clock that is wrong', () => {
  it('runs nothing twice when it is put back, by minutes or by a day', () => {
    const after = started(made(), NIGHT);
    for (const back of [60_000, HOUR, 24 * HOUR]) {
      const now = NIGHT - back;
      expect([back, dueOf(after, now)]).toEqual([back, { what: 'nothing' }]);
      expect([back, dueOf(after, NIGHT)]).toEqual([back, { what: 'nothing' }]);
      expect(isAstray(after, now)).toBe(false);
    }
  });

  it('is told from one that was years ahead, which would make a schedule sleep for years', () => {
    const ahead = at('2031-01-01T02:00Z');
    const after = started(made(), ahead);
    expect(after.nextMs).toBeGreaterThan(ahead);
    const now = at('2026-11-22T12:00Z');
    expect(isAstray(after, now)).toBe(true);
    const back = broughtBack(after, now);
    expect([dueOf(back, now), back.nextMs]).toEqual([{ what: 'nothing' }, at('2026-11-23T02:00Z')]);
    expect(isAstray(back, now)).toBe(false);
  });

  it('keeps its time where it waits for the clock, and is brought back where that had not come', () => {
    const waiting = waitingForClock(made());
    expect(waiting.waiting).toEqual({ dueMs: NIGHT, for: 'clock' });
    expect([isAstray(waiting, NIGHT - 1), isAstray(waiting, NIGHT)]).toEqual([true, false]);
    expect(broughtBack(waiting, NIGHT - 1)).toEqual(made());
    expect(dueOf(waiting, NIGHT)).toEqual({ what: 'start', dueMs: NIGHT });
    const before = started(made(), NIGHT);
    expect(broughtBack(waitingForClock(before), NIGHT + HOUR)).toEqual(before);
  });

  it('leaves a schedule alone that rightly sleeps for years', () => {
    const leap = made({ cron: '0 0 29 2 *' });
    expect(isAstray(leap, MADE)).toBe(false);
    expect(isAstray(started(leap, leap.nextMs), leap.nextMs + HOUR)).toBe(false);
  });
});
