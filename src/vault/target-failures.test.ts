import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { check } from './check/check.ts';
import { VaultError } from './errors.ts';
import { restore } from './restore/restore.ts';
import { listSnapshots } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch } from './vault.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = scratch();
  mkdirSync(join(folder, 'source', 'folder'), { recursive: true });
  writeFileSync(join(folder, 'source', 'long'), noise('long', 17 << 20));
  writeFileSync(join(folder, 'source', 'folder', 'short'), 'short');
});
afterEach(() => removeScratch(folder));

describe('a target that fails', () => {
  it.each([0, 2])('at any put ends the run by name and leaves a sound vault, with %i threads', async (threads) => {
    const { repository, target } = await newVault(folder);
    const source = new FolderSource(join(folder, 'source'), 'source');
    const put = target.put.bind(target);
    const codes: string[] = [];
    for (let failing = 1; ; failing++) {
      let number = 0;
      target.put = async (name, bytes) => {
        if (++number === failing) throw new VaultError('target-full', `The object ${name} could not be written`);
        await put(name, bytes);
      };
      const code = await backup({ repository, source, threads }).then(
        () => 'done',
        (error: VaultError) => error.code,
      );
      if (code === 'done') break;
      codes.push(code);
      expect((await listSnapshots(repository)).snapshots).toEqual([]);
    }
    // Two envelopes, packs, index, manifest: fewer each time, since what arrived is used again.
    expect(codes.length).toBeGreaterThanOrEqual(4);
    expect(new Set(codes)).toEqual(new Set(['target-full']));
    const [snapshot] = (await listSnapshots(repository)).snapshots;
    const snapshotId = `${snapshot?.head.writer}-0000000001`;
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads });
    expect(picture(join(folder, 'restored'))).toEqual(picture(join(folder, 'source')));
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);
  });

  it('follows another run with the same key that was faster', async () => {
    const { repository, target } = await newVault(folder);
    const source = new FolderSource(join(folder, 'source', 'folder'), 'source');
    const put = target.put.bind(target);
    target.put = async (name, bytes) => {
      if (name.startsWith('snapshots/')) {
        target.put = put;
        await backup({ repository, source, threads: 0 });
      }
      await put(name, bytes);
    };
    expect((await backup({ repository, source, threads: 0 })).head.sequence).toBe(2);
    expect((await listSnapshots(repository)).findings).toEqual([]);
    expect((await backup({ repository, source, threads: 0 })).head.sequence).toBe(3);
  });
});
