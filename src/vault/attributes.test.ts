import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPARSE_FILE } from './attributes.ts';
import { backup } from './backup/backup.ts';
import { check } from './check/check.ts';
import { extentNodes } from './format/extent-nodes.ts';
import { readAttributes, writeAttribute } from './linux-attributes.ts';
import type { Repository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { FolderSource } from './sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch } from './vault.fixture.ts';

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

const at = (base: string, name: string): Buffer => Buffer.from(join(base, name));
const named = (path: Buffer) => readAttributes(path).map(({ name, value }) => [name.toString(), value.toString('hex')]);

async function there(options: object = {}): Promise<{ report: Awaited<ReturnType<typeof backup>>; to: string }> {
  const report = await backup({ repository, source: new FolderSource(root, 'source'), threads: 0, ...options });
  const to = join(folder, `restored-${report.snapshotId}`);
  await restore({ repository, snapshotId: report.snapshotId, to, threads: 0 });
  return { report, to };
}

describe('extended attributes', () => {
  it('of files and folders come back, empty and long ones too; a change of one is seen', async () => {
    writeFileSync(join(root, 'file'), 'content');
    writeFileSync(join(root, 'plain'), 'content');
    mkdirSync(join(root, 'folder'));
    symlinkSync('file', join(root, 'link'));
    writeAttribute(at(root, 'file'), { name: Buffer.from('user.note'), value: Buffer.from([0, 1, 0xff]) });
    writeAttribute(at(root, 'file'), { name: Buffer.from('user.empty'), value: Buffer.alloc(0) });
    writeAttribute(at(root, 'folder'), { name: Buffer.from('user.größe'), value: noise('x', 1000).subarray(0, 1000) });
    const first = await there();
    expect(named(at(first.to, 'file'))).toEqual([
      ['user.empty', ''],
      ['user.note', '0001ff'],
    ]);
    for (const name of ['folder', 'plain', 'link']) {
      expect(named(at(first.to, name))).toEqual(named(at(root, name)));
    }
    expect(picture(first.to)).toEqual(picture(root));
    writeAttribute(at(root, 'file'), { name: Buffer.from('user.note'), value: Buffer.from('new') });
    const second = await there();
    expect(named(at(second.to, 'file'))[1]).toEqual(['user.note', Buffer.from('new').toString('hex')]);
    expect(second.report.unchangedFiles).toBe(1);
    const third = await there();
    expect(named(at(third.to, 'file'))).toEqual(named(at(second.to, 'file')));
    expect(third.report.unchangedFiles).toBe(2);
  });

  it('POSIX ACLs come back with the mode that they are part of', async () => {
    writeFileSync(join(root, 'file'), 'content');
    mkdirSync(join(root, 'folder'));
    // acl(5): version 2; user::rw-, user:1234:r--, group::r--, mask::rw-, other::---
    const entry = (tag: number, rights: number, id = 0xffffffff): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt16LE(tag, 0);
      bytes.writeUInt16LE(rights, 2);
      bytes.writeUInt32LE(id, 4);
      return bytes;
    };
    const version = Buffer.from([2, 0, 0, 0]);
    const acl = Buffer.concat([version, entry(1, 6), entry(2, 4, 1234), entry(4, 4), entry(16, 6), entry(32, 0)]);
    writeAttribute(at(root, 'file'), { name: Buffer.from('system.posix_acl_access'), value: acl });
    writeAttribute(at(root, 'folder'), { name: Buffer.from('system.posix_acl_default'), value: acl });
    const { to } = await there();
    expect(named(at(to, 'file'))).toEqual([['system.posix_acl_access', acl.toString('hex')]]);
    expect(named(at(to, 'folder'))).toEqual([['system.posix_acl_default', acl.toString('hex')]]);
    expect(picture(to)).toEqual(picture(root));
  });

  it('a folder with more of them than a node may hold has several nodes', async () => {
    for (let i = 0; i < 120; i++) {
      writeFileSync(join(root, `file-${i}`), `${i}`);
      const value = noise(`${i}`, 30_000).subarray(0, 30_000);
      try {
        writeAttribute(at(root, `file-${i}`), { name: Buffer.from('user.long'), value });
      } catch {
        // This file system has no room for long ones: short ones do not reach the limit, and the rest still holds.
        writeAttribute(at(root, `file-${i}`), { name: Buffer.from('user.long'), value: value.subarray(0, 2000) });
      }
    }
    const { to, report } = await there();
    expect(picture(to)).toEqual(picture(root));
    expect(named(at(to, 'file-77'))).toEqual(named(at(root, 'file-77')));
    const reader = await SnapshotReader.open(repository, report.snapshotId);
    const length = [...Array(120).keys()].reduce(
      (sum, i) => sum + (readAttributes(at(root, `file-${i}`))[0]?.value.length ?? 0),
      0,
    );
    expect(reader.body.root.length).toBeGreaterThanOrEqual(Math.floor(length / (2 << 20)) + 1);
    await reader.close();
  });
});

