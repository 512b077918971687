import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { backup } from './backup/backup.ts';
import { envelopeName, sealEnvelope } from './format/envelope.ts';
import { enrolWriter, revokeWriter } from './further-writers.ts';
import { writeAttribute, readAttributes } from './linux-attributes.ts';
import { openManifestHead, sealManifest, snapshotName } from './format/manifest.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import type { Clock } from './ports.ts';
import { openRepository, type Repository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { rewrap } from './rewrap.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { listSnapshots } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from './vault.fixture.ts';
import { writerOf } from './format/writer-key.ts';

let folder: string;
let vault: Awaited<ReturnType<typeof newVault>>;
let now = 0;
const clock: Clock = { nowMs: () => 1_700_000_000_000 + now, monotonicMs: () => now };
const second = writerKey();
const secondId = writerOf(second).id;
const open: Repository[] = [];

beforeEach(async () => {
  folder = scratch();
  now = 0;
  vault = await newVault(folder, { clock });
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'file'), noise('file', 3_000_000));
});
afterEach(() => {
  for (const repository of open.splice(0)) repository.close();
  vault.repository.close();
  removeScratch(folder);
});

const source = () => new FolderSource(join(folder, 'source'), 'source');
const run = () => backup({ repository: vault.repository, source: source(), threads: 0 });
async function opened(cache: string, masterKeys = [vault.masterKey]): Promise<Repository> {
  const options = { masterKeys, writerKey: vault.writerKey, cacheFolder: join(folder, cache), clock };
  const repository = await openRepository(vault.target, options);
  open.push(repository);
  return repository;
}

describe('a hostile writer', () => {
  it('that gives its snapshot the highest number there is does not hold up who lists them', async () => {
    const { snapshotId } = await run();
    await enrolWriter(vault.repository, writerOf(second).publicKey);
    const ring = vault.repository.keyRing();
    const metadata = await ring.create('metadata', { id: secondId, privateKey: second });
    const sequence = 9_999_999_999;
    const head = {
      vault: vault.repository.descriptor.vault,
      writer: secondId,
      sequence,
      previous: null,
      parent: null,
      domain: 'cd'.repeat(16),
      createdMs: 1,
      keys: [],
    };
    const statistics = { files: 0, folders: 0, links: 0, bytes: 0, problems: 0 };
    const lists = { root: [], problems: [], indexes: [], packs: [] };
    const body = { source: 'source', startedMs: 1, finishedMs: 1, statistics, ...lists };
    const { bytes } = sealManifest(head, body, metadata, second, Buffer.alloc(32, 1));
    await vault.target.put(snapshotName(secondId, sequence), bytes);
    const { findings, snapshots } = await listSnapshots(await opened('cache-1'));
    expect(snapshots).toHaveLength(2);
    expect(findings).toHaveLength(1000);
    expect(findings[0]).toMatchObject({ code: 'missing', snapshot: `${secondId}-0000000001` });
    expect(snapshotId).not.toContain(secondId);
  });

  it('that was let go has nothing of what it puts read, however long it is', async () => {
    await run();
    await enrolWriter(vault.repository, writerOf(second).publicKey);
    await revokeWriter(vault.repository, secondId, 0);
    const head = Buffer.alloc(16 << 20, '[');
    const start = Buffer.concat([Buffer.from('KSSNAP01'), Buffer.alloc(4)]);
    start.writeUInt32BE(head.length, 8);
    const bytes = Buffer.concat([start, head, Buffer.alloc(64)]);
    for (const writer of [secondId, 'ab'.repeat(16)]) {
      const { writers, vault: id } = (await opened(`cache-${writer}`)).descriptor;
      const code = writer === secondId ? 'writer-revoked' : 'unknown-writer';
      expect(() => openManifestHead(snapshotName(writer, 1), bytes, id, writers)).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });

  it('puts itself before no envelope, also where that revision was seen, and keeps no rewrapping from its name', async () => {
    const { snapshotId } = await run();
    await enrolWriter(vault.repository, writerOf(second).publicKey);
    const { descriptor } = vault.repository;
    const next = new FixtureMasterKey('next');
    const both = await opened('cache-2', [vault.masterKey, next]);
    const ring = both.keyRing();
    const found = await ring.find(descriptor.dedupeKey);
    const forged = { ...found.envelope, previous: found.digest, recipients: [] };
    for (const revision of [2, 99_999_999]) {
      const bytes = sealEnvelope({ ...forged, revision }, descriptor, { id: secondId, privateKey: second });
      await vault.target.put(envelopeName(descriptor.dedupeKey, revision), bytes);
    }
    await vault.target.put(envelopeName(descriptor.dedupeKey, 4), Buffer.from('no envelope'));
    await vault.target.put(envelopeName(descriptor.dedupeKey, 5), Buffer.alloc((1 << 20) + 1));
    both.cache.rememberRevision(descriptor.dedupeKey, 1);
    expect((await ring.find(descriptor.dedupeKey)).envelope).toMatchObject({ revision: 1 });
    await rewrap({ repository: both, to: [next] });
    const moved = await opened('cache-3', [next]);
    const to = join(folder, 'moved');
    await restore({ repository: moved, snapshotId, to, threads: 0 });
    expect(picture(to)).toEqual(picture(join(folder, 'source')));
    // The store gives what was seen to the writer: neither that nor what was before it counts.
    await vault.target.put(envelopeName(descriptor.dedupeKey, 1), Buffer.from('{}')).catch(() => undefined);
    both.cache.rememberRevision(descriptor.dedupeKey, 7);
    await expect(both.keyRing().find(descriptor.dedupeKey)).rejects.toMatchObject({ code: 'rolled-back' });
  });
});

describe('a hostile host that may only put', () => {
  it('keeps nobody from moving the vault to another master key by envelopes that nobody can open', async () => {
    await run();
    await enrolWriter(vault.repository, writerOf(second).publicKey);
    const next = new FixtureMasterKey('next');
    const repository = await opened('cache-7', [vault.masterKey, next]);
    const { envelope } = await repository.keyRing().find(repository.descriptor.dedupeKey);
    const [garbage, nobodys] = ['0a'.repeat(16), '0b'.repeat(16)];
    const forged = { ...envelope, key: nobodys, recipients: [] };
    const bytes = sealEnvelope(forged, repository.descriptor, { id: secondId, privateKey: second });
    await vault.target.put(envelopeName(garbage, 1), Buffer.from('no envelope'));
    await vault.target.put(envelopeName(nobodys, 1), bytes);
    expect(await rewrap({ repository, to: [next] })).toMatchObject({
      rewrapped: 3,
      unreadable: [garbage, nobodys],
    });
    // What is relied on is not passed over.
    const wrong = await opened('cache-8', [vault.masterKey]);
    await expect(rewrap({ repository: wrong, to: [vault.masterKey] })).rejects.toMatchObject({ code: 'no-recipient' });
  });
});

describe('a restore that does not restore owners', () => {
  it('makes no file that lends the rights of whoever restores', async () => {
    const file = join(folder, 'source', 'file');
    chmodSync(file, 0o6755);
    // cap_setuid+ep: capabilities(7), revision 2.
    const value = Buffer.from('0100000280000000000000000000000000000000', 'hex');
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) writeAttribute(Buffer.from(file), { name: Buffer.from('security.capability'), value });
    writeAttribute(Buffer.from(file), { name: Buffer.from('user.note'), value: Buffer.from('kept') });
    const { snapshotId } = await run();
    const to = join(folder, 'to');
    const request = { repository: vault.repository, snapshotId, to, owner: false, threads: 0 };
    expect(await restore(request)).toMatchObject({ files: 1, withoutAttributes: isRoot ? 1 : 0 });
    expect(statSync(join(to, 'file')).mode & 0o7777).toBe(0o755);
    const names = readAttributes(Buffer.from(join(to, 'file'))).map(({ name }) => name.toString());
    expect(names.filter((name) => /^(?:user|security\.cap)/.test(name))).toEqual(['user.note']);
    // Again: it is the same.
    expect(await restore(request)).toMatchObject({ files: 0, same: 1 });
  });
});

