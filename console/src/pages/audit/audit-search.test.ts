import { describe, expect, it } from 'vitest';
import { askedEntries, auditSearch } from './audit-search.ts';

describe('filters of the audit log in an address', () => {
  it.each([
    [{ range: '7d' }, { range: '7d' }],
    [{ range: 'toString' }, {}],
    [{ range: '__proto__' }, {}],
    [
      { outcome: 'refused', quiet: 'true' },
      { outcome: 'refused', quiet: true },
    ],
    [{ from: 'yesterday', to: '2026-11-22T00:00:00Z' }, { to: '2026-11-22T00:00:00Z' }],
    [{ key: 1234, text: ['a'] }, { key: '1234' }],
  ])('%j are %j', (search, read) => {
    expect(auditSearch(search)).toEqual(read);
  });

  it('ask for a range that ends with the minute', () => {
    const nowMs = Date.parse('2026-11-22T10:20:30Z');
    expect(askedEntries({ range: '1h' }, nowMs)).toEqual({ from: '2026-11-22T09:21:00.000Z' });
  });
});
