import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from './filter.ts';
import type { DateProperty, ListedKey } from './listed-key.ts';

const AT = Date.parse('2022-02-15T00:00:00Z');
/** It is shown as the same second. */
const LATER = AT + 456;

const key = (fields: Partial<ListedKey>): ListedKey =>
  ({ extractable: false, creationDate: AT, ...fields }) as ListedKey;

describe('parseFilter', () => {
  it.each([
    ['', key({}), true],
    ['  extractable=FALSE  ', key({}), true],
    ['extractable=true', key({}), false],
    ['creationDate="2022-02-15T00:00:00Z"', key({}), true],
    ['creationDate="2022-02-15T01:00:00+01:00"', key({}), true],
    ['creationDate="2022-02-15T00:00:01Z"', key({}), false],
    ['creationDate=gte:"2022-02-15T00:00:00Z"', key({}), true],
    ['creationDate=gt:"2022-02-15T00:00:00Z"', key({}), false],
    ['creationDate=gt:"2022-02-14T23:59:59.999Z"', key({}), true],
    ['creationDate=gt:"2022-02-15T00:00:00.123456789Z"', key({ creationDate: LATER }), true],
    ['creationDate=gt:"2022-02-15T00:00:00.456Z"', key({ creationDate: LATER }), false],
    ['creationDate=lt:"2022-02-15T00:00:00.457Z"', key({ creationDate: LATER }), true],
    ['creationDate="2022-02-15T00:00:00Z"', key({ creationDate: LATER }), true],
    ['creationDate=gt:"2022-02-15T00:00:00Z"', key({ creationDate: LATER }), false],
    ['creationDate=lte:"2022-02-15T00:00:00Z"', key({ creationDate: LATER }), true],
    ['creationDate=lte:"2022-02-15T00:00:00Z"', key({}), true],
    ['creationDate=lt:"2022-02-15T00:00:00Z"', key({}), false],
    ['lastRotateDate=none', key({}), true],
    ['lastRotateDate=NONE', key({ lastRotateDate: AT }), false],
    ['lastRotateDate=gte:"1970-01-01T00:00:00Z"', key({}), false],
    ['deletionDate=lt:"2100-01-01T00:00:00Z"', key({ deletionDate: AT }), true],
    ['lastUpdateDate=none expirationDate=none', key({ expirationDate: AT }), false],
    ['creationDate=gte:"2022-02-15T00:00:00Z" creationDate=lt:"2022-03-15T00:00:00Z" extractable=false', key({}), true],
  ])('%s', (text, one, is) => expect(parseFilter(text).test(one)).toBe(is));

  it('tells what it says of states', () => {
    expect(parseFilter('state=0,1,2,3,5 state=1').states).toEqual([new Set([0, 1, 2, 3, 5]), new Set([1])]);
    expect(parseFilter('extractable=true')).toMatchObject({ states: [], asksExtractable: true });
  });

  it.each([
    'state',
    'state=',
    'state=4',
    'state=1,',
    'state=01',
    'state=gt:1',
    'state=1, 2',
    'extractable=yes',
    'extractable="true"',
    'name=x',
    'id=x',
    '__proto__=x',
    '=x',
    'creationDate=',
    'creationDate=2022-02-15T00:00:00Z',
    'creationDate="2022-02-15"',
    'creationDate="2022-02-30T00:00:00Z"',
    'creationDate="2022-02-15T24:00:01Z"',
    'creationDate=eq:"2022-02-15T00:00:00Z"',
    'creationDate=constructor:"2022-02-15T00:00:00Z"',
    'creationDate=gt:none',
    'creationDate=gt: "2022-02-15T00:00:00Z"',
    'creationDate="2022-02-15T00:00:00Z"x',
    'creationDate="2022-02-15T00:00:00Z""',
    'CreationDate=none',
    'state=1 state=1 state=1 state=1',
    'creationDate=none\tstate=1',
    `creationDate="${'9'.repeat(50_000)}"`,
    'state=1 '.repeat(10_000),
  ])('refuses %s', (text) =>
    expect(() => parseFilter(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_QUERY_PARAM_ERR',
        message: expect.stringContaining(
          "The query_param 'filter' must be: a valid filter query with a valid operator",
        ),
        target: { type: 'query_param', name: 'filter' },
      }),
    ),
  );

  it('agrees with a plain one about dates', () => {
    const date = fc.integer({ min: 0, max: 3 }).map((second) => second * 1_000);
    const property = fc.constantFrom<DateProperty>('creationDate', 'deletionDate', 'lastRotateDate');
    const operators: Record<string, (a: number, b: number) => boolean> = {
      '': (a, b) => a === b,
      'lt:': (a, b) => a < b,
      'gt:': (a, b) => a > b,
      'lte:': (a, b) => !(a > b),
      'gte:': (a, b) => !(a < b),
    };
    const term = fc.record({ property, operator: fc.constantFrom(...Object.keys(operators)), date });
    const dates = fc.record({ creationDate: date, deletionDate: fc.option(date, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 3 }), dates, (terms, fields) => {
        const one = key(fields);
        const text = terms.map((t) => `${t.property}=${t.operator}"${new Date(t.date).toISOString()}"`).join(' ');
        const is = terms.every((t) => {
          const has = one[t.property];
          return has !== undefined && operators[t.operator]?.(has, t.date);
        });
        expect(parseFilter(text).test(one)).toBe(is);
      }),
    );
  });
});
