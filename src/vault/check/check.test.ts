import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { check } from './check.ts';
import { proveCiphertext } from './proof.ts';
import type { Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { makeTree, newVault, picture, removeScratch, scratch } from '../vault.fixture.ts';

let folder: string;
let repository: Repository;
let source: FolderSource;
beforeEach(async () => {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  makeTree(join(folder, 'source'));
  source = new FolderSource(join(folder, 'source'), 'source');
  ({ repository } = await newVault(folder));
});
afterEach(() => removeScratch(folder));

function objects(kind: string): string[] {
  return readdirSync(join(folder, 'store', kind), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function damage(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  writeFileSync(path, bytes);
}

describe('check', () => {
  it('finds nothing in a sound vault', async () => {
    await backup({ repository, source, threads: 0 });
    writeFileSync(join(folder, 'source', 'new'), 'new');
    await backup({ repository, source, threads: 0 });
    const structure = await check({ repository, level: 'structure' });
    expect(structure).toMatchObject({
      level: 'structure',
      snapshots: 2,
      packs: 4,
      verifiedBytes: 0,
      findings: [],
      proven: [],
    });
    const data = await check({ repository, level: 'data' });
    expect(data).toMatchObject({ snapshots: 2, packs: 4, findings: [] });
    expect(data.verifiedBytes).toBeGreaterThan(3_000_000);
  });

  it('finds a pack that is gone, and the next backup heals it', async () => {
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    writeFileSync(join(folder, 'source', 'new'), 'new');
    const { snapshotId: second } = await backup({ repository, source, threads: 0 });
    const data = objects('packs').toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] as string;
    rmSync(data);
    const pack = relative(join(folder, 'store'), data);
    for (const level of ['structure', 'data'] as const) {
      const { findings } = await check({ repository, level });
      expect(findings).toMatchObject([{ code: 'object-missing', where: pack, snapshots: [snapshotId, second] }]);
    }
    const again = await backup({ repository, source, threads: 0 });
    // Each chunk that is gone is read from the first file that has it.
    expect(again.readBytes).toBeGreaterThan(5_000_000);
    await restore({ repository, snapshotId: again.snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(picture(join(folder, 'source')));
  });

  it('names every damaged pack, also those that only a damaged folder leads to', async () => {
    await backup({ repository, source, threads: 0 });
    const packs = objects('packs');
    expect(packs.length).toBeGreaterThan(1);
    for (const pack of packs) damage(pack, -1);
    const { findings } = await check({ repository, level: 'data' });
    const named = findings.map(({ where }) => where);
    expect(named).toEqual(expect.arrayContaining(packs.map((pack) => relative(join(folder, 'store'), pack))));
  });

  it('finds nothing any more when a pack is brought back, whatever was backed up while it was gone', async () => {
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const before = picture(join(folder, 'source'));
    const pack = objects('packs').toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] as string;
    renameSync(pack, join(folder, 'kept'));
    writeFileSync(join(folder, 'source', 'new'), 'new');
    await backup({ repository, source, threads: 0 });
    const gone = restore({ repository, snapshotId, to: join(folder, 'early'), threads: 0 });
    await expect(gone).rejects.toMatchObject({ code: 'object-missing' });
    renameSync(join(folder, 'kept'), pack);
    expect(await check({ repository, level: 'data' })).toMatchObject({ findings: [] });
    await restore({ repository, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(before);
  });

  it.each([
    ['the middle', 1000],
    ['the last byte', -1],
    ['the header', 30],
  ])('finds a pack that was changed in %s, when it reads the data', async (_where, at) => {
    await backup({ repository, source, threads: 0 });
    const packs = objects('packs');
    for (const pack of packs) damage(pack, at);
    const { findings } = await check({ repository, level: 'data' });
    expect(findings.length).toBeGreaterThanOrEqual(1);
    expect(findings.every(({ code }) => code === 'wrong-name')).toBe(true);
  });

  it('finds a snapshot that is gone, a newest one that is gone, and one that was changed', async () => {
    const reports = [];
    for (let i = 0; i < 4; i++) reports.push(await backup({ repository, source, threads: 0 }));
    const [first, second, third, fourth] = objects('snapshots').toSorted() as [string, string, string, string];
    const kept = [second, third, fourth].map((path) => readFileSync(path));
    rmSync(second);
    damage(third, 30);
    rmSync(fourth);
    const { findings, snapshots } = await listSnapshots(repository);
    expect(snapshots.length).toBe(1);
    expect(findings.map(({ code, snapshot }) => [code, snapshot])).toEqual([
      ['damaged', reports[2]?.snapshotId],
      ['newest-missing', reports[3]?.snapshotId],
    ]);
    [second, third, fourth].forEach((path, i) => writeFileSync(path, kept[i] as Buffer));
    rmSync(second);
    const middle = await listSnapshots(repository);
    expect(middle.findings.map(({ code, snapshot }) => [code, snapshot])).toEqual([
      ['missing', reports[1]?.snapshotId],
    ]);
    // A run still works, and does not use the number of the lost one again.
    expect((await backup({ repository, source, threads: 0 })).head.sequence).toBe(5);
    expect(readFileSync(first).length).toBeGreaterThan(0);
  });
});

describe('the stored bytes', () => {
  it('hold no run of the plaintext and look like noise; the same search finds it in the source', async () => {
    await backup({ repository, source, threads: 0 });
    const files = [join(folder, 'source', 'small.txt'), join(folder, 'source', 'large.bin')];
    const proof = await proveCiphertext({ target: repository.target, files });
    expect(proof).toMatchObject({ found: [] });
    expect(proof.needles).toBeGreaterThan(30);
    expect(proof.entropyBitsPerByte).toBeGreaterThan(7.999);
    await repository.target.put('packs/00/leak', readFileSync(files[0] as string));
    expect((await proveCiphertext({ target: repository.target, files })).found).toEqual(['packs/00/leak']);
  });

  it('do not say how long a file is', async () => {
    await backup({ repository, source, threads: 0 });
    for (const pack of objects('packs')) {
      const { length } = readFileSync(pack);
      expect(length % (length > 65_536 ? 65_536 : 4096)).toBe(0);
    }
  });
});
