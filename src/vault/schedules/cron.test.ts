import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../environments/environment-error.ts';
import { latestUntil, nextAfter, nextTimes, requireCron } from './cron.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const times = (cron: string, timeZone: string, from: string, count: number): string[] =>
  nextTimes({ cron, timeZone }, at(from), count).map((ms) => new Date(ms).toISOString().slice(0, 16));

describe('times of a schedule', () => {
  it.each<[string, string, string, string[]]>([
    [
      'a time that is left out when clocks are put forward comes as soon as they are',
      '30 2 * * *',
      '2026-03-28T00:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'a time of the day comes once where clocks are put back',
      '30 2 * * *',
      '2026-10-24T00:00Z',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'every hour is every hour that there is, forward',
      '0 * * * *',
      '2026-03-28T23:30Z',
      ['2026-03-29T00:00', '2026-03-29T01:00', '2026-03-29T02:00'],
    ],
    [
      'every hour is every hour that there is, back',
      '0 * * * *',
      '2026-10-24T23:30Z',
      ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
    ],
    [
      'the last day of a month',
      '0 12 L * *',
      '2026-01-31T11:30Z',
      ['2026-02-28T11:00', '2026-03-31T10:00', '2026-04-30T10:00'],
    ],
    ['a leap day', '0 0 29 2 *', '2026-01-01T00:00Z', ['2028-02-28T23:00', '2032-02-28T23:00']],
    ['a nickname', '@daily', '2026-10-24T00:00Z', ['2026-10-24T22:00', '2026-10-25T23:00']],
  ])('%s', (_, cron, from, expected) => {
    expect(times(cron, BERLIN, from, expected.length)).toEqual(expected);
  });

  it('are those of their time zone, half hours included', () => {
    expect(times('0 9 * * 1-5', 'Asia/Kolkata', '2026-11-20T00:00Z', 2)).toEqual([
      '2026-11-20T03:30',
      '2026-11-23T03:30',
    ]);
  });

  it('begin behind a moment, and the newest counts the moment itself', () => {
    const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
    const noon = at('2026-11-20T12:00Z');
    expect(nextAfter(hourly, noon)).toBe(noon + 3_600_000);
    expect(nextAfter(hourly, noon - 1)).toBe(noon);
    expect(latestUntil(hourly, noon, 0)).toBe(noon);
    expect(latestUntil(hourly, noon - 1, 0)).toBe(noon - 3_600_000);
    expect(latestUntil(hourly, noon, noon + 5)).toBe(noon + 5);
  });

  it.each<[string, string, string, RegExp]>([
    ['four fields', '* * * *', 'UTC', /five fields/],
    ['seconds', '0 0 0 * * *', 'UTC', /five fields/],
    ['a minute that there is not', '61 * * * *', 'UTC', /"61 .*" have a field that cannot be: minutes are 0-59/],
    ['an hour that there is not', '0 24 * * *', 'UTC', /hours 0-23/],
    ['a step of nothing', '*/0 * * * *', 'UTC', /steps are 1/],
    ['a moment', '2026-01-01T00:00:00', 'UTC', /five fields/],
    ['what means another time with each look', '? ? * * *', 'UTC', /five fields/],
    ['a start of the machine', '@reboot', 'UTC', /five fields/],
    ['nothing', '', 'UTC', /five fields/],
    ['a day that never comes', '0 0 30 2 *', 'UTC', /never come/],
    ['a place that there is not', '@daily', 'Mars/Phobos', /no time zone Mars/],
    ['an offset, which knows no summer', '@daily', '+02:00', /no time zone/],
  ])('refuses %s', (_, cron, timeZone, text) => {
    const refuse = () => requireCron({ cron, timeZone }, at('2026-01-01T00:00Z'));
    expect(refuse).toThrow(EnvironmentError);
    expect(refuse).toThrow(text);
  });
});
