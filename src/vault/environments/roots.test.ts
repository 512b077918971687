import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeBelow, type Roots } from './roots.ts';

describe('the roots', () => {
  let base: string;
  let roots: Roots;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'keystead-roots-')));
    for (const name of ['vaults', 'vaults/data', 'vaults-of-others', 'elsewhere']) mkdirSync(join(base, name));
    roots = {
      setting: 'KEYSTEAD_VAULT_ROOTS',
      folders: [join(base, 'vaults')],
      themselves: true,
      keepOut: [join(base, 'vaults/data')],
    };
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it.each(['vaults', 'vaults/', 'vaults/a', 'vaults/a/b', 'vaults/..a', 'vaults/data2'])('hold %s', async (path) => {
    const within = { ...roots, keepOut: [] };
    expect(await placeBelow(within, join(base, path))).toBe(join(base, path).replace(/\/$/, ''));
  });

  it.each(['elsewhere', 'vaults-of-others', 'vaults-of-others/a', 'vaults2'])('do not hold %s', async (path) => {
    await expect(placeBelow(roots, join(base, path))).rejects.toMatchObject({ code: 'path-outside-roots' });
  });

  it.each(['vaults', 'vaults/data', 'vaults/data/audit'])('keep out %s', async (path) => {
    await expect(placeBelow(roots, join(base, path))).rejects.toMatchObject({ code: 'path-outside-roots' });
  });

  it.each(['', 'a', './a', '/a/../etc', '/a/./b', '/a//b', '/a\0b', `/${'a'.repeat(1024)}`])(
    'refuse the form of %j',
    async (path) => {
      await expect(placeBelow(roots, path)).rejects.toMatchObject({ code: 'path-malformed' });
    },
  );

  it('see where a symbolic link leads, at any depth, also one that leads nowhere yet', async () => {
    symlinkSync(join(base, 'elsewhere'), join(base, 'vaults/out'));
    symlinkSync(join(base, 'elsewhere'), join(base, 'link'));
    symlinkSync(join(base, 'vaults'), join(base, 'in'));
    for (const path of ['vaults/out', 'vaults/out/a/b', 'link']) {
      await expect(placeBelow(roots, join(base, path))).rejects.toMatchObject({ code: 'path-outside-roots' });
    }
    expect(await placeBelow(roots, join(base, 'in/a'))).toBe(join(base, 'vaults/a'));
  });

  it('refuse a link that leads nowhere, and a loop', async () => {
    symlinkSync(join(base, 'not-there'), join(base, 'vaults/dangling'));
    symlinkSync(join(base, 'vaults/loop'), join(base, 'vaults/loop'));
    for (const path of ['vaults/loop', 'vaults/loop/a', 'vaults/dangling', 'vaults/dangling/a']) {
      await expect(placeBelow(roots, join(base, path))).rejects.toMatchObject({ code: 'path-malformed' });
    }
  });

  it('follow a file that is being replaced', async () => {
    const kept = join(base, 'vaults/data/kept');
    let count = 0;
    const replace = (): void => {
      rmSync(kept, { force: true });
      writeFileSync(kept, String(count++));
    };
    replace();
    for (let i = 0; i < 200; i++) {
      const place = placeBelow({ ...roots, keepOut: [kept] }, join(base, 'vaults/a'));
      const during = Promise.resolve().then(replace);
      expect(await place).toBe(join(base, 'vaults/a'));
      await during;
      replace();
    }
    expect(count).toBeGreaterThan(400);
  });

  it('may hold only what is below them', async () => {
    const below = { ...roots, keepOut: [], themselves: false };
    expect(await placeBelow(below, join(base, 'vaults/a'))).toBe(join(base, 'vaults/a'));
    await expect(placeBelow(below, join(base, 'vaults'))).rejects.toMatchObject({ code: 'path-outside-roots' });
  });

  it('say that none is set', async () => {
    await expect(placeBelow({ ...roots, folders: [] }, '/a')).rejects.toThrow(/has named no folder yet.*sets \S+ROOTS/);
  });
});
