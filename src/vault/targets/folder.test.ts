import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch, scratch } from '../vault.fixture.ts';
import { FolderTarget } from './folder.ts';
import { targetContract } from './target.contract.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));
let number = 0;
const place = (): string => join(folder, `store-${number++}`);

targetContract('folder', () => new FolderTarget(place()));

describe('a folder as target', () => {
  const isRoot = process.getuid?.() === 0;

  it.skipIf(isRoot)('says that it may not write', async () => {
    const root = place();
    mkdirSync(root);
    chmodSync(root, 0o500);
    await expect(new FolderTarget(root).put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'target-read-only' });
  });

  it.runIf(isRoot && existsSync('/proc/self/mounts'))(
    'says that the file system is full, and shows nothing of what it began',
    async (context) => {
      const root = place();
      mkdirSync(root);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root], { stdio: 'ignore' });
      } catch {
        context.skip('this process may not mount a small file system');
      }
      try {
        const target = new FolderTarget(root);
        await target.put('small', Buffer.alloc(1000));
        await expect(target.put('packs/large', Buffer.alloc(4 << 20))).rejects.toMatchObject({ code: 'target-full' });
        expect(readdirSync(root).toSorted()).toEqual(['.incoming', 'packs', 'small']);
        expect([...readdirSync(join(root, '.incoming')), ...readdirSync(join(root, 'packs'))]).toEqual([]);
        execFileSync('mount', ['-o', 'remount,ro', root], { stdio: 'ignore' });
        await expect(target.put('more', Buffer.alloc(10))).rejects.toMatchObject({ code: 'target-read-only' });
        expect((await target.get('small', 1000)).length).toBe(1000);
      } finally {
        execFileSync('umount', [root]);
      }
    },
  );

  it('keeps objects for the owner alone, and clears what dead processes left a day ago', async () => {
    const root = place();
    mkdirSync(join(root, '.incoming'), { recursive: true });
    writeFileSync(join(root, '.incoming', 'old'), 'x');
    writeFileSync(join(root, '.incoming', 'young'), 'x');
    utimesSync(join(root, '.incoming', 'old'), 1000, 1000);
    const target = new FolderTarget(root);
    await target.put('a', Buffer.from('x'));
    expect(readdirSync(join(root, '.incoming'))).toEqual(['young']);
    for await (const { name } of target.list('')) expect(name).toBe('a');
    expect(execFileSync('stat', ['-c', '%a', join(root, 'a')]).toString()).toBe('600\n');
  });
});
