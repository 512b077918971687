import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { openRepository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { listSnapshots } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { makeTree, newVault, noise, picture, removeScratch, scratch } from './vault.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  makeTree(join(folder, 'source'));
});
afterEach(() => removeScratch(folder));

describe('backup and restore', () => {
  it.each([0, 2])('brings everything back, with %i threads', async (threads) => {
    const { repository } = await newVault(folder);
    const source = new FolderSource(join(folder, 'source'), 'source');
    const report = await backup({ repository, source, threads });
    expect(report).toMatchObject({ parent: null, problems: [], warnings: [], findings: [] });
    expect(report.statistics).toMatchObject({ files: 308, folders: 5, links: 2 });
    const restored = join(folder, 'restored');
    const done = await restore({ repository, snapshotId: report.snapshotId, to: restored, threads });
    expect(picture(restored)).toEqual(picture(join(folder, 'source')));
    expect(done).toMatchObject({ files: 308, folders: 5, links: 2, bytes: report.statistics.bytes - 1320 });
    repository.close();
  });

  it('keeps duplicates once', async () => {
    const { repository } = await newVault(folder);
    const report = await backup({ repository, source: new FolderSource(join(folder, 'source')), threads: 0 });
    expect(report.newBytes).toBeLessThan(report.readBytes - 3_000_000);
  });

  it('does not read what has not changed, and restores from either snapshot', async () => {
    const { repository } = await newVault(folder);
    const source = new FolderSource(join(folder, 'source'), 'source');
    const first = await backup({ repository, source, threads: 0 });
    const before = picture(join(folder, 'source'));
    const unchanged = await backup({ repository, source, threads: 0 });
    expect(unchanged).toMatchObject({ readBytes: 0, newBytes: 0, storedBytes: 0, parent: first.snapshotId });

    writeFileSync(join(folder, 'source', 'many', 'file-7'), 'changed');
    renameSync(join(folder, 'source', 'large.bin'), join(folder, 'source', 'moved.bin'));
    const third = await backup({ repository, source, threads: 0 });
    expect(third.readBytes).toBe(3_000_000 + 7);
    expect(third.newBytes).toBeLessThan(1000);
    await restore({ repository, snapshotId: third.snapshotId, to: join(folder, 'third'), threads: 0 });
    await restore({ repository, snapshotId: first.snapshotId, to: join(folder, 'first'), threads: 0 });
    expect(picture(join(folder, 'third'))).toEqual(picture(join(folder, 'source')));
    expect(picture(join(folder, 'first'))).toEqual(before);
  });

  it('is read by a machine that knows nothing of it but the master key', async () => {
    const { repository, masterKey, target } = await newVault(folder);
    const { snapshotId, head } = await backup({
      repository,
      source: new FolderSource(join(folder, 'source')),
      threads: 0,
    });
    repository.close();
    const other = await openRepository(target, { masterKeys: [masterKey] });
    const { snapshots, heads, findings } = await listSnapshots(other, [head]);
    expect(snapshots.map((snapshot) => snapshot.head.sequence)).toEqual([1]);
    expect(heads).toEqual([head]);
    expect(findings).toEqual([]);
    await restore({ repository: other, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(picture(join(folder, 'source')));
  });

  it('with the longest chunks that the format has', async () => {
    const chunker = { minimum: 1 << 20, average: 4 << 20, maximum: 8 << 20 };
    const { repository: long } = await newVault(join(folder, 'long'), { chunker });
    // Zeros have no border: each chunk is as long as one may be.
    writeFileSync(join(folder, 'source', 'long'), Buffer.concat([noise('long', 5_000_000), Buffer.alloc(20 << 20)]));
    const source = new FolderSource(join(folder, 'source'), 'source');
    const { snapshotId, problems } = await backup({ repository: long, source, threads: 0 });
    expect(problems).toEqual([]);
    await restore({ repository: long, snapshotId, to: join(folder, 'back'), threads: 0 });
    expect(picture(join(folder, 'back'))).toEqual(picture(join(folder, 'source')));
    long.close();
  });

  it('restores some paths', async () => {
    const { repository } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source: new FolderSource(join(folder, 'source')), threads: 0 });
    const to = join(folder, 'restored');
    await restore({ repository, snapshotId, to, paths: ['folder/deep', '/many/file-12'], threads: 0 });
    expect(picture(to).map((line) => line.split(' ')[0])).toEqual([
      '/folder/',
      '/folder/deep/',
      '/folder/deep/deeper/',
      '/folder/deep/deeper/secret',
      '/many/',
      '/many/file-12',
    ]);
    const missing = restore({ repository, snapshotId, to: join(folder, 'other'), paths: ['folder/nothing'] });
    await expect(missing).rejects.toMatchObject({ code: 'path-missing' });
  });
});
