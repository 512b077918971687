import { describe, expect, it } from 'vitest';
import { clockOf } from './clock.ts';

/** Six in the evening wherever this runs, and the midnight before. */
const EVENING = new Date(2026, 10, 22, 18, 5, 9);
const MIDNIGHT = new Date(2026, 10, 22);

/** Spaces of every width as one. */
const plain = (text: string): string => text.replace(/\s/g, ' ');

describe('the clock of a viewer', () => {
  it.each([
    ['en-US', 'Nov 22, 2026, 6:05 PM', '6:05:09 PM', '6:05 PM', 'Nov 22'],
    ['en-GB', '22 Nov 2026, 18:05', '18:05:09', '18:05', '22 Nov'],
    ['de-DE', '22 Nov 2026, 18:05', '18:05:09', '18:05', '22 Nov'],
    ['de', '22 Nov 2026, 18:05', '18:05:09', '18:05', '22 Nov'],
    ['ja-JP', 'Nov 22, 2026, 18:05', '18:05:09', '18:05', 'Nov 22'],
  ])('of %s has one kind of hours everywhere', (language, exact, today, hour, day) => {
    const { exactTime, clockTime, tickTime } = clockOf(language);
    expect(plain(exactTime(EVENING.toISOString()))).toBe(exact);
    expect(plain(clockTime(EVENING.getTime()))).toBe(today);
    expect(plain(tickTime(EVENING.getTime()))).toBe(hour);
    expect(plain(tickTime(MIDNIGHT.getTime()))).toBe(day);
  });

  it('tells the zone, and the time in UTC beside', () => {
    const told = plain(clockOf('en-GB').timeWithZone('2026-11-22T17:05:09.123Z'));
    expect(told).toMatch(/^2\d Nov 2026, \d\d:\d\d:09 \S+ · 2026-11-22 17:05:09 UTC$/);
  });
});
