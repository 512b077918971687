import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { snapshotId, snapshotName, type Manifest } from './format/manifest.ts';
import type { Repository } from './repository.ts';
import { writerFor } from './repository.ts';
import { currentId, listSnapshots, readSnapshot } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { sealTombstone, tombstoneName, type Tombstone } from './format/tombstone.ts';
import { newVault, removeScratch, scratch, writerKey } from './vault.fixture.ts';
import { writerOf, type WriterKey } from './format/writer-key.ts';

let folder: string;
let repository: Repository;
const run = () => backup({ repository, source: new FolderSource(join(folder, 'source'), 'source'), threads: 0 });

beforeEach(async () => {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'a'), 'a');
  ({ repository } = await newVault(folder));
  for (let i = 0; i < 3; i++) await run();
});
afterEach(() => {
  repository.close();
  removeScratch(folder);
});

async function manifestAt(at: number): Promise<Manifest> {
  return (await listSnapshots(repository)).snapshots[at] as Manifest;
}

async function bury(
  { head, headDigest }: Manifest,
  change: Partial<Tombstone> = {},
  by: WriterKey = writerFor(repository),
): Promise<void> {
  const { writer, sequence, previous, domain, createdMs } = head;
  const tombstone: Tombstone = {
    writer,
    sequence,
    createdMs: 1,
    reason: 'expired',
    head: headDigest,
    previous,
    domain,
    takenMs: createdMs,
    replacedBy: null,
    destroyed: [],
    readable: [],
    ...change,
  };
  await repository.target.put(tombstoneName(tombstone), sealTombstone(tombstone, repository.descriptor.vault, by));
}

const remove = ({ head }: Manifest) => repository.target.delete(snapshotName(head.writer, head.sequence));
const shown = async () => {
  const { snapshots, findings } = await listSnapshots(repository);
  return [snapshots.map(({ head }) => head.sequence), findings.map(({ code }) => code)];
};

describe('a snapshot that is gone', () => {
  it.each([0, 1, 2])('on purpose (number %i) is no finding, and the chain goes on', async (at) => {
    const gone = await manifestAt(at);
    await bury(gone);
    await remove(gone);
    const left = [1, 2, 3].filter((sequence) => sequence !== gone.head.sequence);
    expect(await shown()).toEqual([left, []]);
    await run();
    expect(await shown()).toEqual([[...left, 4], []]);
    await expect(readSnapshot(repository, repository.keyRing(), snapshotId(gone.head))).rejects.toMatchObject({
      code: 'snapshot-missing',
    });
  });

  it('without a word is a finding, wherever it stood', async () => {
    await remove(await manifestAt(1));
    expect(await shown()).toEqual([[1, 3], ['missing']]);
    await remove(await manifestAt(1));
    expect((await shown())[1]).toContain('newest-missing');
  });

  it('on purpose, and brought back by the store, is not listed', async () => {
    await bury(await manifestAt(1));
    expect(await shown()).toEqual([[1, 3], []]);
    const { leftovers } = await listSnapshots(repository);
    expect(leftovers).toEqual([`${repository.descriptor.creator}-0000000002`]);
  });

  it('under a tombstone that is not by the creator stays, and the tombstone is reported', async () => {
    const stranger = writerKey();
    const gone = await manifestAt(1);
    await bury(gone, {}, { id: writerOf(stranger).id, privateKey: stranger });
    expect(await shown()).toEqual([[1, 2, 3], ['damaged']]);
    await remove(gone);
    expect((await shown())[1]).toEqual(['damaged', 'missing']);
  });

  it('under a tombstone of another head is found by the chain', async () => {
    const gone = await manifestAt(1);
    await bury(gone, { head: 'ab'.repeat(32) });
    await remove(gone);
    expect(await shown()).toEqual([[1, 3], ['wrong-previous']]);
  });

  it('as the newest, under a tombstone of another head, is found by what was seen before', async () => {
    const gone = await manifestAt(2);
    await bury(gone, { head: 'ab'.repeat(32) });
    await remove(gone);
    expect((await shown())[1]).toEqual(['wrong-previous']);
  });

  it('since it was replaced leads to what has replaced it', async () => {
    const [old, newer] = [await manifestAt(0), await manifestAt(2)];
    await bury(old, { reason: 'replaced', replacedBy: snapshotId(newer.head) });
    await remove(old);
    const { manifest } = await readSnapshot(repository, repository.keyRing(), snapshotId(old.head));
    expect(manifest.head.sequence).toBe(3);
    expect(currentId(await listSnapshots(repository), snapshotId(old.head))).toBe(snapshotId(newer.head));
  });
});
