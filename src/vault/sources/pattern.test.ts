import { describe, expect, it } from 'vitest';
import { parsePattern } from './pattern.ts';

const bytes = (text: string): string => Buffer.from(text).toString('latin1');

describe('patterns of paths', () => {
  it.each([
    ['*.tmp', ['a.tmp', 'deep/er/a.tmp', '.tmp'], ['a.tmpx', 'a.tmp/b', 'atmp']],
    ['/*.tmp', ['a.tmp'], ['deep/a.tmp']],
    ['node_modules', ['node_modules', 'a/b/node_modules'], ['node_modules2', 'node_modules/a']],
    ['logs/*.log', ['logs/a.log'], ['a/logs/a.log', 'logs/a/b.log']],
    ['**/logs/*.log', ['logs/a.log', 'x/y/logs/a.log'], ['logs/x/a.log']],
    ['logs/**', ['logs/a', 'logs/a/b'], ['logs', 'x/logs/a']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['az', 'a/bz', 'a/b']],
    ['**', ['a', 'a/b'], []],
    ['a**b', ['ab', 'axxb', 'd/axb'], ['a/b', 'ax/xb']],
    ['?at', ['cat', 'd/bat'], ['at', 'chat', '/at']],
    ['[a-c]1', ['a1', 'c1'], ['d1', 'A1', 'a']],
    ['[!a-c]1', ['d1', ']1'], ['a1', 'x/1']],
    ['[]x]1', [']1', 'x1'], ['[1']],
    ['*.{jpg,jp[e]g}', ['a.jpg', 'a.jpeg'], ['a.jp', 'a.{jpg']],
    ['{a,b{c,d}}', ['a', 'bc', 'bd'], ['b', 'cd', 'a,b']],
    ['\\*\\[x\\]', ['*[x]'], ['a[x]']],
    ['Copy (1).txt', ['Copy (1).txt'], ['Copy 1.txt']],
    ['a+b|c^d$e.f', ['a+b|c^d$e.f'], ['aab']],
    ['größe*', ['größe', 'größer'], ['grosse']],
    ['a\nb*', ['a\nbc', 'x/a\nb'], ['ab']],
    ['**/x', ['x', 'a\nb/x'], ['ax']],
    ['}', ['}'], ['{']],
  ])('%j', (text, hits, misses) => {
    const pattern = parsePattern(text);
    for (const path of hits) expect([path, pattern.matches(bytes(path), false)]).toEqual([path, true]);
    for (const path of misses) expect([path, pattern.matches(bytes(path), false)]).toEqual([path, false]);
  });

  it('with a slash behind it is of folders alone', () => {
    expect(parsePattern('cache/').matches('a/cache', true)).toBe(true);
    expect(parsePattern('cache/').matches('a/cache', false)).toBe(false);
    expect(parsePattern('a/cache/').matches('b/a/cache', true)).toBe(false);
  });

  it('is of bytes: a name that is no text is matched as any other', () => {
    const name = Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x62]).toString('latin1');
    expect(parsePattern('a*.b').matches(name, false)).toBe(true);
    expect(parsePattern('a??.b').matches(name, false)).toBe(true);
  });

  it.each(['', '/', 'a//b', 'a/./b', '../a', '!a', '[a', '{a,b', '{a/b}', '[z-a]', 'a\\', 'a\0'])(
    'refuses %j',
    (text) => {
      expect(() => parsePattern(text)).toThrow(expect.objectContaining({ code: 'pattern-malformed' }));
    },
  );

  it.each([
    ['var/log/*.log', ['var', 'var/log'], ['usr', 'var/lib', 'var/log/x']],
    ['var/**/x', ['var', 'var/a', 'var/a/b'], ['usr']],
    ['*.log', ['var', 'var/a/b'], []],
    ['a/*/c', ['a', 'a/b'], ['b', 'a/b/c']],
    ['**/c', ['a', 'a/b'], []],
  ])('%j leads into the folders that it can match below', (text, ways, others) => {
    const pattern = parsePattern(text);
    for (const folder of ways) expect([folder, pattern.mayMatchBelow(folder)]).toEqual([folder, true]);
    for (const folder of others) expect([folder, pattern.mayMatchBelow(folder)]).toEqual([folder, false]);
  });
});
