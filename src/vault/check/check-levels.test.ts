import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { X_WING, xWingPair } from '../../crypto/x-wing.ts';
import { backup } from '../backup/backup.ts';
import { CHECK_LEVELS, type CheckLevel } from './check-level.ts';
import { check } from './check.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { enrolWriter } from '../further-writers.ts';
import { holdName, sealHold } from '../format/hold.ts';
import { markId, markName, sealMark } from '../format/mark.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { pairName, sealPair } from '../format/pair.ts';
import { openRepository, type Repository } from '../repository.ts';
import { retiredName, sealRetired } from '../format/retired.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { sealTombstone, tombstoneName } from '../format/tombstone.ts';
import { newVault, noise, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { writerOf } from '../format/writer-key.ts';

let folder: string;
let repository: Repository;
let masterKey: FixtureMasterKey;
let ids: string[];

/** A vault with an object of every kind that a vault of one machine has, and two snapshots. */
async function filled(): Promise<void> {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'large'), noise('large', 400_000));
  for (let i = 0; i < 40; i++) writeFileSync(join(folder, 'source', `file-${i}`), `content of ${i}`);
  const made = await newVault(folder);
  ({ masterKey } = made);
  const creator = { id: writerOf(made.writerKey).id, privateKey: made.writerKey };
  const { vault } = made.repository.descriptor;
  const source = new FolderSource(join(folder, 'source'), 'source');
  ids = [];
  for (let i = 0; i < 2; i++) {
    writeFileSync(join(folder, 'source', 'changed'), `state ${i}`);
    ids.push((await backup({ repository: made.repository, source, threads: 0 })).snapshotId);
  }
  const put = (name: string, bytes: Buffer) => made.target.put(name, bytes);
  const tombstone = {
    writer: creator.id,
    sequence: 3,
    createdMs: 1,
    reason: 'expired',
    head: '00'.repeat(32),
    previous: made.repository.cache.knownHeads().find(({ sequence }) => sequence === 2)?.digest ?? null,
    domain: null,
    takenMs: null,
    replacedBy: null,
    destroyed: [],
    readable: [],
  } as const;
  await put(tombstoneName(tombstone), sealTombstone(tombstone, vault, creator));
  const mark = { id: markId(5, Buffer.alloc(16, 1)), createdMs: 5, notBeforeMs: 6 };
  await put(markName(mark.id), sealMark({ ...mark, kind: 'clock', reason: 'none', names: [] }, vault, creator));
  const hold = {
    hold: 'ab'.repeat(16),
    revision: 1,
    createdMs: 5,
    state: 'held',
    snapshots: [],
    domain: null,
    previous: null,
  } as const;
  await put(holdName(hold), sealHold(hold, vault, creator));
  const retired = { key: 'cd'.repeat(16), purpose: 'data', createdMs: 6, successor: null } as const;
  await put(retiredName(retired.key), sealRetired(retired, vault, creator));
  const pair = { key: 'ef'.repeat(16), publicKey: xWingPair(Buffer.alloc(X_WING.seed, 7)).publicKey, createdMs: 7 };
  await put(pairName(pair.key), sealPair(pair, vault, creator));
  await enrolWriter(made.repository, writerOf(writerKey()).publicKey);
  made.repository.close();
}

/** Opens the vault as a machine that has never seen it: nothing is known from a cache. */
async function open(): Promise<Repository> {
  return await openRepository(new FolderTarget(join(folder, 'store')), { masterKeys: [masterKey] });
}

const codes = async (level: CheckLevel) => (await check({ repository, level })).findings.map(({ where }) => where);

