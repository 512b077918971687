import { mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import type { Repository } from './repository.ts';
import { readFile, SnapshotReader } from './snapshot-reader.ts';
import { FolderSource } from './sources/folder.ts';
import { makeTree, newVault, noise, removeScratch, scratch } from './vault.fixture.ts';

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

async function snapshot(): Promise<string> {
  return (await backup({ repository, source: new FolderSource(root, 'source'), threads: 0 })).snapshotId;
}

async function whole(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe('reading one file of a snapshot', () => {
  it.each([0, 2])(
    'gives its bytes, small, empty, long, or with a name that is no text: %i threads',
    async (threads) => {
      makeTree(root);
      writeFileSync(join(root, 'long'), noise('long', 20_000_000));
      const id = await snapshot();
      const name = readdirSync(root, { encoding: 'buffer' }).find((bytes) => bytes.includes(0xff)) as Buffer;
      for (const path of ['small.txt', 'empty', 'long', 'zeros', 'folder/copy-of-large.bin', '/many/file-7', name]) {
        const at = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path)]);
        expect((await whole(readFile(repository, id, path, { threads }))).equals(readFileSync(at))).toBe(true);
      }
    },
  );

  it('refuses what is not there, and what is no file', async () => {
    makeTree(root);
    const id = await snapshot();
    const reader = await SnapshotReader.open(repository, id);
    for (const path of ['none', 'folder/none', 'small.txt/none', 'folder', 'dangling']) {
      await expect(reader.file(path)).rejects.toMatchObject({ code: 'path-missing' });
    }
    await reader.close();
    await expect(whole(readFile(repository, `${id.slice(0, -1)}9`, 'a'))).rejects.toMatchObject({
      code: 'snapshot-missing',
    });
  });

  it('hands out nothing of a piece that was changed, and stops there', async () => {
    writeFileSync(join(root, 'long'), noise('long', 30_000_000));
    const id = await snapshot();
    const packs = join(folder, 'store', 'packs');
    const longest = readdirSync(packs, { recursive: true })
      .map((name) => join(packs, name.toString()))
      .filter((path) => statSync(path).isFile())
      .toSorted((a, b) => statSync(b).size - statSync(a).size);
    truncateSync(longest[0] as string, statSync(longest[0] as string).size / 2);
    const got: Buffer[] = [];
    const reading = (async () => {
      for await (const piece of readFile(repository, id, 'long')) got.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'VaultError' });
    const bytes = Buffer.concat(got);
    expect(bytes.length).toBeLessThan(30_000_000);
    expect(bytes.equals(noise('long', 30_000_000).subarray(0, bytes.length))).toBe(true);
  });

  it('stops on request', async () => {
    writeFileSync(join(root, 'long'), noise('long', 30_000_000));
    const id = await snapshot();
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of readFile(repository, id, 'long', { signal: stop.signal })) stop.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
