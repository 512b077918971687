import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../check/check.ts';
import type { Repository } from '../repository.ts';
import { snapshotName } from '../format/manifest.ts';
import { listSnapshots } from '../snapshots.ts';
import { counting } from '../targets/counting.fixture.ts';
import { DAY, KeepingHouse } from './keeping.fixture.ts';
import { maintain } from './maintain.ts';
import { survey, type Survey } from './survey.ts';

const SOURCE = 'records of patients';
let house: KeepingHouse;
beforeEach(async () => {
  house = await KeepingHouse.open();
  for (let i = 0; i < 6; i++) {
    house.clock.ms += DAY;
    house.change();
    await house.backup(house.repository, SOURCE);
  }
});
afterEach(() => house.close());

const rulesOf = () => ({ last: 4, timeZone: 'UTC', trashDays: 0 });
const look = async (repository: Repository): Promise<Survey> => {
  const ring = repository.keyRing();
  try {
    return await survey({ repository, rulesOf }, ring);
  } finally {
    ring.drop();
  }
};
/** How often the master key opens something, and what is read, while something is done. */
async function asked(work: (repository: Repository) => Promise<unknown>, repository = house.repository) {
  const { target, traffic } = counting(repository.target);
  const before = house.masterKey.calls.unwrap;
  await work({ ...repository, target });
  return { unwraps: house.masterKey.calls.unwrap - before, gets: traffic.gets };
}
/** What the cache of another process has, which is closed when it is changed. */
async function withCache(work: (database: DatabaseSync) => void): Promise<void> {
  const [file = ''] = readdirSync(join(house.folder, 'cache')).filter((name) => name.endsWith('.sqlite'));
  const database = new DatabaseSync(join(house.folder, 'cache', file));
  work(database);
  database.close();
}
const needsOf = ({ snapshots }: Survey) => snapshots.map(({ needs }) => needs);

describe('what a machine remembers of snapshots', () => {
  it('asks the master key once for each of them, and then once for each look', async () => {
    const cold = await asked(look);
    expect(cold.unwraps).toBe(7);
    expect(await asked(look)).toEqual({ unwraps: 1, gets: 0 });
    house.change();
    await house.backup(house.repository, SOURCE);
    expect((await asked(look)).unwraps).toBe(2);
    expect((await asked(listSnapshots)).gets).toBe(0);
    const fresh = await house.another();
    expect(needsOf(await look(fresh))).toEqual(needsOf(await look(house.repository)));
    fresh.close();
  });

  it('serves every look of a run', async () => {
    const run = await asked((repository) => maintain({ repository, rulesOf: () => undefined }));
    expect(run.unwraps).toBe(7);
    expect((await asked((repository) => maintain({ repository, rulesOf: () => undefined }))).unwraps).toBe(1);
  });

  it('forgets what is gone', async () => {
    const count = async (): Promise<unknown> => {
      let rows: unknown;
      await withCache((database) => (rows = database.prepare('SELECT count(*) AS n FROM needs').get()?.['n']));
      return rows;
    };
    await look(house.repository);
    expect(await count()).toBe(6);
    await maintain({ repository: house.repository, rulesOf });
    house.clock.ms += 1000;
    await maintain({ repository: house.repository, rulesOf });
    expect(await count()).toBe(4);
  });

  it('is nothing without the master key', async () => {
    await look(house.repository);
    house.masterKey.failure = 'disabled';
    await expect(look(house.repository)).rejects.toMatchObject({ code: 'disabled' });
  });

  it.each([
    ['a pack less', "UPDATE needs SET packs = substr(packs, 5) WHERE packs <> x''"],
    ['no pack', "UPDATE needs SET packs = x''"],
    ['other packs', 'UPDATE names SET id = zeroblob(32) WHERE n = 1'],
    ['packs that are not named', 'DELETE FROM names'],
    ['no index', "UPDATE needs SET indexes = x''"],
    ['what is sealed cut', 'UPDATE needs SET sealed = substr(sealed, 1, 20)'],
    ['what is sealed changed', "UPDATE needs SET sealed = sealed || x'00'"],
    [
      'those of another snapshot',
      'UPDATE needs SET packs = (SELECT packs FROM needs n ORDER BY head LIMIT 1), indexes = (SELECT indexes FROM needs n ORDER BY head LIMIT 1), sealed = (SELECT sealed FROM needs n ORDER BY head LIMIT 1)',
    ],
  ])('counts for nothing where the cache has %s', async (_, sql) => {
    const whole = needsOf(await look(house.repository));
    await withCache((database) => database.exec(sql));
    const other = await house.another('cache');
    const outcome = await asked(async (repository) => expect(needsOf(await look(repository))).toEqual(whole), other);
    expect(outcome.unwraps).toBeGreaterThan(1);
    other.close();
  });

  it('tells no name of a source', async () => {
    await look(house.repository);
    for (const name of readdirSync(join(house.folder, 'cache'))) {
      expect(readFileSync(join(house.folder, 'cache', name)).includes('patients')).toBe(false);
    }
  });

  it('hides no manifest that the store has changed: it is seen at once, and where it looks the same by a check', async () => {
    const { snapshots } = await listSnapshots(house.repository);
    const { writer, sequence } = snapshots[2]!.head;
    const name = snapshotName(writer, sequence);
    const path = join(house.folder, 'store', name);
    const bytes = readFileSync(path);
    bytes[200]! ^= 1;
    const { atime, mtime } = statSync(path);
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
    // The fixture's store says the same time for it as before.
    expect((await listSnapshots(house.repository)).findings).toEqual([]);
    const found = await check({ repository: house.repository, level: 'list' });
    expect(found.findings.map(({ code }) => code)).toEqual(['damaged', 'missing']);
    house.stored.set(name, house.clock.ms + 1);
    expect((await listSnapshots(house.repository)).findings).toMatchObject([{ code: 'damaged' }, { code: 'missing' }]);
  });

  it('brings back no snapshot that the store does not list', async () => {
    const { snapshots } = await listSnapshots(house.repository);
    const { writer, sequence } = snapshots[2]!.head;
    await house.repository.target.delete(snapshotName(writer, sequence));
    const { findings, snapshots: left } = await listSnapshots(house.repository);
    expect([left.length, findings.map(({ code }) => code)]).toEqual([5, ['missing']]);
  });
});
