import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { backup } from '../backup/backup.ts';
import { decrypt, hasDecryptor } from '../decryptor.fixture.ts';
import { Codec, ChunkKind } from '../format/format.ts';
import { encodeNode } from '../format/tree.ts';
import { writerOf } from '../format/writer-key.ts';
import { enrolWriter } from '../further-writers.ts';
import { HostileWriter, type Spoiled } from '../hostile-snapshot.fixture.ts';
import { syncIndex } from '../index-sync.ts';
import type { KeyRing } from '../key-ring.ts';
import { openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { FolderSource } from '../sources/folder.ts';
import { newVault, noise, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { check } from './check.ts';

/** A vault with a sound snapshot of its creator, and a host that was enrolled and is somebody else's now. */
class House {
  readonly folder = scratch();
  readonly #key = writerKey();
  #vault!: Awaited<ReturnType<typeof newVault>>;
  #ring!: KeyRing;
  /** What was opened first, and has seen everything since. */
  warm!: Repository;
  writer!: HostileWriter;

  static async open(): Promise<House> {
    const house = new House();
    const { folder } = house;
    house.#vault = await newVault(folder);
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'file'), noise('file', 300_000));
    const { repository } = house.#vault;
    await backup({ repository, source: new FolderSource(join(folder, 'source'), 'source'), threads: 0 });
    await enrolWriter(repository, writerOf(house.#key).publicKey);
    house.warm = await house.machine('cache-of-the-host');
    house.#ring = house.warm.keyRing();
    house.writer = await HostileWriter.make(house.warm, house.#ring);
    return house;
  }

  /** The vault as a machine has it that has never seen it, or has kept what it saw. */
  async machine(cache?: string): Promise<Repository> {
    const { target, masterKey } = this.#vault;
    const seen = cache === undefined ? {} : { cacheFolder: join(this.folder, cache) };
    return await openRepository(target, { masterKeys: [masterKey], writerKey: this.#key, ...seen });
  }

  /** Why a machine that has never seen the vault does not restore it; `undefined`: it does. */
  async restored(snapshotId: string): Promise<string | undefined> {
    const repository = await this.machine();
    const to = join(this.folder, `to-${snapshotId}`);
    try {
      await restore({ repository, snapshotId, to, threads: 0 });
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      repository.close();
    }
  }

  /** What tools/decrypt.py writes of it, and says. */
  async decrypted(snapshotId: string): Promise<{ readonly names: readonly string[]; readonly err: string }> {
    const keys = join(this.folder, 'keys');
    const held = this.#ring.held().map(({ id, key }) => [id, key.export().toString('hex')] as const);
    writeFileSync(keys, JSON.stringify(Object.fromEntries(held)));
    const to = join(this.folder, `decrypted-${snapshotId}`);
    mkdirSync(to);
    const store = join(this.folder, 'store');
    const { err } = await decrypt([store, '--data-keys', keys, '--to', to, '--snapshot', snapshotId]);
    return { names: readdirSync(to), err };
  }

  close(): void {
    this.warm.close();
    this.#vault.repository.close();
    removeScratch(this.folder);
  }
}

/** What is wrong, what the snapshot has otherwise, and what the restore and tools/decrypt.py say. */
const CASES: readonly (readonly [string, Spoiled, string, string])[] = [
  [
    'an extent beyond its chunk',
    { node: (entry) => encodeNode([{ ...entry, extents: [{ ...entry.extents[0]!, offset: 1 }] }]) },
    'malformed',
    'beyond its chunk',
  ],
  ['a pack that is not on its reference list', { packs: ([, tree]) => [tree!] }, 'chunk-missing', 'in no index'],
  ['a chunk that its index objects do not tell of', { untold: true }, 'chunk-missing', 'in no index'],
  ['an index that tells another offset', { told: (one) => ({ ...one, offset: 91 }) }, 'tampered', 'was changed'],
  [
    'an index that tells another length',
    { told: (one) => ({ ...one, plain: one.plain - 1, stored: one.stored - 1 }) },
    'tampered',
    'was changed',
  ],
  [
    'an index that tells another codec',
    { told: (one) => ({ ...one, codec: Codec.zstd, plain: one.plain + 1 }) },
    'tampered',
    'was changed',
  ],
  [
    'an index that takes content for a node',
    { told: (one) => ({ ...one, kind: ChunkKind.tree }) },
    'chunk-missing',
    'of another kind',
  ],
  [
    'an index that names another key of the pack',
    { packKey: ({ metadata }) => metadata.id },
    'malformed',
    'another key',
  ],
  [
    'a head that does not name the key of a pack',
    { keys: (keys, { data }) => keys.filter(({ id }) => id !== data.id) },
    'commitment-mismatch',
    'the snapshot does not name',
  ],
  [
    'a head that does not name the key of an index object',
    { strayIndexKey: true },
    'commitment-mismatch',
    'the snapshot does not name',
  ],
  ['a chunk of another source', { source: 'another' }, 'tampered', 'is not its id'],
];

describe('a snapshot that a restore refuses is not proven, and nobody else pays for it', () => {
  let house: House;
  /** Each snapshot follows a sound one of the same chunk. */
  let sound: { readonly id: string; readonly index: string };
  /** Ids of those that were made. */
  const made = new Map<string, string>();
  beforeAll(async () => {
    house = await House.open();
    sound = await house.writer.snapshot();
  });
  afterAll(() => house.close());

  /** Sources that a check proves, and the codes of what it finds, by the snapshots that they hit. */
  async function checked(repository = house.warm) {
    await syncIndex(repository, repository.keyRing());
    const { findings, proven } = await check({ repository, level: 'data' });
    const of = (id: string) => findings.filter(({ snapshots = [] }) => snapshots.includes(id)).map(({ code }) => code);
    return { findings, of, sources: proven.map(({ source }) => source).toSorted() };
  }

  it('a sound one is proven and restored', async () => {
    expect(await checked()).toMatchObject({ findings: [], sources: ['hostile', 'source'] });
    expect(await house.restored(sound.id)).toBeUndefined();
  });

  it.each(CASES)('%s', async (what, spoiled, code) => {
    const { id } = await house.writer.snapshot(spoiled);
    const after = await checked();
    const source = spoiled.source ?? 'hostile';
    expect(after.of(id).length).toBeGreaterThan(0);
    expect(after.sources).toContain('source');
    expect(after.sources).not.toContain(source);
    expect(after.of(sound.id)).toEqual([]);
    expect(await house.restored(id)).toBe(code);
    made.set(what, id);
  });

  it.skipIf(!hasDecryptor)('a sound one is decrypted by tools/decrypt.py', async () => {
    expect(await house.decrypted(sound.id)).toEqual({ names: ['file'], err: '' });
  });

  it.skipIf(!hasDecryptor).each(CASES)(
    '%s: tools/decrypt.py takes nothing of it',
    async (what, spoiled, _code, text) => {
      const id = made.get(what) ?? (await house.writer.snapshot(spoiled)).id;
      const { names, err } = await house.decrypted(id);
      expect([names, err]).toEqual([[], expect.stringContaining(text)]);
    },
  );

  it('what is wrong with a file alone leaves out that file, where damage is to be lived with', async () => {
    const name = (text: string) => ({ name: Buffer.from(text) });
    const { id: snapshotId } = await house.writer.snapshot({
      node: (entry) => {
        const beyond = { ...entry, ...name('b'), extents: [{ ...entry.extents[0]!, offset: 1 }] };
        return encodeNode([{ ...entry, ...name('a') }, beyond, { ...entry, ...name('c'.repeat(256)) }]);
      },
    });
    const to = join(house.folder, 'without');
    const repository = await house.machine();
    const report = await restore({ repository, snapshotId, to, skipDamaged: true, threads: 0 });
    repository.close();
    expect(report).toMatchObject({ files: 1, bytes: 200, skippedCount: 2 });
    expect(report.skipped.map(({ path, why }) => [String(path).slice(0, 2), why])).toEqual([
      ['b', 'damaged'],
      ['cc', 'name-too-long'],
    ]);
    expect(readdirSync(to)).toEqual(['a']);
  });

  it('an index object that tells wrong of a chunk that another one tells right of', async () => {
    const { id } = await house.writer.snapshot({ told: (one) => ({ ...one, offset: 91 }), indexes: [sound.index] });
    for (const repository of [house.warm, await house.machine()]) {
      const { of, sources } = await checked(repository);
      expect(of(id)).toContain('tampered');
      expect([of(sound.id), sources]).toEqual([[], ['source']]);
      if (repository !== house.warm) repository.close();
    }
  });

  it('a data key that nothing opens: the check goes on to the others', async () => {
    const { masterKeys, descriptor } = house.warm;
    const [masterKey] = masterKeys as [(typeof masterKeys)[number]];
    const generate = masterKey.generate.bind(masterKey);
    masterKey.generate = async (context) => ({
      ...(await generate(context)),
      wrapped: bytesOf<'WrappedKey'>(Buffer.alloc(60, 1)),
    });
    const writer = { id: house.warm.writer!.id, privateKey: house.warm.writer!.privateKey };
    const dark = await house.warm.keyRing().create('data', writer);
    masterKey.generate = generate;
    expect(descriptor.dedupeKey).not.toBe(dark.id);
    const { id } = await house.writer.snapshot({
      keys: (keys) => [...keys, { id: dark.id, purpose: 'data', commitment: dark.commitment.toString('hex') }],
    });
    for (const level of ['data', 'drill'] as const) {
      const { findings, proven } = await check({ repository: house.warm, level });
      const hits = findings.filter(({ snapshots = [] }) => snapshots.includes(id)).map(({ code }) => code);
      expect(hits).toContain('master-key-wrong-context-or-tampered');
      expect(proven.map(({ source }) => source)).toEqual(['source']);
    }
  });
});
