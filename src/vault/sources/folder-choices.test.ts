import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import type { Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { newVault, picture, removeScratch, scratch } from '../vault.fixture.ts';
import { FolderSource, type FolderOptions } from './folder.ts';

let folder: string;
let root: string;
let repository: Repository;
beforeEach(async () => {
  folder = scratch();
  root = join(folder, 'source');
  mkdirSync(root);
  ({ repository } = await newVault(folder));
});
afterEach(() => removeScratch(folder));

function files(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function kept(options: FolderOptions) {
  const source = new FolderSource(root, 'source', options);
  const report = await backup({ repository, source, threads: 0 });
  const to = join(folder, `restored-${Math.random()}`);
  await restore({ repository, snapshotId: report.snapshotId, to, threads: 0 });
  return { report, paths: picture(to).map((line) => line.split(' ')[0]) };
}

describe('patterns', () => {
  it('an exclude prunes what it matches with all below it', async () => {
    files('a.txt', 'a.tmp', 'node_modules/x/y.txt', 'deep/node_modules/z', 'deep/b.txt');
    const { paths, report } = await kept({ exclude: ['*.tmp', 'node_modules/'] });
    expect(paths).toEqual(['/a.txt', '/deep/', '/deep/b.txt']);
    expect(report.warnings).toEqual([]);
  });

  it('an include keeps what it matches with all below it, and no folder that has nothing of it', async () => {
    files('reports/2025/a.pdf', 'reports/2026/b.pdf', 'reports/2026/raw/c.csv', 'other/d.pdf', 'other/e.txt', 'f.txt');
    mkdirSync(join(root, 'empty'));
    expect((await kept({ include: ['reports/2026/'] })).paths).toEqual([
      '/reports/',
      '/reports/2026/',
      '/reports/2026/b.pdf',
      '/reports/2026/raw/',
      '/reports/2026/raw/c.csv',
    ]);
    expect((await kept({ include: ['*.pdf'], exclude: ['2025'] })).paths).toEqual([
      '/other/',
      '/other/d.pdf',
      '/reports/',
      '/reports/2026/',
      '/reports/2026/b.pdf',
    ]);
  });

  it('one that matches nothing is told, and one that cannot be read is refused', async () => {
    files('a.txt', 'b.tmp', 'c.tmp');
    const { report } = await kept({ include: ['*.txt', '/nowhere'], exclude: ['*.tmp', 'c.*', '*.old'] });
    expect(report.warnings).toEqual(['The pattern "/nowhere" matched nothing', 'The pattern "*.old" matched nothing']);
    expect(() => new FolderSource(root, 'source', { exclude: ['[a'] })).toThrow(/pattern/);
  });

  it('a folder that cannot lead to what is wanted is not looked into', async () => {
    files('private/x', 'reports/a.pdf');
    const seen: string[] = [];
    const source = new FolderSource(root, 'source', { include: ['/reports/*.pdf'] });
    const list = source.list.bind(source);
    source.list = (path) => {
      seen.push(path.toString());
      return list(path);
    };
    await backup({ repository, source, threads: 0 });
    expect(seen).toEqual(['', 'reports']);
  });

  it('caches are kept without what is in them, where wanted', async () => {
    files('cache/big', 'cache/CACHEDIR.TAG', 'fake/CACHEDIR.TAG', 'fake/x', 'CACHEDIR.TAG');
    for (const at of ['cache', '.']) {
      writeFileSync(join(root, at, 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n# of a tool');
    }
    expect((await kept({ skipCaches: true })).paths).toEqual([
      '/CACHEDIR.TAG',
      '/cache/',
      '/cache/CACHEDIR.TAG',
      '/fake/',
      '/fake/CACHEDIR.TAG',
      '/fake/x',
    ]);
  });
});

describe('one file system', () => {
  it('keeps a mount point empty', () => {
    // The root of the machine has other file systems mounted on it: none of them is walked.
    const source = new FolderSource('/', 'machine', { oneFileSystem: true });
    expect(source.list(Buffer.alloc(0)).map(String)).toContain('proc');
    expect(source.list(Buffer.from('proc'))).toEqual([]);
    expect(new FolderSource('/', 'machine').list(Buffer.from('proc')).length).toBeGreaterThan(0);
  });
});

describe('commands', () => {
  it('run before and after, with the name of the source, and are in the report', async () => {
    files('a');
    const before = script('before', `echo "$KEYSTEAD_SOURCE $1 \${SECRET-none}" > ${root}/made; echo ready`);
    const after = script('after', `rm ${root}/made; echo "$KEYSTEAD_OUTCOME" >&2`);
    process.env['SECRET'] = 'canary';
    try {
      const { paths, report } = await kept({ before: [before, 'one argument; $(x)'], after: [after] });
      expect(paths).toEqual(['/a', '/made']);
      expect(report.source.commands).toMatchObject([
        { when: 'before', program: before, succeeded: true, output: 'ready' },
        { when: 'after', program: after, succeeded: true, output: 'read' },
      ]);
    } finally {
      delete process.env['SECRET'];
    }
    expect(existsSync(join(root, 'made'))).toBe(false);
  });

  it('a before that fails ends the run before it reads, with what it said; after runs all the same', async () => {
    files('a');
    const before = script('before', 'echo "the database does not freeze" >&2; exit 3');
    const after = script('after', `echo "$KEYSTEAD_OUTCOME" > ${folder}/outcome`);
    await expect(kept({ before: [before], after: [after] })).rejects.toMatchObject({
      code: 'command-failed',
      message: expect.stringMatching(/exit code 3.*does not freeze/),
    });
    expect(readFileSync(join(folder, 'outcome'), 'utf8')).toBe('failed\n');
    expect((await listSnapshots(repository)).snapshots).toEqual([]);
  });

  it('one that takes too long is ended with all that it started', async () => {
    files('a');
    const before = script('before', `sleep 600 & echo $! > ${folder}/child; wait`);
    await expect(kept({ before: [before], commandTimeoutMs: 300 })).rejects.toThrow(/was stopped after/);
    const child = readFileSync(join(folder, 'child'), 'utf8').trim();
    const state = existsSync(`/proc/${child}/stat`) ? readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1] : 'Z';
    expect(state?.[0]).toBe('Z');
  });

  it('an after that fails, and a program that is not there, are told', async () => {
    files('a');
    const after = script('after', 'exit 1');
    const { report, paths } = await kept({ after: [after] });
    expect(paths).toEqual(['/a']);
    expect(report.warnings).toEqual([`The command after the backup, ${after}, ended with exit code 1`]);
    await expect(kept({ before: ['/nowhere/program'] })).rejects.toThrow(/could not be started \(ENOENT\)/);
    expect(() => new FolderSource(root, 's', { before: ['sh', '-c', 'x'] })).toThrow(/no absolute path/);
  });
});

describe('links that come to lie where folders were', () => {
  it('a folder that is exchanged for a link is not walked through', async () => {
    files('folder/inner/a', 'z');
    const outside = join(folder, 'outside');
    mkdirSync(join(outside, 'inner'), { recursive: true });
    writeFileSync(join(outside, 'inner', 'a'), 'canary of somebody else');
    const source = new FolderSource(root, 'source');
    const entry = source.entry.bind(source);
    source.entry = (path) => {
      const found = entry(path);
      if (path.toString() === 'folder') {
        renameSync(join(root, 'folder'), join(folder, 'moved'));
        symlinkSync(outside, join(root, 'folder'));
      }
      return found;
    };
    const report = await backup({ repository, source, threads: 0 });
    expect(report.problems.map(({ code, path }) => `${code} ${path.toString()}`)).toEqual(['vanished folder']);
    expect(report.readBytes).toBe(1);
  });

  it('nor one in the way to the folder that is backed up, whoever put it there', () => {
    files('a');
    symlinkSync(root, join(folder, 'way'));
    const source = new FolderSource(join(folder, 'way'));
    expect(() => source.list(Buffer.alloc(0))).toThrow(/leads through the link way/);
    mkdirSync(join(root, 'below'));
    expect(() => new FolderSource(join(folder, 'way', 'below')).list(Buffer.alloc(0))).toThrow(/through the link way/);
  });

  it('walks deeper than handles are held, and longer than paths may be', async () => {
    const name = 'n'.repeat(100);
    const make =
      'import os,sys\nfor i in range(150): os.mkdir(sys.argv[1]); os.chdir(sys.argv[1]); open("file","w").write("deep")';
    execFileSync('/usr/bin/python3', ['-c', make, name], { cwd: root });
    const source = new FolderSource(root, 'source');
    const report = await backup({ repository, source, threads: 0 });
    expect(report).toMatchObject({ problems: [], statistics: { files: 150, folders: 150 } });
    const at = `${name}/`.repeat(150);
    expect(source.entry(Buffer.from(`${at}file`))).toMatchObject({ type: 'file', size: 4 });
    void source.open(Buffer.from(`${name}/file`)).close();
    expect(source.list(Buffer.from(at.slice(0, -1))).map(String)).toEqual(['file']);
    await source.end('read');
    execFileSync('rm', ['-rf', root]);
  });
});
