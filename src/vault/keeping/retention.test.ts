import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarOf, isTimeZone } from './calendar.ts';
import { DEFAULT_RULES, PERIODS, retain, type Retainable, type RetentionRules } from './retention.ts';
import { BELIEVED_MS, takenAt, type Dated } from './taken-at.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 22, 12);
const rules = (some: Partial<RetentionRules>): RetentionRules => ({ ...DEFAULT_RULES, ...some });
const every = (stepMs: number, count: number): Retainable[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(i).padStart(4, '0'), timeMs: NOW - i * stepMs }));
const keptIds = (snapshots: readonly Retainable[], some: RetentionRules, nowMs = NOW): string[] =>
  retain(snapshots, some, nowMs)
    .filter(({ keptBy }) => keptBy.length > 0)
    .map(({ id }) => id);

describe('rules', () => {
  it.each<[string, Partial<RetentionRules>, readonly Retainable[], number[]]>([
    ['none keep everything', {}, every(DAY, 5), [0, 1, 2, 3, 4]],
    ['last', { last: 2 }, every(HOUR, 5), [0, 1]],
    ['hourly', { hourly: 3 }, every(HOUR / 2, 10), [0, 1, 3]],
    ['daily keeps the newest of each day', { daily: 2 }, every(6 * HOUR, 12), [0, 3]],
    ['daily counts days that have snapshots', { daily: 3 }, every(10 * DAY, 6), [0, 1, 2]],
    ['weekly from Monday', { weekly: 3 }, every(DAY, 30), [0, 7, 14]],
    ['monthly', { monthly: 3 }, every(DAY, 90), [0, 22, 53]],
    ['yearly', { yearly: 2 }, every(30 * DAY, 20), [0, 11]],
    ['minimum age', { minimumAgeDays: 3 }, every(DAY, 6), [0, 1, 2]],
    ['together', { last: 1, daily: 2, minimumAgeDays: 1 }, every(12 * HOUR, 6), [0, 1, 2]],
    ['zero keeps the newest alone', { last: 0 }, every(DAY, 3), [0]],
  ])('%s', (_name, some, snapshots, expected) => {
    expect(keptIds(snapshots, rules(some)).map(Number)).toEqual(expected);
  });

  it('count the days of the place', () => {
    const late = { id: 'late', timeMs: Date.UTC(2026, 5, 1, 23, 30) };
    const early = { id: 'early', timeMs: Date.UTC(2026, 5, 1, 20) };
    expect(keptIds([late, early], rules({ daily: 5 }))).toEqual(['late']);
    expect(keptIds([late, early], rules({ daily: 5, timeZone: 'Europe/Berlin' }))).toEqual(['late', 'early']);
  });

  it('know the hour that the clock shows twice', () => {
    const calendar = calendarOf('Europe/Berlin');
    const first = Date.UTC(2026, 9, 25, 0, 30);
    expect(calendar('hourly', first)).not.toBe(calendar('hourly', first + HOUR));
    expect(calendar('daily', first)).toBe(calendar('daily', first + HOUR));
  });

  it('know zones that are no whole hours away, and weeks over the end of a year', () => {
    const calendar = calendarOf('Asia/Kathmandu');
    const half = Date.UTC(2026, 0, 1, 0, 10);
    expect(calendar('hourly', half)).not.toBe(calendar('hourly', half + 10 * 60_000));
    const utc = calendarOf('UTC');
    expect(utc('weekly', Date.UTC(2025, 11, 29))).toBe(utc('weekly', Date.UTC(2026, 0, 4)));
    expect(utc('weekly', Date.UTC(2026, 0, 4))).not.toBe(utc('weekly', Date.UTC(2026, 0, 5)));
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Europe/Nowhere')]).toEqual([true, false]);
  });

  it('say about when something goes', () => {
    const [newest, , third] = retain(every(DAY, 5), rules({ daily: 4 }), NOW);
    expect(newest?.expiresMs).toBe(NOW + 4 * DAY);
    expect(third?.expiresMs).toBe(NOW + 2 * DAY);
    expect(retain(every(DAY, 5), rules({ last: 4 }), NOW)[1]?.expiresMs).toBeNull();
    expect(retain(every(DAY, 5), rules({ minimumAgeDays: 10 }), NOW)[1]?.expiresMs).toBe(NOW + 9 * DAY);
  });
});

const anyRules = fc
  .record(
    {
      last: fc.nat(6),
      hourly: fc.nat(6),
      daily: fc.nat(6),
      weekly: fc.nat(6),
      monthly: fc.nat(6),
      yearly: fc.nat(6),
      minimumAgeDays: fc.nat(20),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia'),
    },
    { requiredKeys: ['timeZone'] },
  )
  .map((some) => rules(some));
const anySnapshots = fc
  .array(fc.record({ age: fc.nat(800 * 24), isGood: fc.boolean() }), { minLength: 1, maxLength: 60 })
  .map((list) =>
    list.map(({ age, isGood }, i): Retainable => ({
      id: String(i).padStart(3, '0'),
      timeMs: NOW - age * HOUR,
      isGood,
    })),
  );