describe('a corrupted bit', () => {
  beforeAll(filled);
  afterAll(() => removeScratch(folder));

  async function names(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of new FolderTarget(join(folder, 'store')).list(prefix)) found.push(name);
    return found.toSorted();
  }

  /** What a verification of all data says of the store with one bit of an object flipped: findings, or why it cannot begin. */
  async function told(name: string, at: number): Promise<string> {
    const path = join(folder, 'store', name);
    const genuine = readFileSync(path);
    const changed = Buffer.from(genuine);
    changed[at]! ^= 1;
    writeFileSync(path, changed);
    try {
      const opened = await open();
      try {
        const { findings } = await check({ repository: opened, level: 'data' });
        return findings.map(({ where, text }) => `${where} ${text}`).join('\n');
      } finally {
        opened.close();
      }
    } catch (error) {
      return (error as Error).message;
    } finally {
      writeFileSync(path, genuine);
    }
  }

  it('is nothing to find when there is none', async () => {
    repository = await open();
    for (const level of Object.keys(CHECK_LEVELS) as CheckLevel[]) expect(await codes(level)).toEqual([]);
    repository.close();
  });

  it.each([
    [DESCRIPTOR_NAME],
    ['keys/'],
    ['packs/'],
    ['index/'],
    ['snapshots/'],
    ['writers/'],
    ['pairs/'],
    ['tombstones/'],
    ['marks/'],
    ['holds/'],
    ['retired/'],
  ])(
    'in %s is found wherever it is, and the object is named',
    async (prefix) => {
      const all = prefix === DESCRIPTOR_NAME ? [prefix] : await names(prefix);
      expect(all.length).toBeGreaterThan(0);
      const name = all.at(-1) as string;
      const { length } = readFileSync(join(folder, 'store', name));
      // The first and last bytes, the borders of headers, and places in between.
      const places = new Set([0, 11, 40, 89, 90, 150, length >> 1, length - 65, length - 4, length - 1]);
      for (const at of [...places].filter((place) => place >= 0 && place < length)) {
        const text = await told(name, at);
        const named = name.startsWith('snapshots/') ? name.split('/').slice(1).join('-') : name;
        const isNamed = [named, name, ...(name === DESCRIPTOR_NAME ? ['The descriptor'] : [])].some((word) =>
          text.includes(word),
        );
        expect([at, isNamed, text]).toEqual([at, true, text]);
      }
    },
    240_000,
  );

  it('says what it means and which snapshots it hits', async () => {
    repository = await open();
    const packs = await names('packs/');
    for (const pack of packs) {
      const path = join(folder, 'store', pack);
      const genuine = readFileSync(path);
      const changed = Buffer.from(genuine);
      changed[300]! ^= 1;
      writeFileSync(path, changed);
      const { findings } = await check({ repository, level: 'data' });
      const [finding] = findings.filter(({ where }) => where === pack);
      expect(finding?.text).toMatch(/cannot be restored from the snapshots that need it.*It hits/s);
      expect(finding?.snapshots?.every((id) => ids.includes(id))).toBe(true);
      writeFileSync(path, genuine);
    }
    repository.close();
  });
});

describe('levels', () => {
  beforeEach(filled);
  afterEach(() => {
    repository.close();
    removeScratch(folder);
  });

  it('hashes and list ask no master key, and see an envelope that is gone', async () => {
    repository = await open();
    masterKey.failure = 'disabled';
    expect(await codes('hashes')).toEqual([]);
    expect(await codes('list')).toEqual([]);
    expect((await check({ repository, level: 'hashes' })).objects).toBeGreaterThan(12);
  });

  it('a drill opens every key by each recipient, reads files back, and proves each source', async () => {
    repository = await open();
    const report = await check({ repository, level: 'drill' });
    expect(report.drill).toMatchObject({ unasked: [], files: 42 });
    expect(report.drill?.asked).toBe(report.drill?.opened);
    expect(report.drill?.opened).toBe(report.drill?.keys);
    expect(report.verifiedBytes).toBeGreaterThan(400_000);
    expect(report.proven).toMatchObject([{ source: 'source', snapshotId: ids[1], level: 'drill' }]);
    expect((await check({ repository, level: 'data' })).proven).toMatchObject([{ snapshotId: ids[1], level: 'data' }]);
    masterKey.failure = 'disabled';
    const dark = await check({ repository, level: 'drill' });
    expect(dark.proven).toEqual([]);
    expect(dark.drill?.opened).toBe(0);
    expect(dark.findings).toMatchObject([
      { code: 'master-key-disabled', where: masterKey.describe().keyId, snapshots: ids },
    ]);
    expect(dark.findings[0]?.text).toMatch(/^[^.]*\. [^.]*\. It was asked for \d+ data keys\. It hits 2 snapshots/);
  });

  it('a sample reads some packs, at least one', async () => {
    repository = await open();
    const [some, all] = [
      await check({ repository, level: 'sample', samplePercent: 1 }),
      await check({ repository, level: 'data' }),
    ];
    expect(some.verifiedBytes).toBeGreaterThan(0);
    expect(some.verifiedBytes).toBeLessThan(all.verifiedBytes);
  });
});
