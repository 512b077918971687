import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedKey } from './listed-key.ts';
import { parseSort } from './sort.ts';
import { SortedRuns } from './sorted-runs.ts';
import { Pauses } from '../../../pipeline/pauses.ts';

function key(id: string, fields: Partial<ListedKey> = {}): ListedKey {
  const rest = { extractable: false, imported: false, creationDate: 0, stateBefore: 1, stateAfter: 3 };
  return { id, ...rest, expiresAtMs: Infinity, goneAtMs: Infinity, ...fields } as ListedKey;
}

const KEYS = [
  // Of two that are shown as of the same second the id decides.
  key('a', { creationDate: 3_999, lastRotateDate: 9_000 }),
  key('b', { creationDate: 1_000, extractable: true }),
  key('c', { creationDate: 3_000, stateBefore: 5, imported: true }),
  key('d', { creationDate: 2_000, lastRotateDate: 5_000, expiresAtMs: 10 }),
];

describe('parseSort', () => {
  it.each([
    ['-id', 'dcba'],
    ['creationDate', 'bdac'],
    ['-creationDate', 'acdb'],
    ['-creationDate,-id', 'cadb'],
    ['lastRotateDate', 'dabc'],
    ['-lastRotateDate', 'adbc'],
    ['state', 'abdc'],
    ['-state', 'cdab'],
    ['extractable', 'acdb'],
    ['-imported', 'cabd'],
    ['extractable,extractable,-extractable', 'acdb'],
  ])('%s: %s', (sort, ids) => {
    const order = parseSort(sort.split(','), 20);
    expect(
      KEYS.toSorted(order)
        .map(({ id }) => id)
        .join(''),
    ).toBe(ids);
  });

  it.each([[[]], [['id']], [['id', '-creationDate']]])('%j is the order in which keys are found', (terms) =>
    expect(parseSort(terms, 0)).toBeUndefined(),
  );

  it.each([['name'], ['--id'], ['ID'], ['-'], ['creationdate'], ['toString'], ['id', 'x']])('refuses %s', (...terms) =>
    expect(() => parseSort(terms, 0)).toThrow(expect.objectContaining({ code: 'INVALID_QUERY_PARAM_ERR' })),
  );
});

describe('SortedRuns', () => {
  it.each([0, 1, 2, 1_023, 1_024, 1_025, 5_000])('sorts %i things as one sort does', async (count) => {
    const things = Array.from({ length: count }, (_, i) => (i * 7_919) % 4_999);
    const runs = new SortedRuns<number>((a, b) => a - b);
    things.forEach((thing) => runs.add(thing));
    expect(await runs.take(0, count + 1, new Pauses())).toEqual(things.toSorted((a, b) => a - b));
  });

  it('takes any part', async () => {
    const page = fc.record({ offset: fc.nat(3_100), limit: fc.integer({ min: 1, max: 3_100 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50), { maxLength: 3_000, size: 'max' }),
        page,
        async (things, { offset, limit }) => {
          const runs = new SortedRuns<number>((a, b) => a - b);
          things.forEach((thing) => runs.add(thing));
          const sorted = things.toSorted((a, b) => a - b).slice(offset, offset + limit);
          expect(await runs.take(offset, limit, new Pauses())).toEqual(sorted);
        },
      ),
      { numRuns: 30 },
    );
  });
});
