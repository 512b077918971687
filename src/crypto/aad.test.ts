import { describe, expect, it } from 'vitest';
import { aadOfList, aadOfMap, IllFormedContextError, NO_AAD } from './aad.ts';

const map = (...entries: [string, string][]) => aadOfMap(new Map(entries)).toString('hex');
const list = (...values: string[]) => aadOfList(values).toString('hex');

describe('additional authenticated data', () => {
  it('is one zero byte without a context, whether empty or absent', () => {
    expect([aadOfMap(undefined), aadOfMap(new Map()), aadOfList(undefined), aadOfList([])]).toEqual(
      Array(4).fill(Buffer.from([0])),
    );
    expect(NO_AAD).toEqual(Buffer.from([0]));
  });

  it('of a map: type, count, entries sorted by name', () => {
    expect(map(['b', 'é'], ['a', ''])).toBe(
      '01' + '00000002' + '00000001' + '61' + '00000000' + '00000001' + '62' + '00000002' + 'c3a9',
    );
  });

  it('of a list: type, count, values as they come', () => {
    expect(list('b', 'a', 'b')).toBe('02' + '00000003' + '0000000162' + '0000000161' + '0000000162');
  });

  it.each([
    ['a letter on the other side', map(['a', 'bc']), map(['ab', 'c'])],
    ['a map and a list of the same texts', map(['a', 'b']), list('a', 'b')],
    ['the order of a list', list('a', 'b'), list('b', 'a')],
    ['repetitions in a list', list('a'), list('a', 'a')],
    ['an empty entry', map(['', '']), map()],
    ['an empty value in a list', list(''), list()],
    ['Unicode forms', map(['é', '']), map(['e\u0301', ''])],
    ['cases', map(['A', '']), map(['a', ''])],
    ['a name from __proto__', map(['__proto__', 'x']), map()],
  ])('keeps apart: %s', (_name, first, second) => {
    expect(first).not.toBe(second);
  });

  it('sorts names by UTF-8 bytes, not by UTF-16 units', () => {
    const text = aadOfMap(
      new Map([
        ['\u{1F600}', ''],
        ['\uFF61', ''],
      ]),
    );
    expect(text.indexOf('\uFF61')).toBeLessThan(text.indexOf('\u{1F600}'));
  });

  it.each(['\uD800', '\uDC00', 'a\uD83D', '\uDE00\uD83D'])(
    'refuses half a surrogate pair, which has no UTF-8: %j',
    (text) => {
      expect(() => aadOfMap(new Map([[text, '']]))).toThrow(IllFormedContextError);
      expect(() => aadOfMap(new Map([['', text]]))).toThrow(IllFormedContextError);
      expect(() => aadOfList(['fine', text])).toThrow(IllFormedContextError);
    },
  );
});
