import { describe, expect, it } from 'vitest';
import { credentialSearch, viewTimes } from './credential-search.ts';

describe('the filters of credentials in an address', () => {
  it.each([
    [{ of: 'ada', type: 'api-key', state: 'active', view: 'unused' }, 4],
    [{ of: '', type: 'rubber', state: 'ACTIVE', view: ['unused'] }, 0],
    [{ of: 7, other: 'x' }, 0],
  ])('%j has %i that count', (given, count) => {
    expect(Object.keys(credentialSearch(given))).toHaveLength(count);
  });

  it('counts days from midnight', () => {
    const noon = Date.UTC(2026, 5, 15, 12);
    expect(viewTimes('unused', noon)).toEqual({ unusedSince: '2026-03-17T00:00:00.000Z' });
    expect(viewTimes('expiring', noon)).toEqual({ expiringBefore: '2026-07-16T00:00:00.000Z' });
    expect(viewTimes('unused', noon + 1)).toEqual(viewTimes('unused', noon));
    expect(viewTimes(undefined, noon)).toEqual({});
  });
});
