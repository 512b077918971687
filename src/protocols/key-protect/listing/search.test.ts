import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedKey } from './listed-key.ts';
import { fold } from '../../../keys/fold.ts';
import { isLookedUp, parseSearch, searcher, showSearch, type Search } from './search.ts';

const ID = 'fadedbee-0000-4000-8000-1234567890ab';

function keyOf(name: string, aliases: readonly string[] = [], id = ID): ListedKey {
  return { id, name, aliases } as unknown as ListedKey;
}

const found = (search: string, key: ListedKey) => searcher(parseSearch(search) as Search)(key);

describe('parseSearch', () => {
  it.each([
    ['foo', { query: 'foo', scopes: ['alias', 'name'] }],
    [' foo, ', { query: 'foo', scopes: ['alias', 'name'] }],
    ['foo,,', { query: 'foo,', scopes: ['alias', 'name'] }],
    ['a,b,', { query: 'a,b', scopes: ['alias', 'name'] }],
    ['not:foo', { query: 'foo', scopes: ['alias', 'name'], not: true }],
    ['exact:not:foo', { query: 'foo', scopes: ['alias', 'name'], not: true, exact: true }],
    ['name:alias:foo', { query: 'foo', scopes: ['alias', 'name'] }],
    ['name:exact:foo', { query: 'foo', scopes: ['name'], exact: true }],
    ['exact:escape:not:foo', { query: 'not:foo', scopes: ['alias', 'name'], exact: true }],
    ['escape:escape:', { query: 'escape:', scopes: ['alias', 'name'] }],
    ['not:not:foo', { query: 'foo', scopes: ['alias', 'name'], not: true }],
    ['NOT:foo', { query: 'NOT:foo', scopes: ['alias', 'name'] }],
    ['foo:not:', { query: 'foo:not:', scopes: ['alias', 'name'] }],
    ['note:x', { query: 'note:x', scopes: ['alias', 'name'] }],
  ])('%j', (text, shown) => expect(showSearch(parseSearch(text) as Search)).toEqual(shown));

  it.each(['', ' ', ',', ' , '])('finds nothing to search for in %j', (text) =>
    expect(parseSearch(text)).toBeUndefined(),
  );

  it.each(['not:', 'alias:,', 'escape:', 'exact:name:', 'x'.repeat(513)])('refuses %j', (text) =>
    expect(() => parseSearch(text)).toThrow(expect.objectContaining({ code: 'INVALID_QUERY_PARAM_ERR' })),
  );

  it('takes any text in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 512 }), (text) => {
        const search = parseSearch(`escape:${text}`.slice(0, 512).concat('x'));
        expect(search?.text.endsWith('x')).toBe(true);
      }),
    );
    expect(() => parseSearch('not:'.repeat(100_000))).toThrow('at most');
  });
});

describe('searcher', () => {
  it.each([
    ['foobar', keyOf('xFooBar'), true],
    ['foobar', keyOf('x', ['a', 'my-FOOBAR']), true],
    ['foobar', keyOf('foo bar'), false],
    ['name:foobar', keyOf('x', ['foobar']), false],
    ['alias:foobar', keyOf('foobar'), false],
    ['not:foobar', keyOf('xfoobar'), false],
    ['not:foobar', keyOf('x', ['a']), true],
    ['not:alias:foobar', keyOf('foobar'), true],
    ['not:exact:foobar', keyOf('xfoobar'), true],
    ['exact:foobar', keyOf('foobar'), true],
    ['exact:foobar', keyOf('Foobar'), false],
    [ID, keyOf('x'), true],
    [ID.toUpperCase(), keyOf('x'), true],
    [ID, keyOf(`the ${ID}`, [], 'other'), true],
    [ID.slice(1), keyOf('x'), false],
    [`name:${ID}`, keyOf('x'), false],
    [`not:${ID}`, keyOf('x'), false],
    // Resemblance is not sameness (F26).
    ['kelvin', keyOf('\u212Aelvin'), false],
    ['istanbul', keyOf('\u0130stanbul'), false],
    ['\u00E4rzte', keyOf('\u00C4RZTE'), true],
    ['\u03C3', keyOf('\u03A3'), true],
    ['\u03C2', keyOf('\u03A3'), false],
    ['strasse', keyOf('stra\u00DFe'), false],
    ['\u00E9', keyOf('e\u0301'), false],
  ])('%j in %o: %s', (search, key, is) => expect(found(search, key)).toBe(is));

  it('agrees with a plain one where letters are of ASCII', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', '-', '1', ':'), minLength: 1, maxLength: 4 });
    const key = fc.record({ name: text, aliases: fc.array(text, { maxLength: 3 }) });
    fc.assert(
      fc.property(
        text,
        key,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('', 'alias:', 'name:'),
        (wanted, one, not, exact, scope) => {
          const texts = [...(scope === 'alias:' ? [] : [one.name]), ...(scope === 'name:' ? [] : one.aliases)];
          const has = texts.some((has) => (exact ? has === wanted : new RegExp(wanted, 'i').test(has)));
          const search = `${not ? 'not:' : ''}${scope}${exact ? 'exact:' : ''}escape:${wanted}`;
          expect(found(search, keyOf(one.name, one.aliases))).toBe(has !== not);
        },
      ),
    );
  });
});

describe('isLookedUp', () => {
  it.each([
    ['a-1', ['a-1'], true],
    ['A-1', ['a-1'], false],
    ['name:a-1', ['a-1'], false],
    ['not:a-1', ['a-1'], false],
    [ID, [], true],
    [`alias:${ID}`, [], false],
  ])('%j among %j: %s', (search, aliases, is) =>
    expect(isLookedUp(parseSearch(search) as Search, keyOf('x', aliases))).toBe(is),
  );
});

describe('fold', () => {
  it('keeps texts apart that differ by more than case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(fold(a) !== fold(b) || a.toUpperCase() === b.toUpperCase()).toBe(true);
        expect(Array.from(fold(a))).toHaveLength(Array.from(a).length);
      }),
    );
  });
});
