import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch, scratch } from '../vault.fixture.ts';
import { FolderTarget } from './folder.ts';
import { targetContract } from './target.contract.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));
let number = 0;
const place = (): string => join(folder, `store-${number++}`);

/** Puts an object into a folder, root as `nobody` (who need not be able to read this project: it is loaded before). */
const PUT_AS_A_USER = `
const [url, root] = process.argv.slice(1);
const { FolderTarget } = await import(url);
const target = new FolderTarget(root);
if (process.getuid() === 0) process.setuid(65534);
const error = await target.put('a', Buffer.from('x')).then(() => undefined, (error) => error);
process.stdout.write(String(error?.code));
`;

targetContract('folder', () => new FolderTarget(place()));

describe('a folder as target', () => {
  const isRoot = process.getuid?.() === 0;

  it('says that it may not write', () => {
    const root = place();
    mkdirSync(root);
    chmodSync(root, 0o500);
    if (isRoot) {
      // Modes do not bind root: the write is another user's, who may reach the folder and not write to it.
      chmodSync(folder, 0o755);
      chmodSync(root, 0o555);
    }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        PUT_AS_A_USER,
        pathToFileURL(join(import.meta.dirname, 'folder.ts')).href,
        root,
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'target-read-only', stderr: '' });
    expect(readdirSync(root)).toEqual([]);
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
        for (const name of ['more', 'packs/more', 'keys/new/more'])
          await expect(target.put(name, Buffer.alloc(10))).rejects.toMatchObject({ code: 'target-read-only' });
        await expect(new FolderTarget(join(root, 'inner')).put('a', Buffer.alloc(10))).rejects.toMatchObject({
          code: 'target-read-only',
        });
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
