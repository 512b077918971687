import { describe, expect, it } from 'vitest';
import { createAlias, deleteAlias, moveAlias } from './aliases.ts';
import { createKey } from './create.ts';
import { codeOf, DAY, GENERATED, keyAfter, makeSpace, newKey, NOW, random } from './key-space.fixture.ts';
import type { Key, Tag } from './key.ts';
import { scheduleDeletion } from './lifecycle.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';
import { tag, untag } from './tags.ts';

const { aliasesPerKey: MAX_ALIASES, tagsPerKey: MAX_TAGS } = DEFAULT_QUOTAS;
const space = makeSpace();
const bare = newKey(space);
const named = (key: Key, alias: string, nowMs = NOW) => keyAfter(space, createAlias(space, key, alias, nowMs));
const namesOf = (key: Key) => key.aliases.map(({ name }) => name);
const full = Array.from({ length: MAX_ALIASES }, (_, i) => `alias/${i}`).reduce(
  (key, alias) => named(key, alias),
  newKey(space),
);

describe('the name of an alias', () => {
  it.each<[string, string]>([
    ['alias/a', 'allowed'],
    ['alias/A-Z_0/9', 'allowed'],
    [`alias/${'x'.repeat(250)}`, 'allowed'],
    ['alias/awsome', 'allowed'],
    ['alias/__proto__', 'allowed'],
    ['alias/../other', 'alias-malformed'],
    [`alias/${'x'.repeat(251)}`, 'alias-malformed'],
    ['alias/', 'alias-malformed'],
    ['alias', 'alias-malformed'],
    ['', 'alias-malformed'],
    ['Alias/a', 'alias-malformed'],
    ['a', 'alias-malformed'],
    ['alias/a\n', 'alias-malformed'],
    ['alias/a b', 'alias-malformed'],
    ['alias/a:b', 'alias-malformed'],
    ['alias/*', 'alias-malformed'],
    // Looks like an a, a slash, an Angstrom sign that normalises: none of them is the name that it resembles.
    ['alias/\u0430', 'alias-malformed'],
    ['alias\u2215a', 'alias-malformed'],
    ['alias/\u212b', 'alias-malformed'],
    ['alias/\ud800', 'alias-malformed'],
    ['alias/aws/s3', 'alias-reserved'],
    ['alias/aws/', 'alias-reserved'],
  ])('%j: %s', (alias, expected) => {
    expect(codeOf(() => createAlias(space, bare, alias, NOW))).toBe(expected);
  });
});

describe('aliases', () => {
  it('are told apart by case, and refused when the key has them', () => {
    const key = named(named(bare, 'alias/a'), 'alias/A');
    expect(namesOf(key)).toEqual(['alias/a', 'alias/A']);
    expect(codeOf(() => createAlias(space, key, 'alias/a', NOW))).toBe('alias-exists');
  });

  it(`are ${MAX_ALIASES} at most`, () => {
    expect(full.aliases).toHaveLength(50);
    expect(codeOf(() => createAlias(space, full, 'alias/more', NOW))).toBe('alias-limit');
    const less = keyAfter(space, deleteAlias(space, full, 'alias/7', NOW));
    expect(codeOf(() => createAlias(space, less, 'alias/more', NOW))).toBe('allowed');
  });

  it('leave the key whole when they go', () => {
    const key = named(bare, 'alias/a');
    const change = deleteAlias(space, key, 'alias/a', NOW);
    expect(keyAfter(space, change)).toEqual({ ...bare, revision: 3, updatedAtMs: NOW });
    expect(change.writes[0]).toMatchObject({ claim: [], release: [{ name: 'alias/a' }] });
    expect(codeOf(() => deleteAlias(space, bare, 'alias/a', NOW))).toBe('alias-not-found');
  });

  it('move from key to key in one commit', () => {
    const [from, to] = [named(bare, 'alias/a'), newKey(space)];
    const change = moveAlias(space, from, to, 'alias/a', NOW + 5);
    expect(change.writes).toHaveLength(2);
    expect(namesOf(keyAfter(space, change, 0))).toEqual([]);
    expect(keyAfter(space, change, 1).aliases).toEqual([{ name: 'alias/a', createdAtMs: NOW, updatedAtMs: NOW + 5 }]);
    expect(change.value).toEqual(keyAfter(space, change, 1));
  });

  it('move to where they are: one write, another time', () => {
    const change = moveAlias(space, full, full, 'alias/7', NOW + 5);
    expect(change.writes).toHaveLength(1);
    expect(change.writes[0]).toMatchObject({ claim: [], release: [] });
    const { aliases } = keyAfter(space, change);
    expect(aliases).toHaveLength(50);
    expect(aliases.filter(({ updatedAtMs }) => updatedAtMs === NOW + 5).map(({ name }) => name)).toEqual(['alias/7']);
  });

  it('move only where they fit', () => {
    const from = named(bare, 'alias/a');
    const dying = keyAfter(space, scheduleDeletion(space, newKey(space), 7, NOW));
    const hmac = { ...newKey(space), usage: 'generate-verify-mac' } as const;
    const refused = (to: Key, alias = 'alias/a', nowMs = NOW) => codeOf(() => moveAlias(space, from, to, alias, nowMs));
    expect(refused(newKey(space), 'alias/b')).toBe('alias-not-found');
    expect(refused(dying)).toBe('key-pending-deletion');
    expect(refused(dying, 'alias/a', NOW + 8 * DAY)).toBe('key-not-found');
    expect(refused(hmac)).toBe('alias-incompatible');
    expect(refused(full)).toBe('alias-limit');
    // From a key that is going away to one that stays is what they are moved for.
    const leaving = keyAfter(space, scheduleDeletion(space, from, 7, NOW));
    expect(codeOf(() => moveAlias(space, leaving, newKey(space), 'alias/a', NOW))).toBe('allowed');
  });
});

