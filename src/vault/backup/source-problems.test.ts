import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup.ts';
import type { ProgressEvent } from '../progress.ts';
import type { Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { SourceError } from '../sources/source.ts';
import { newVault, noise, picture, removeScratch, scratch } from '../vault.fixture.ts';

let folder: string;
let root: string;
let source: FolderSource;
let repository: Repository;
beforeEach(async () => {
  folder = scratch();
  root = join(folder, 'source');
  mkdirSync(root);
  writeFileSync(join(root, 'a'), 'alpha');
  writeFileSync(join(root, 'log'), noise('log', 400_000));
  writeFileSync(join(root, 'z'), 'omega');
  source = new FolderSource(root, 'source');
  ({ repository } = await newVault(folder));
});
afterEach(() => removeScratch(folder));

/** Does something when the file of that name has been opened, before it is read. */
function whenOpened(name: string, act: (time: number) => void): void {
  const open = source.open.bind(source);
  let times = 0;
  source.open = (path) => {
    const file = open(path);
    if (path.toString() === name) act(++times);
    return file;
  };
}

const paths = (problems: readonly { path: Buffer; code: string }[]): string[] =>
  problems.map(({ path, code }) => `${code} ${path.toString()}`);

describe('files that cannot be kept as they are', () => {
  it('a file that changes once while it is read is read again, and is no problem', async () => {
    whenOpened('log', (time) => time === 1 && appendFileSync(join(root, 'log'), 'more'));
    const { problems, snapshotId } = await backup({ repository, source, threads: 0 });
    expect(problems).toEqual([]);
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(picture(root));
  });

  it('a file that keeps changing is kept, marked, and read again by the next run', async () => {
    whenOpened('log', () => appendFileSync(join(root, 'log'), 'more'));
    const { problems, snapshotId, statistics } = await backup({ repository, source, threads: 0 });
    expect(paths(problems)).toEqual(['changed-while-read log']);
    expect(statistics).toMatchObject({ files: 3, problems: 1 });
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads: 0 });
    source = new FolderSource(root, 'source');
    const next = await backup({ repository, source, threads: 0 });
    expect(next).toMatchObject({ problems: [], unchangedFiles: 2 });
  });

  it('a file that vanishes, one that cannot be read and one that is no file are named, and the rest is kept', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const open = source.open.bind(source);
    source.open = (path) => {
      if (path.toString() === 'a') throw new SourceError('unreadable');
      return open(path);
    };
    const entry = source.entry.bind(source);
    source.entry = (path) => {
      if (path.toString() === 'z') rmSync(join(root, 'z'), { force: true });
      return entry(path);
    };
    const { problems, snapshotId } = await backup({ repository, source, threads: 0 });
    expect(paths(problems)).toEqual(['unreadable a', 'unsupported-type pipe', 'vanished z']);
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored')).map((line) => line.split(' ')[0])).toEqual(['/log']);
  });

  it('a change that keeps size and modification time is seen by the change time', async () => {
    await backup({ repository, source, threads: 0 });
    const [before] = picture(root);
    writeFileSync(join(root, 'a'), 'ALPHA');
    const time = Number(before?.split(' ')[2]) / 1000;
    utimesSync(join(root, 'a'), time, time);
    const { readBytes, snapshotId } = await backup({ repository, source, threads: 0 });
    expect(readBytes).toBe(5);
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(picture(root));
  });

  it('a source that is not there ends the run by name, and makes no snapshot', async () => {
    const nowhere = new FolderSource(join(folder, 'nowhere'));
    await expect(backup({ repository, source: nowhere, threads: 0 })).rejects.toMatchObject({ code: 'source-failed' });
    expect((await listSnapshots(repository)).snapshots).toEqual([]);
  });
});

describe('stopping and watching', () => {
  it('stops on request, before and during a run', async () => {
    const early = AbortSignal.abort();
    await expect(backup({ repository, source, signal: early, threads: 0 })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const controller = new AbortController();
    whenOpened('log', () => controller.abort());
    await expect(backup({ repository, source, signal: controller.signal, threads: 2 })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await listSnapshots(repository)).snapshots).toEqual([]);
  });

  it('tells how far it is', async () => {
    const events: ProgressEvent[] = [];
    const { snapshotId, statistics } = await backup({
      repository,
      source,
      threads: 0,
      onProgress: (event) => events.push(event),
    });
    expect(events.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['prepare', 'finish']));
    expect(events.at(-1)).toMatchObject({ files: 3, bytes: statistics.bytes });
    events.length = 0;
    const to = join(folder, 'restored');
    await restore({ repository, snapshotId, to, threads: 0, onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toMatchObject({ phase: 'restore', bytes: statistics.bytes, totalBytes: statistics.bytes });
  });
});

describe('where a restore writes', () => {
  it('refuses a folder with something in it, unless told to replace', async () => {
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const to = join(folder, 'used');
    mkdirSync(to);
    writeFileSync(join(to, 'a'), 'mine');
    writeFileSync(join(to, 'kept'), 'mine');
    const refused = restore({ repository, snapshotId, to, threads: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'destination-not-empty' });
    await restore({ repository, snapshotId, to, conflict: 'overwrite', threads: 0 });
    expect(picture(to).map((line) => line.split(' ')[0])).toEqual(['/a', '/kept', '/log', '/z']);
    expect(picture(to).at(0)).toBe(picture(root).at(0));
  });

  it('does not walk through a link that lies where a folder goes, nor write through one that lies where a file goes', async () => {
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(root, 'folder', 'file'), 'content');
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const [to, outside] = [join(folder, 'to'), join(folder, 'outside')];
    mkdirSync(to);
    mkdirSync(outside);
    writeFileSync(join(outside, 'target'), 'mine');
    symlinkSync(join(outside, 'target'), join(to, 'a'));
    await restore({ repository, snapshotId, to, paths: ['a'], conflict: 'overwrite', threads: 0 });
    symlinkSync(outside, join(to, 'folder'));
    const report = await restore({ repository, snapshotId, to, conflict: 'overwrite', threads: 0 });
    expect(report.skipped).toEqual([{ path: Buffer.from('folder'), why: 'in-the-way' }]);
    expect(picture(outside).map((line) => line.split(' ')[0])).toEqual(['/target']);
    expect(picture(outside)[0]).toContain(' 4 ');
  });
});
