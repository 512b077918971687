import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Destination } from './destination.ts';
import { planRestore } from '../recovery/plan.ts';
import { openSnapshot } from '../recovery/open-snapshot.ts';
import { RecoveryFixture } from '../recovery/recovery.fixture.ts';
import type { RestoreRequest } from './restore-request.ts';
import { restore } from './restore.ts';
import { makeTree, noise, picture } from '../vault.fixture.ts';

let vault: RecoveryFixture;
let snapshotId: string;
let to: string;
let round = 0;
beforeAll(async () => {
  vault = await RecoveryFixture.make();
  makeTree(vault.source);
  writeFileSync(join(vault.source, 'report.txt'), 'as it was');
  snapshotId = await vault.backup();
});
afterAll(() => vault.remove());
beforeEach(() => {
  to = join(vault.folder, `to-${round++}`);
});

const ENTRY = {
  mode: 0o600,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  device: 0n,
  inode: 0n,
  links: 1,
};

const run = (request: Partial<RestoreRequest> = {}) =>
  restore({ repository: vault.repository, snapshotId, threads: 0, to, ...request });
const names = (folder = to) => picture(folder).map((line) => line.split(' ')[0]);

async function plan(request: Partial<RestoreRequest> = {}) {
  const ring = vault.repository.keyRing();
  const snapshot = await openSnapshot(vault.repository, ring, snapshotId);
  try {
    return await planRestore(snapshot, ring, { to, ...request }, 1000);
  } finally {
    ring.drop();
  }
}

/** A destination with what everybody meets: something of its own, something that differs, something in the way. */
function used(): void {
  mkdirSync(join(to, 'folder'), { recursive: true });
  writeFileSync(join(to, 'report.txt'), 'as it is now');
  writeFileSync(join(to, 'own'), 'own');
  writeFileSync(join(to, 'many'), 'a file where a folder goes');
  mkdirSync(join(to, 'zeros'));
}

describe('what becomes of what is there', () => {
  it('refuse: nothing is written when anything differs, or is not of the snapshot', async () => {
    used();
    const before = picture(to);
    await expect(run()).rejects.toMatchObject({ code: 'destination-not-empty' });
    expect(picture(to)).toEqual(before);
    expect(await plan()).toMatchObject({ isRefused: true, counts: { refused: 3, extras: 1 } });
  });

  it('overwrite: files are replaced one by one; a folder is never replaced by a file, nor a file by a folder', async () => {
    used();
    const said = await plan({ conflict: 'overwrite' });
    const report = await run({ conflict: 'overwrite' });
    expect(readFileSync(join(to, 'report.txt'), 'utf8')).toBe('as it was');
    expect(report).toMatchObject({ overwritten: 1, kept: 0, skippedCount: 2 });
    expect(report.skipped.map(({ path, why }) => `${path.toString()} ${why}`)).toEqual([
      'many in-the-way',
      'zeros in-the-way',
    ]);
    expect([readFileSync(join(to, 'own'), 'utf8'), statSync(join(to, 'zeros')).isDirectory()]).toEqual(['own', true]);
    expect(said.counts).toMatchObject({ overwrite: 1, refused: 2, create: report.files + report.links - 1 });
    expect(said.counts.bytes).toBe(report.bytes);
    expect(said.counts.folders).toBe(report.folders);
  });

  it('keep: what is there stays, with its folder as it is', async () => {
    used();
    chmodSync(join(to, 'folder'), 0o711);
    const report = await run({ conflict: 'keep' });
    expect(readFileSync(join(to, 'report.txt'), 'utf8')).toBe('as it is now');
    expect([report.kept, report.overwritten]).toEqual([2, 0]);
    expect(statSync(join(to, 'folder')).mode & 0o777).toBe(0o711);
    expect(existsSync(join(to, 'folder', 'deep', 'deeper', 'secret'))).toBe(true);
  });

  it('beside: both are there, and asked again nothing is written twice', async () => {
    used();
    const report = await run({ conflict: 'beside' });
    expect(report.beside).toBe(2);
    const beside = readdirSync(to).filter((name) => /^report\.txt\.restored-\d{8}T\d{6}Z$/.test(name));
    expect(beside).toHaveLength(1);
    expect(readFileSync(join(to, beside[0] as string), 'utf8')).toBe('as it was');
    expect(readFileSync(join(to, 'report.txt'), 'utf8')).toBe('as it is now');
    const again = await run({ conflict: 'beside' });
    expect([again.files, again.beside, again.same]).toEqual([0, 0, report.files + report.links]);
  });

  it('goes on where it was: what is there already, as it was, is not written again', async () => {
    const whole = await run();
    rmSync(join(to, 'large.bin'));
    writeFileSync(join(to, '.keystead-0123456789abcdef.part'), 'what a killed restore leaves');
    const again = await run();
    expect([again.files, again.same, again.bytes]).toEqual([1, whole.files + whole.links - 1, 3_000_000]);
    expect(picture(to)).toEqual(picture(vault.source));
    const whatWasNoFile = join(to, '.keystead-0123456789abcdef.part');
    mkdirSync(whatWasNoFile);
    expect(await run()).toMatchObject({ files: 0, same: whole.files + whole.links });
    rmSync(whatWasNoFile, { recursive: true });
    const third = await run({ rewriteSame: true, conflict: 'overwrite' });
    expect([third.same, third.overwritten]).toEqual([0, whole.files + whole.links]);
    expect(picture(to)).toEqual(picture(vault.source));
  });

  it('takes a file of the same size and name for another one when its time or mode differs', async () => {
    await run({ paths: ['report.txt'] });
    writeFileSync(join(to, 'report.txt'), 'AS IT WAS');
    await expect(run({ paths: ['report.txt'] })).rejects.toMatchObject({ code: 'destination-not-empty' });
    await run({ paths: ['report.txt'], conflict: 'overwrite' });
    expect(readFileSync(join(to, 'report.txt'), 'utf8')).toBe('as it was');
  });
});