describe('a master key', () => {
  it('that is switched off while somebody takes their time over a file hands out no more of it', async () => {
    const { snapshotId } = await run();
    const reader = await SnapshotReader.open(vault.repository, snapshotId);
    const pieces = reader.content(await reader.file('file'));
    expect((await pieces.next()).done).toBe(false);
    vault.masterKey.failure = 'disabled';
    now += 5 * 60_000;
    await expect(pieces.next()).rejects.toMatchObject({ code: 'disabled' });
    await reader.close();
  });

  it.each(['data', 'metadata'])(
    'that wraps another %s key than it hands out is found out before there is a snapshot',
    async (purpose) => {
      const generate = vault.masterKey.generate.bind(vault.masterKey);
      vault.masterKey.generate = async (context) => {
        const made = await generate(context);
        if (context.purpose === purpose) made.dataKey[0]! ^= 1;
        return made;
      };
      await expect(run()).rejects.toMatchObject({ code: 'commitment-mismatch' });
      expect((await listSnapshots(vault.repository)).snapshots).toEqual([]);
    },
  );

  it('that answers another data key than it wrapped is passed over for the next recipient', async () => {
    const { snapshotId } = await run();
    const next = new FixtureMasterKey('next');
    await rewrap({
      repository: await opened('cache-4', [vault.masterKey, next]),
      to: [vault.masterKey, next],
    });
    const unwrap = vault.masterKey.unwrap.bind(vault.masterKey);
    vault.masterKey.unwrap = async (wrapped, context) => {
      const dataKey = await unwrap(wrapped, context);
      dataKey[0]! ^= 1;
      return bytesOf(dataKey);
    };
    const alone = await opened('cache-5');
    const to = join(folder, 'to');
    await expect(restore({ repository: alone, snapshotId, to, threads: 0 })).rejects.toMatchObject({
      code: 'commitment-mismatch',
    });
    const both = await opened('cache-6', [vault.masterKey, next]);
    await restore({ repository: both, snapshotId, to, threads: 0 });
    expect(picture(to)).toEqual(picture(join(folder, 'source')));
  });
});
