import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { backup } from './backup/backup.ts';
import { check } from './check/check.ts';
import { envelopeName, sealEnvelope } from './format/envelope.ts';
import { VaultError } from './errors.ts';
import {
  furtherWriterName,
  openFurtherWriter,
  sealFurtherWriter,
  type FurtherWriter,
} from './format/further-writer.ts';
import { enrolWriter, revokeWriter } from './further-writers.ts';
import { openIndex, sealIndex } from './format/index-object.ts';
import { letWriterGo } from './keeping/let-writer-go.ts';
import { syncIndex } from './index-sync.ts';
import {
  dedupeKeyOf,
  openManifestHead,
  sealManifest,
  snapshotId,
  snapshotName,
  type ManifestHead,
} from './format/manifest.ts';
import { holdKey } from './format/object-key.ts';
import { openRepository, type Repository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { listSnapshots } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from './vault.fixture.ts';
import { signAs, writerOf } from './format/writer-key.ts';

describe('further writers', () => {
  let folder: string;
  let vault: Awaited<ReturnType<typeof newVault>>;
  const second = writerKey();
  const id = writerOf(second).id;

  beforeEach(async () => {
    folder = scratch();
    vault = await newVault(folder);
    mkdirSync(join(folder, 'source'));
    for (let i = 0; i < 5; i++) writeFileSync(join(folder, 'source', `${i}`), noise(`${i}`, 40_000));
  });
  afterEach(() => {
    vault.repository.close();
    removeScratch(folder);
  });

  const source = () => new FolderSource(join(folder, 'source'), 'source');
  const open = (key = second, cache = 'cache-2'): Promise<Repository> =>
    openRepository(vault.target, { masterKeys: [vault.masterKey], writerKey: key, cacheFolder: join(folder, cache) });
  const enrol = () => enrolWriter(vault.repository, writerOf(second).publicKey);

  it('two machines write chains of their own into one vault, and each reads what the other has written', async () => {
    await enrol();
    const other = await open();
    const reports = [
      await backup({ repository: vault.repository, source: source(), threads: 0 }),
      await backup({ repository: other, source: source(), threads: 0 }),
      await backup({ repository: other, source: source(), threads: 0 }),
    ];
    // Nobody deduplicates against what another one wrote; the second run of each finds its own.
    expect(reports.map(({ newBytes }) => newBytes)).toEqual([200_000, 200_000, 0]);
    expect(reports.map(({ head }) => head.sequence)).toEqual([1, 1, 2]);
    const reader = await open(vault.writerKey, 'cache-3');
    const list = await listSnapshots(reader);
    expect(list.findings).toEqual([]);
    expect(list.heads).toHaveLength(2);
    expect((await check({ repository: reader, level: 'data' })).findings).toEqual([]);
    // Who had it open before somebody was enrolled opens it again.
    const snapshotIdOf = reports[2]!.snapshotId;
    await expect(
      restore({ repository: vault.repository, snapshotId: snapshotIdOf, to: join(folder, 'none'), threads: 0 }),
    ).rejects.toMatchObject({ code: 'unknown-writer' });
    await restore({ repository: reader, snapshotId: snapshotIdOf, to: join(folder, 'back'), threads: 0 });
    expect(picture(join(folder, 'back'))).toEqual(picture(join(folder, 'source')));
    for (const repository of [other, reader]) repository.close();
  });

  it('a writer that was let go counts up to where it was, and no further', async () => {
    await enrol();
    const other = await open();
    await backup({ repository: other, source: source(), threads: 0 });
    await revokeWriter(vault.repository, id, 1);
    // The thief has the vault open still, and goes on.
    const late = await backup({ repository: other, source: source(), threads: 0 });
    other.close();
    await expect(
      open().then((again) => backup({ repository: again, source: source(), threads: 0 })),
    ).rejects.toMatchObject({
      code: 'writer-revoked',
    });
    const reader = await open(vault.writerKey, 'cache-3');
    const { snapshots, findings, heads } = await listSnapshots(reader);
    expect(snapshots.map(({ head }) => snapshotId(head))).toEqual([`${id}-0000000001`]);
    expect(heads).toMatchObject([{ writer: id, sequence: 1 }]);
    expect(findings).toMatchObject([{ code: 'damaged', snapshot: late.snapshotId }]);
    await restore({ repository: reader, snapshotId: `${id}-0000000001`, to: join(folder, 'back'), threads: 0 });
    await expect(
      restore({ repository: reader, snapshotId: late.snapshotId, to: join(folder, 'late'), threads: 0 }),
    ).rejects.toMatchObject({ code: 'writer-revoked' });
    reader.close();
  });

  it('a writer that was let go earlier than it had come leaves nothing that looks like damage', async () => {
    await enrol();
    const other = await open();
    const reports = [];
    for (let run = 0; run < 3; run++) {
      writeFileSync(join(folder, 'source', 'b'), `run ${run}`);
      reports.push(await backup({ repository: other, source: source(), threads: 0 }));
    }
    other.close();
    const own = await open(vault.writerKey, 'cache-4');
    const { heads } = await listSnapshots(own);
    const common = { repository: own, writer: id, knownHeads: heads };
    await expect(letWriterGo({ ...common, through: 4 })).rejects.toMatchObject({ code: 'snapshot-missing' });
    const holds = [{ snapshots: [reports[2]!.snapshotId], domain: null }];
    await expect(letWriterGo({ ...common, through: 1, holds })).rejects.toMatchObject({ code: 'held' });
    expect(await letWriterGo({ ...common, through: 2 })).toMatchObject({
      through: 2,
      discounted: [reports[2]!.snapshotId],
    });
    own.close();
    const reader = await open(vault.writerKey, 'cache-3');
    const list = await listSnapshots(reader, heads);
    expect(list.snapshots.map(({ head }) => snapshotId(head))).toEqual(
      reports.slice(0, 2).map((one) => one.snapshotId),
    );
    expect(list.findings).toEqual([]);
    expect((await check({ repository: reader, level: 'data', knownHeads: heads })).findings).toEqual([]);
    // Again, and earlier still; and then nothing of it counts.
    for (const [through, left] of [
      [2, 2],
      [1, 1],
      [0, 0],
    ] as const) {
      const again = await open(vault.writerKey, 'cache-3');
      await letWriterGo({ repository: again, writer: id, knownHeads: heads, through });
      const { snapshots, findings } = await listSnapshots(again, heads);
      expect([snapshots.length, findings]).toEqual([left, []]);
      again.close();
    }
    reader.close();
  });

  it('enrolling and letting go twice changes nothing; a writer may come back', async () => {
    expect(await enrol()).toMatchObject({ revision: 1, state: 'active', through: null });
    expect(await enrol()).toMatchObject({ revision: 1 });
    expect(await revokeWriter(vault.repository, id, 0)).toMatchObject({ revision: 2, state: 'revoked', through: 0 });
    expect(await revokeWriter(vault.repository, id, 0)).toMatchObject({ revision: 2 });
    expect(await enrol()).toMatchObject({ revision: 3, state: 'active' });
    await expect(revokeWriter(vault.repository, 'ab'.repeat(16), 0)).rejects.toMatchObject({ code: 'unknown-writer' });
  });

  it('only the creator enrols and lets go', async () => {
    await enrol();
    const other = await open();
    await expect(enrolWriter(other, writerOf(writerKey()).publicKey)).rejects.toMatchObject({ code: 'unknown-writer' });
    await expect(revokeWriter(other, id, 0)).rejects.toMatchObject({ code: 'unknown-writer' });
    other.close();
    // What it signs all the same, nobody believes.
    const third = writerOf(writerKey());
    const forged: FurtherWriter = { ...third, revision: 1, state: 'active', through: null, createdMs: 1 };
    const name = furtherWriterName(third.id, 1);
    const bytes = sealFurtherWriter(forged, vault.repository.descriptor.vault, { id, privateKey: second });
    await vault.target.put(name, bytes);
    await expect(open()).rejects.toMatchObject({ code: 'unknown-writer' });
  });

  it.each([
    ['an older revision', (store: string) => rmSync(join(store, '00000002.json'))],
    ['no revision', (store: string) => rmSync(store, { recursive: true })],
  ])('a store that shows %s of a writer that was let go is refused', async (_, turnBack) => {
    await enrol();
    await revokeWriter(vault.repository, id, 0);
    (await open(vault.writerKey)).close();
    turnBack(join(folder, 'store', 'writers', id));
    await expect(open(vault.writerKey)).rejects.toMatchObject({ code: 'rolled-back' });
  });

  it('every prefix and flipped bit of a writer is refused', async () => {
    const { descriptor } = vault.repository;
    const further = await enrol();
    const name = furtherWriterName(id, 1);
    const bytes = readFileSync(join(folder, 'store', name));
    expect(openFurtherWriter(name, bytes, descriptor)).toEqual(further);
    for (let at = 0; at < bytes.length; at++) {
      expect(() => openFurtherWriter(name, bytes.subarray(0, at), descriptor)).toThrow(VaultError);
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      expect(() => openFurtherWriter(name, flipped, descriptor)).toThrow(VaultError);
    }
    expect(() => openFurtherWriter(furtherWriterName(id, 2), bytes, descriptor)).toThrow(/another one/);
    expect(() => openFurtherWriter(name, bytes, { ...descriptor, vault: 'ff'.repeat(16) })).toThrow(/another vault/);
  });

  describe('that are hostile', () => {
    const forgedHead = (change: Partial<ManifestHead> = {}) => {
      const { vault: vaultId } = vault.repository.descriptor;
      const held = holdKey(bytesOf(randomBytes(32)), vaultId, 'ab'.repeat(16), 'metadata');
      const key = { id: held.id, purpose: 'metadata', commitment: held.commitment.toString('hex') } as const;
      const body = {
        source: 'source',
        startedMs: 1,
        finishedMs: 2,
        root: [],
        statistics: { files: 0, folders: 0, links: 0, bytes: 0, problems: 0 },
        problems: [],
        indexes: [],
        packs: [],
      };
      const head = {
        vault: vaultId,
        writer: id,
        sequence: 1,
        previous: null,
        parent: null,
        domain: 'cd'.repeat(16),
        createdMs: 1,
        keys: [key],
        ...change,
      };
      return sealManifest(head, body, held, second, randomBytes(32));
    };

    it('put no later revision before a key of somebody else', async () => {
      await enrol();
      await backup({ repository: vault.repository, source: source(), threads: 0 });
      const [keyId = ''] = readdirSync(join(folder, 'store', 'keys'));
      const reader = await open(vault.writerKey, 'cache-3');
      const { envelope } = await reader.keyRing().find(keyId);
      for (const revision of [2, 99_999_999]) {
        const forged = sealEnvelope({ ...envelope, revision, recipients: [] }, reader.descriptor, {
          id,
          privateKey: second,
        });
        await vault.target.put(envelopeName(keyId, revision), forged);
      }
      const found = await reader.keyRing().find(keyId);
      expect(found.envelope).toEqual(envelope);
      expect(found.others).toHaveLength(2);
      await reader.keyRing().get(keyId);
      reader.close();
    });

    it('cannot write into the chain of somebody else, skip numbers unseen, or name another vault', async () => {
      await enrol();
      const reader = await open(vault.writerKey, 'cache-3');
      const { creator, vault: vaultId, writers } = reader.descriptor;
      const put = (name: string, change: Partial<ManifestHead>) => vault.target.put(name, forgedHead(change).bytes);
      const openAs = (name: string, change: Partial<ManifestHead>) => () =>
        openManifestHead(name, forgedHead(change).bytes, vaultId, writers);
      const theirs = snapshotName(creator, 1);
      expect(openAs(theirs, {})).toThrow(/valid signa/);
      expect(openAs(theirs, { writer: creator })).toThrow(/valid signature/);
      expect(openAs(snapshotName(id, 1), { vault: 'ff'.repeat(16) })).toThrow(/another vault/);
      await put(snapshotName(id, 7), { sequence: 7 });
      await put(theirs, {});
      const { findings, snapshots } = await listSnapshots(reader);
      expect(snapshots.map(({ head }) => head.sequence)).toEqual([7]);
      expect(findings.filter(({ code }) => code === 'missing')).toHaveLength(6);
      expect(findings).toContainEqual(expect.objectContaining({ code: 'damaged', snapshot: `${creator}-0000000001` }));
      reader.close();
    });

    it('name two dedupe keys, or none, in vain', async () => {
      await enrol();
      const reader = await open(vault.writerKey, 'cache-3');
      const own = await backup({ repository: reader, source: source(), threads: 0 });
      const { snapshots } = await listSnapshots(reader);
      const keys = snapshots[0]!.head.keys;
      const dedupe = keys.find(({ purpose }) => purpose === 'dedupe')!;
      expect(own.head.sequence).toBe(1);
      expect(dedupeKeyOf(snapshots[0]!.head)).toBe(reader.descriptor.dedupeKey);
      for (const wrong of [[...keys, dedupe], keys.filter((key) => key !== dedupe)]) {
        expect(() => dedupeKeyOf({ writer: id, sequence: 1, keys: wrong })).toThrow(/one dedupe key/);
      }
      reader.close();
    });

    it('have heads that are too long refused before they are read', async () => {
      await enrol();
      const bytes = Buffer.concat([Buffer.from('KSSNAP01'), Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(100)]);
      await vault.target.put(snapshotName(id, 1), bytes);
      const reader = await open(vault.writerKey, 'cache-3');
      const { findings } = await listSnapshots(reader);
      expect(findings).toMatchObject([{ code: 'damaged', text: expect.stringContaining('too long') as string }]);
      reader.close();
    });

    it('sign an index of packs that are not theirs: nobody takes a chunk for known, and readers find their own', async () => {
      await enrol();
      const mine = await open(vault.writerKey, 'cache-3');
      const first = await backup({ repository: mine, source: source(), threads: 0 });
      const theirs = await open();
      // The same pack and the same chunk ids, at places that are wrong.
      const [indexId = ''] = readdirSync(join(folder, 'store', 'index'));
      const ring = theirs.keyRing();
      const bytes = readFileSync(join(folder, 'store', 'index', indexId));
      const genuine = await openIndex(indexId, bytes, mine.descriptor.vault, mine.descriptor.writers, (key) =>
        ring.get(key),
      );
      const packs = genuine.packs.map((pack) => ({
        ...pack,
        entries: pack.entries.map((entry) => ({ ...entry, codec: 0, offset: 90, stored: 40, plain: 24 })),
      }));
      const held = await ring.create('metadata', { id, privateKey: second });
      const forged = sealIndex(packs, held, mine.descriptor.vault, { id, privateKey: second }, randomBytes(32));
      await vault.target.put(`index/${forged.id}`, forged.bytes);

      const again = await backup({ repository: mine, source: source(), threads: 0 });
      expect(again).toMatchObject({ unchangedFiles: 5, newBytes: 0, warnings: [] });
      for (const cache of ['cache-4', 'cache-5']) {
        const reader = await open(vault.writerKey, cache);
        const to = join(folder, `back-${cache}`);
        await restore({ repository: reader, snapshotId: first.snapshotId, to, threads: 0 });
        expect(picture(to)).toEqual(picture(join(folder, 'source')));
        reader.close();
      }
      // Everything that lies there is known before the snapshot is: the forged claims among it.
      const reader = await open(vault.writerKey, 'cache-6');
      expect((await check({ repository: reader, level: 'data' })).findings).toEqual([]);
      await syncIndex(reader, reader.keyRing());
      await restore({ repository: reader, snapshotId: again.snapshotId, to: join(folder, 'again'), threads: 0 });
      for (const repository of [mine, theirs, reader]) repository.close();
    });

    it('sign nothing that only the creator may: a signature of one kind is none of another', () => {
      const message = Buffer.from('{}');
      const kinds = ['descriptor', 'envelope', 'index', 'manifest', 'pair', 'writer'] as const;
      const signatures = kinds.map((kind) => signAs(kind, second, message).toString('hex'));
      expect(new Set(signatures).size).toBe(kinds.length);
    });
  });
});