describe('what is restored', () => {
  it('by patterns: matching files with the folders on their way, and no empty folder', async () => {
    await run({ patterns: ['*.bin', 'many/file-1?'] });
    expect(names()).toEqual([
      '/folder/',
      '/folder/copy-of-large.bin',
      '/large.bin',
      '/many/',
      ...Array.from({ length: 10 }, (_, i) => `/many/file-1${i}`),
    ]);
  });

  it('refuses patterns that fit nothing, and writes nothing', async () => {
    await expect(run({ patterns: ['*.docx'] })).rejects.toMatchObject({ code: 'path-missing' });
    await expect(plan({ patterns: ['*.docx'] })).rejects.toMatchObject({ code: 'path-missing' });
    expect(existsSync(to) ? names() : []).toEqual([]);
  });

  it('a plan tells which master keys open it, and how much room there is', async () => {
    const { keys, recipients, freeBytes, neededBytes, deleted } = await plan();
    expect([keys, recipients, deleted]).toEqual([3, [expect.objectContaining({ opens: 3 })], 0]);
    expect(freeBytes).toBeGreaterThan(0);
    expect(neededBytes).toBeGreaterThan(8_000_000);
    expect(existsSync(to)).toBe(false);
  });
});

describe('a destination that somebody plays with', () => {
  it.each(['folder', 'folder/deep', 'folder/deep/deeper'])('a link at %s leads nowhere', async (at) => {
    const outside = join(vault.folder, `outside-${round}`);
    mkdirSync(outside);
    await run();
    renameSync(join(to, at), join(vault.folder, `moved-${round}`));
    symlinkSync(outside, join(to, at));
    const report = await run({ conflict: 'overwrite' });
    expect(report.skipped.map(({ path, why }) => [path.toString(), why])).toEqual([[at, 'in-the-way']]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('a link that is put where a folder is being restored, while it is, leads nowhere', () => {
    const outside = join(vault.folder, `outside-${round}`);
    mkdirSync(outside);
    const destination = new Destination(to, { owner: false });
    const entry = { ...ENTRY, name: Buffer.from('file') };
    destination.prepare();
    destination.folder(Buffer.from('folder'), true);
    const exchange = (): void => {
      renameSync(join(to, 'folder'), join(to, 'moved'));
      symlinkSync(outside, join(to, 'folder'));
    };
    destination.file(Buffer.from('folder/begun'), entry, false);
    exchange();
    destination.write(Buffer.from('content'));
    destination.endFile();
    destination.file(Buffer.from('folder/after'), entry, true);
    destination.endFile();
    destination.symbolicLink(Buffer.from('folder/link'), Buffer.from('target'), entry, true);
    expect(() => destination.folder(Buffer.from('folder'), false)).toThrow('out of order');
    destination.endFolder({ ...entry, mode: 0o700 });
    // What comes later names the folder anew, and meets the link.
    expect(() => destination.folder(Buffer.from('folder'), false)).toThrow(
      expect.objectContaining({ code: 'unsafe-path' }),
    );
    expect(() => destination.hardLink(Buffer.from('other'), Buffer.from('folder/begun'), false)).toThrow(
      expect.objectContaining({ code: 'unsafe-path' }),
    );
    destination.abandon();
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(join(to, 'moved')).toSorted()).toEqual(['after', 'begun', 'link']);
  });

  it('does not replace what somebody puts under a name while the file is being restored', () => {
    mkdirSync(to);
    const destination = new Destination(to, { owner: false });
    destination.prepare();
    destination.file(Buffer.from('file'), { ...ENTRY, name: Buffer.from('file') }, false);
    writeFileSync(join(to, 'file'), 'theirs');
    expect(() => destination.endFile()).toThrow(expect.objectContaining({ code: 'destination-failed' }));
    destination.abandon();
    expect([readdirSync(to), readFileSync(join(to, 'file'), 'utf8')]).toEqual([['file'], 'theirs']);
  });

  it('other names of one file are linked to what was restored, not to what lies there', async () => {
    mkdirSync(join(to, 'folder'), { recursive: true });
    writeFileSync(join(to, 'precious'), 'precious');
    linkSync(join(to, 'precious'), join(to, 'small.txt'));
    await run({ conflict: 'overwrite', paths: ['small.txt', 'folder/hard-link'] });
    expect(readFileSync(join(to, 'precious'), 'utf8')).toBe('precious');
    expect(statSync(join(to, 'small.txt')).ino).toBe(statSync(join(to, 'folder', 'hard-link')).ino);
  });
});

describe('when something is damaged', () => {
  it('stops at it, or restores everything else and says what is missing', async () => {
    const damaged = await RecoveryFixture.make();
    try {
      for (const [name, bytes] of [
        ['a', noise('a', 300_000)],
        ['b', noise('b', 300_000)],
        ['c', Buffer.from('small')],
      ] as const) {
        writeFileSync(join(damaged.source, name), bytes);
        linkSync(join(damaged.source, name), join(damaged.source, `${name}-too`));
      }
      const id = await damaged.backup();
      const packs = readdirSync(join(damaged.folder, 'store', 'packs'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted((x, y) => statSync(y).size - statSync(x).size);
      const bytes = readFileSync(packs[0] as string);
      bytes[1000]! ^= 1;
      writeFileSync(packs[0] as string, bytes);
      const from = { repository: damaged.repository, snapshotId: id, threads: 0 };
      await expect(restore({ ...from, to })).rejects.toMatchObject({
        code: 'tampered',
        message: expect.stringContaining('--skip-damaged') as string,
      });
      expect(names().filter((name) => name?.includes('part'))).toEqual([]);
      const report = await restore({ ...from, to, skipDamaged: true });
      const lost = report.skipped.map(({ path, why }) => `${path.toString()} ${why}`);
      expect(lost).toHaveLength(2);
      expect(lost.every((line) => line.endsWith('damaged'))).toBe(true);
      expect(report.files + report.same).toBe(4);
      expect(readFileSync(join(to, 'c-too'), 'utf8')).toBe('small');
    } finally {
      damaged.remove();
    }
  });

  const canMount = process.getuid?.() === 0 && tries('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt');
  if (canMount) execFileSync('umount', ['/mnt']);

  it.skipIf(!canMount)('ends cleanly on a full disk, says what is there, and goes on when there is room', async () => {
    mkdirSync(to);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', to]);
    try {
      const full = run();
      await expect(full).rejects.toMatchObject({
        code: 'destination-full',
        what: expect.stringMatching(/\d+ files \(\d+ bytes\) are there, whole/),
      });
      expect(names().filter((name) => name?.includes('.part'))).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=64m', to]);
      const report = await run();
      expect(report.same).toBeGreaterThan(0);
      expect(picture(to)).toEqual(picture(vault.source));
    } finally {
      execFileSync('umount', [to]);
    }
  });
});

function tries(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