describe('whatever the rules', () => {
  it('the newest snapshot stays, and the newest good one', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, (snapshots, some) => {
        const kept = new Set(keptIds(snapshots, some));
        const newest = Math.max(...snapshots.map(({ timeMs }) => timeMs));
        const good = Math.max(...snapshots.filter(({ isGood }) => isGood).map(({ timeMs }) => timeMs));
        const times = snapshots.filter(({ id }) => kept.has(id));
        expect(times.some(({ timeMs }) => timeMs === newest)).toBe(true);
        expect(!Number.isFinite(good) || times.some((one) => one.timeMs === good && one.isGood)).toBe(true);
      }),
    );
  });

  it('what stays does not depend on what went: deciding again decides the same', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, (snapshots, some) => {
        const kept = keptIds(snapshots, some);
        expect(
          keptIds(
            snapshots.filter(({ id }) => kept.includes(id)),
            some,
          ),
        ).toEqual(kept);
      }),
    );
  });

  it('more generous rules keep all that meaner ones keep', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, fc.constantFrom('last', 'minimumAgeDays', ...PERIODS), (list, some, name) => {
        fc.pre(some[name] !== undefined);
        const more = new Set(keptIds(list, { ...some, [name]: (some[name] ?? 0) + 3 }));
        expect(keptIds(list, some).filter((id) => !more.has(id))).toEqual([]);
      }),
    );
  });

  it('time alone brings nothing back', () => {
    fc.assert(
      fc.property(anySnapshots, anyRules, fc.nat(400), (snapshots, some, days) => {
        const now = new Set(keptIds(snapshots, some));
        expect(keptIds(snapshots, some, NOW + days * DAY).filter((id) => !now.has(id))).toEqual([]);
      }),
    );
  });
});

const WRITER = 'a'.repeat(32);
const dated = (sequence: number, createdMs: number, storedMs?: number): Dated => ({
  head: { writer: WRITER, sequence, createdMs },
  ...(storedMs !== undefined && { storedMs }),
});

describe('when a snapshot was taken', () => {
  const birth = { createdMs: NOW - 100 * DAY, storedMs: NOW - 100 * DAY };
  it.each<[string, Dated, number]>([
    ['as its writer says, where the store agrees', dated(1, NOW - 1000, NOW), NOW - 1000],
    ['not in the future', dated(1, NOW + 400 * DAY, NOW), NOW],
    ['not long before it came', dated(1, NOW - 90 * DAY, NOW), NOW],
    ['as its writer says, where the store says nothing', dated(1, NOW - 90 * DAY), NOW - 90 * DAY],
  ])('%s', (_name, snapshot, expected) => expect(takenAt([snapshot], birth).get(snapshot)).toBe(expected));

  it('is not before the one it follows', () => {
    const [first, second] = [dated(1, NOW - DAY), dated(2, NOW - 30 * DAY)];
    expect(takenAt([second, first], birth).get(second)).toBe(NOW - DAY);
  });

  it('survives the copying of a store, and counts by the store again after it', () => {
    const copied = { createdMs: NOW - 100 * DAY, storedMs: NOW - DAY };
    const old = [5, 4, 3, 2].map((days, i) => dated(i + 1, NOW - days * DAY, NOW - DAY + i));
    const late = dated(5, NOW - 90 * DAY, NOW);
    const times = takenAt([...old, late], copied);
    expect(old.map((one) => times.get(one))).toEqual([5, 4, 3, 2].map((days) => NOW - days * DAY));
    expect(times.get(late)).toBeGreaterThanOrEqual(NOW - 2 * DAY);
  });

  it('of a replacement is what the creator says', () => {
    const head = {
      writer: WRITER,
      sequence: 9,
      createdMs: NOW,
      takenMs: NOW - 50 * DAY,
      replaces: `${WRITER}-0000000001`,
    };
    const replacement = { head, storedMs: NOW };
    const next = dated(10, NOW, NOW);
    const times = takenAt([replacement, next], birth);
    expect([times.get(replacement), times.get(next)]).toEqual([NOW - 50 * DAY, NOW]);
  });

  it('a forged time pushes no good snapshot out that an honest one within an hour would not', () => {
    const good = fc.array(fc.integer({ min: 1, max: 90 * 24 }), { minLength: 1, maxLength: 40 });
    const forged = fc.array(fc.integer({ min: -4000 * 24, max: 4000 * 24 }), { minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(good, forged, anyRules, (ages, lies, some) => {
        const chain = ages.toSorted((a, b) => b - a).map((age, i) => dated(i + 1, NOW - age * HOUR, NOW - age * HOUR));
        const bad = lies.map((lie, i) => dated(chain.length + i + 1, NOW + lie * HOUR, NOW));
        const times = takenAt([...chain, ...bad], birth);
        for (const one of chain) expect(times.get(one)).toBe(one.storedMs);
        for (const one of bad) expect(times.get(one)).toBeGreaterThanOrEqual(NOW - BELIEVED_MS);
        for (const one of bad) expect(times.get(one)).toBeLessThanOrEqual(NOW + BELIEVED_MS);
        const items = (timeOf: (one: Dated) => number) =>
          [...chain, ...bad].map((one) => ({ id: String(one.head.sequence).padStart(4, '0'), timeMs: timeOf(one) }));
        const kept = keptIds(
          items((one) => times.get(one) ?? 0),
          some,
        );
        const honest = keptIds(
          items((one) => (bad.includes(one) ? NOW : (one.storedMs as number))),
          some,
        );
        const earlier = keptIds(
          items((one) => (bad.includes(one) ? NOW - BELIEVED_MS : (one.storedMs as number))),
          some,
        );
        const later = keptIds(
          items((one) => (bad.includes(one) ? NOW + BELIEVED_MS : (one.storedMs as number))),
          some,
        );
        const isGood = (id: string) => Number(id) <= chain.length;
        const lost = honest.filter(
          (id) => isGood(id) && earlier.includes(id) && later.includes(id) && !kept.includes(id),
        );
        expect(lost).toEqual([]);
      }),
    );
  });
});
