import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { ChunkRegistry } from './backup/chunk-registry.ts';
import { VaultError } from './errors.ts';
import { PackFiller } from './backup/pack-filler.ts';
import type { SealedPack } from './format/pack.ts';
import { openDomain, openRepository, writerFor } from './repository.ts';
import { restore } from './restore/restore.ts';
import { FolderSource } from './sources/folder.ts';
import { wrap } from './targets/wrap.ts';
import { TreeWriter } from './backup/tree-writer.ts';
import type { TreeEntry } from './format/tree.ts';
import { newVault, noise, removeScratch, scratch } from './vault.fixture.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));

describe('a store that answers late', () => {
  it('is asked for much at a time by a restore, the header of a pack once, and for no more than there is room', async () => {
    const root = join(folder, 'source');
    mkdirSync(root);
    writeFileSync(join(root, 'long'), noise('long', 150_000_000));
    const { repository, target, writerKey, masterKey } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source: new FolderSource(root, 'source') });
    let [asked, most] = [0, 0];
    const headers: string[] = [];
    const late = wrap(target, {
      getRange: async (name, offset, length) => {
        if (!name.startsWith('packs/')) return await target.getRange(name, offset, length);
        if (offset === 0 && length < 100) headers.push(name);
        most = Math.max(most, (asked += length));
        // It answers when nobody asks for anything more.
        for (let before = -1; before !== asked;) {
          before = asked;
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        }
        asked -= length;
        return await target.getRange(name, offset, length);
      },
    });
    const other = await openRepository(late, {
      masterKeys: [masterKey],
      writerKey,
      cacheFolder: join(folder, 'other'),
    });
    const to = join(folder, 'restored');
    expect(await restore({ repository: other, snapshotId, to })).toMatchObject({ files: 1, bytes: 150_000_000 });
    expect(most).toBeGreaterThan(80 << 20);
    expect(most).toBeLessThan(130 << 20);
    expect(new Set(headers).size).toBe(headers.length);
    other.close();
    repository.close();
  });

  it('is given several metadata packs at a time, and the backup ends with what it says of any of them', async () => {
    const { repository } = await newVault(join(folder, 'tree'));
    const ring = repository.keyRing();
    const held = await ring.create('metadata', writerFor(repository));
    const { treeIdKey } = await openDomain(repository, ring, 'source');
    const waiting: { readonly pack: SealedPack; readonly end: (failure?: VaultError) => void }[] = [];
    const onPack = async (pack: SealedPack): Promise<void> =>
      await new Promise((resolve, reject) => {
        waiting.push({ pack, end: (failure) => (failure ? reject(failure) : resolve()) });
      });
    const writer = () => {
      const registry = new ChunkRegistry(repository.cache, () => false);
      return new TreeWriter(new PackFiller(held, repository.descriptor.vault), treeIdKey, registry, onPack);
    };
    let n = 0;
    const page = (): TreeEntry[] =>
      Array.from({ length: 50 }, () => ({ ...ENTRY, name: Buffer.from(`${++n}`), target: randomBytes(40_000) }));
    const turns = async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    };
    // Twelve pages fill more than a pack.
    const pages = async (tree: TreeWriter, count: number) => {
      for (let i = 0; i < count; i++) await tree.page(page());
    };
    const tree = writer();
    const written = pages(tree, 36);
    await turns();
    expect(waiting.length).toBe(3);
    waiting[1]?.end();
    await turns();
    expect(waiting.length).toBe(4);
    for (let at = 0, done = false; !done; at++) {
      void written.then(() => (done = true));
      waiting[at]?.end();
      await turns();
    }
    const finished = tree.finish();
    await turns();
    for (const { end } of waiting) end();
    await finished;
    expect(new Set(waiting.map(({ pack }) => pack.id)).size).toBe(waiting.length);

    waiting.length = 0;
    const failing = writer();
    await pages(failing, 12);
    expect(waiting.length).toBe(1);
    waiting[0]?.end(new VaultError('target-full', 'no room'));
    await turns();
    const finishing = failing.finish().catch((error: unknown) => error);
    await turns();
    waiting[1]?.end();
    expect(await finishing).toMatchObject({ code: 'target-full' });
    ring.drop();
    repository.close();
  });
});

const ENTRY = {
  type: 'link',
  mode: 0o777,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  device: 0n,
  inode: 1n,
  links: 1,
} as const;