describe('sparse files', () => {
  it.each([
    ['a hole in the middle', 50_000_000, [0, 40_000_000]],
    ['a hole at the end', 30_000_001, [5]],
    ['nothing but a hole', 10_000_000, []],
    ['data that begins within a block', 20_000_000, [4_097, 12_345_678]],
  ])('%s', async (_name, size, places) => {
    const file = openSync(join(root, 'disk.img'), 'w');
    for (const place of places) writeSync(file, noise(String(place), 10_000), 0, 10_000, place);
    ftruncateSync(file, size);
    closeSync(file);
    writeFileSync(join(root, 'zeros'), Buffer.alloc(1_000_000));
    const { to } = await there();
    expect(picture(to)).toEqual(picture(root));
    expect(statSync(join(to, 'disk.img')).blocks * 512).toBeLessThan(200_000);
    // What was not sparse does not come back as if it were.
    expect(statSync(join(to, 'zeros')).blocks * 512).toBeGreaterThanOrEqual(1_000_000);
    expect(new FolderSource(root).entry(Buffer.from('disk.img')).attributes).toEqual([SPARSE_FILE]);
  });
});

describe('files with very many chunks', () => {
  beforeEach(async () => {
    ({ repository } = await newVault(join(folder, 'small-chunks'), {
      chunker: { minimum: 64, average: 256, maximum: 1024 },
    }));
  });

  it('have their extents in nodes of their own: read, restored, taken over, checked', async () => {
    writeFileSync(join(root, 'long'), noise('long', 6_000_000));
    writeFileSync(join(root, 'short'), 'short');
    const first = await there();
    expect(picture(first.to)).toEqual(picture(root));
    const reader = await SnapshotReader.open(repository, first.report.snapshotId);
    const file = await reader.file('long');
    await reader.close();
    expect(file.extents.length).toBeGreaterThan(16_384);
    expect(file.extentNodes?.length).toBeGreaterThan(1);
    const second = await there();
    expect(second.report).toMatchObject({ unchangedFiles: 2, newBytes: 0 });
    expect(picture(second.to)).toEqual(picture(root));
    const report = await check({ repository, level: 'structure' });
    expect(report.findings).toEqual([]);
  });
});

it('nodes of extents end by their content: a change in the middle changes few', () => {
  const chunk = (n: number): Buffer => Buffer.from(noise(`chunk ${n}`, 64).subarray(0, 32));
  const extents = Array.from({ length: 40_000 }, (_, n) => ({ chunk: chunk(n), offset: 0, length: 1 }));
  const before = [...extentNodes(extents)].map((node) => node.toString('base64'));
  const changed = extents.toSpliced(
    20_000,
    1,
    { chunk: chunk(-1), offset: 0, length: 1 },
    { chunk: chunk(-2), offset: 0, length: 1 },
  );
  const after = [...extentNodes(changed)].map((node) => node.toString('base64'));
  expect(before.length).toBeGreaterThan(5);
  expect(after.filter((node) => !before.includes(node)).length).toBeLessThanOrEqual(2);
});