describe('tags', () => {
  const tags = (count: number, prefix = 't'): Tag[] =>
    Array.from({ length: count }, (_, i) => ({ key: `${prefix}${i}`, value: '' }));
  const HOSTILE = ['__proto__', 'constructor', 'toString', '', ' ', '\u0000', '\u0430ws:x'];

  it.each<[string, readonly Tag[], string]>([
    ['none', [], 'allowed'],
    ['fifty', tags(MAX_TAGS), 'allowed'],
    ['fifty-one', tags(MAX_TAGS + 1), 'tag-limit'],
    ['one twice', [...tags(1), ...tags(1)], 'tag-duplicate'],
    ['two that differ by case', [...tags(1, 'a'), ...tags(1, 'A')], 'allowed'],
    ['a reserved one', tags(1, 'aws:'), 'tag-reserved'],
    ['a reserved one in capitals', tags(1, 'AWS:'), 'tag-reserved'],
    ['a value that looks reserved', [{ key: 'a', value: 'aws:b' }], 'allowed'],
  ])('%s: %s', (_, wanted, expected) => {
    expect(codeOf(() => tag(space, bare, wanted, NOW))).toBe(expected);
    expect(codeOf(() => newKey(space, { tags: wanted }))).toBe(expected);
  });

  it('with the names of members of Object are tags like others', () => {
    const wanted = HOSTILE.map((key) => ({ key, value: key }));
    const key = keyAfter(space, tag(space, bare, wanted, NOW));
    expect(key.tags).toEqual(wanted);
    const [kept, ...rest] = HOSTILE;
    expect(keyAfter(space, untag(space, key, rest, NOW)).tags).toEqual([{ key: kept, value: kept }]);
    expect(({} as Record<string, unknown>)['value']).toBeUndefined();
  });

  it('get a new value without counting twice', () => {
    const key = keyAfter(space, tag(space, bare, tags(MAX_TAGS), NOW));
    const renewed = keyAfter(space, tag(space, key, [{ key: 't0', value: 'new' }], NOW));
    expect(renewed.tags).toHaveLength(50);
    expect(renewed.tags.find((one) => one.key === 't0')?.value).toBe('new');
    expect(codeOf(() => tag(space, key, [{ key: 'more', value: '' }], NOW))).toBe('tag-limit');
  });

  it('go by their whole names, and reserved ones cannot', () => {
    const key = keyAfter(space, tag(space, bare, tags(3), NOW));
    expect(keyAfter(space, untag(space, key, ['t0', 'T1', 'unknown'], NOW)).tags).toEqual(tags(3).slice(1));
    expect(codeOf(() => untag(space, key, ['aws:x'], NOW))).toBe('tag-reserved');
  });
});

describe('a new key', () => {
  it('is active, at revision 1, with one version or none', () => {
    const made = createKey(space, { ...GENERATED, description: 'd', tags: [{ key: 'a', value: 'b' }] }, NOW, random);
    const key = keyAfter(space, made);
    expect(key).toEqual(made.value);
    expect(key).toMatchObject({ revision: 1, state: 'active', createdAtMs: NOW, description: 'd', extractable: false });
    expect(key.versions.map(({ stage }) => stage)).toEqual(['current']);
    expect(newKey(space, { origin: 'imported' }).versions).toEqual([]);
  });

  it('has an id, a handle and material of its own', () => {
    const keys = Array.from({ length: 50 }, () => newKey(space));
    const differs = (of: (key: Key) => unknown) => expect(new Set(keys.map(of)).size).toBe(50);
    differs(({ id }) => id);
    differs(({ versions }) => versions[0]?.handle);
    differs(({ versions }) => versions[0]?.materialId);
    expect(keys[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['a usage that its spec lacks', { usage: 'sign-verify' }, 'wrong-usage'],
    ['an origin that cannot be made', { origin: 'remote' }, 'wrong-origin'],
    ['an origin of hardware', { origin: 'hsm' }, 'wrong-origin'],
  ] as const)('is refused with %s', (_, fields, code) => expect(codeOf(() => newKey(space, fields))).toBe(code));
});
