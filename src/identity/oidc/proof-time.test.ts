import { describe, expect, it } from 'vitest';
import { freshlyProvenAtMs, provenAtMs } from './proof-time.ts';

const NOW = 1_800_000_000_000;
const S = NOW / 1000;

describe('when a provider says that somebody proved who they are', () => {
  it.each<[string, unknown, number | undefined]>([
    ['before', S - 3600, NOW - 3_600_000],
    ['now', S, NOW],
    ['ahead, as far as clocks may differ', S + 30, NOW],
    ['further ahead', S + 31, undefined],
    ['in milliseconds', NOW, undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a text', String(S), undefined],
    ['zero', 0, undefined],
    ['before 1970', -1, undefined],
    ['a fraction', S + 0.5, undefined],
    ['no number', Number.NaN, undefined],
  ])('%s', (_, said, atMs) => expect(provenAtMs(said, NOW)).toBe(atMs));
});

describe('a fresh proof', () => {
  const sinceMs = NOW - 60_000;
  it.each<[string, unknown, number | string]>([
    ['since the browser left', S - 20, NOW - 20_000],
    ['as far before as clocks may differ', S - 90, NOW - 90_000],
    ['before that', S - 91, 'auth-time-not-fresh'],
    ['ahead', S + 31, 'auth-time-not-fresh'],
    ['a text', `${S}`, 'auth-time-not-fresh'],
    ['no time', undefined, 'auth-time-missing'],
  ])('%s', (_, said, found) => expect(freshlyProvenAtMs(said, sinceMs, NOW)).toBe(found));
});
