import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VaultError } from '../errors.ts';
import { dedupeKeyOf, snapshotName, type NeededKey } from '../format/manifest.ts';
import { listSnapshots, readSnapshot } from '../snapshots.ts';
import { noise } from '../vault.fixture.ts';
import { forget } from './forget.ts';
import { DAY, KeepingHouse } from './keeping.fixture.ts';
import { maintain } from './maintain.ts';
import { retire } from './retire.ts';

let house: KeepingHouse;
let ids: string[];
beforeEach(async () => {
  house = await KeepingHouse.open();
  house.write('staying', noise('staying', 200_000));
  ids = [];
  for (let i = 0; i < 3; i++) {
    house.clock.ms += DAY;
    house.change('changing', 80_000);
    ids.push((await house.backup()).snapshotId);
  }
});
afterEach(() => house.close());

const rulesOf = () => undefined;
const base = () => ({ repository: house.repository, rulesOf });
const pictureOf = async () => {
  const { snapshots, tombstones } = await listSnapshots(house.repository);
  const first = new Map<string, string>();
  for (const { writer, sequence, replacedBy } of tombstones) {
    const id = `${writer}-${String(sequence).padStart(10, '0')}`;
    if (replacedBy !== null) first.set(replacedBy, first.get(id) ?? id);
  }
  expect(snapshots.length).toBeGreaterThan(0);
  return (id: string) => house.pictures.get(first.get(id) ?? id);
};
const keysOf = async (at: number, purpose: NeededKey['purpose']): Promise<string[]> => {
  const { snapshots } = await listSnapshots(house.repository);
  return (snapshots[at]?.head.keys ?? []).filter((key) => key.purpose === purpose).map(({ id }) => id);
};
const bodyKey = async (at: number): Promise<string> =>
  (await listSnapshots(house.repository)).snapshots[at]?.head.body.key ?? '';
const code = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'done',
    (error: unknown) => (error instanceof VaultError ? error.code : String(error)),
  );

describe('retiring a data key', () => {
  it.each(['data', 'metadata'] as const)(
    '(%s) rewrites everything that lies under it, and nothing else',
    async (purpose) => {
      const key = purpose === 'data' ? (await keysOf(0, 'data'))[0] : await bodyKey(0);
      const taken = (await listSnapshots(house.repository)).snapshots.map(({ head }) => head.createdMs);
      house.clock.ms += DAY;
      const report = await retire({ ...base(), key: key as string });
      expect(report).toMatchObject({ replaced: 3, packsLeft: 0, held: 0, retired: [key] });
      expect(report.warnings[0]).toContain('copies');
      const { snapshots, findings } = await listSnapshots(house.repository);
      expect(findings).toEqual([]);
      expect(snapshots.flatMap(({ head }) => head.keys.map(({ id }) => id))).not.toContain(key);
      expect(snapshots.map(({ head }) => head.takenMs)).toEqual(taken);
      expect(await house.wrong(await pictureOf())).toEqual([]);
      expect(await retire({ ...base() })).toMatchObject({ replaced: 0, packs: 0 });
      // What lay under it goes with the prunes, its envelope last.
      house.clock.ms += 8 * DAY;
      await maintain(base());
      house.clock.ms += 2 * DAY;
      await maintain(base());
      expect(await house.names(`keys/${key}/`)).toEqual([]);
      expect(await house.wrong(await pictureOf())).toEqual([]);
    },
  );

  it('lets the next backup refer to nothing under it', async () => {
    const key = (await keysOf(0, 'data'))[0] as string;
    await retire({ ...base(), key });
    const report = await house.backup();
    expect(report.newBytes).toBe(0);
    expect(report.unchangedFiles).toBe(2);
    expect(await keysOf(3, 'data')).not.toContain(key);
    expect(await house.wrong(await pictureOf())).toEqual([]);
  });

  it('goes on where it was bounded', async () => {
    const key = (await keysOf(0, 'data'))[0] as string;
    house.clock.ms += DAY;
    const rounds: number[] = [];
    for (let left = 1; left > 0 && rounds.length < 20;) {
      ({ packsLeft: left } = await retire({ ...base(), key, maxBytes: 1 }));
      rounds.push(left);
    }
    expect(rounds.at(-1)).toBe(0);
    expect(await keysOf(0, 'data')).not.toContain(key);
    expect(await house.wrong(await pictureOf())).toEqual([]);
  });

  it('leaves what is held as it is, and says so', async () => {
    const key = (await keysOf(0, 'data'))[0] as string;
    const holds = [{ snapshots: [ids[1] as string], domain: null }];
    expect(await retire({ ...base(), key, holds })).toMatchObject({ replaced: 2, held: 1 });
    expect(await house.ids()).toContain(ids[1]);
    expect(await house.wrong(await pictureOf())).toEqual([]);
  });

  it('leads from the old id to the new snapshot', async () => {
    await retire({ ...base(), key: (await keysOf(0, 'data'))[0] as string });
    const { manifest } = await readSnapshot(house.repository, house.repository.keyRing(), ids[0] as string);
    expect(manifest.head.replaces).toBe(ids[0]);
  });

  it('of the purpose dedupe gives new snapshots another one', async () => {
    const before = house.repository.dedupeKey;
    expect((await retire({ ...base(), key: before })).warnings[0]).toContain('read nothing');
    const fresh = await house.another();
    expect(fresh.dedupeKey).not.toBe(before);
    const report = await house.backup(fresh);
    expect(report.parent).toBeNull();
    const { head } = (await listSnapshots(fresh)).snapshots.at(-1) as { head: Parameters<typeof dedupeKeyOf>[0] };
    expect(dedupeKeyOf(head)).toBe(fresh.dedupeKey);
    expect(await code(retire({ ...base(), repository: fresh, key: before }))).toBe('done');
    expect((await house.another()).dedupeKey).toBe(fresh.dedupeKey);
    fresh.close();
    expect(await house.wrong(await pictureOf())).toEqual([]);
  });
});

describe('forgetting', () => {
  it('a snapshot destroys its metadata key and its own data key, and leaves the others whole', async () => {
    const [own, shared] = [await bodyKey(1), (await keysOf(1, 'data')) as string[]];
    const [writer = '', sequence] = (ids[1] as string).split('-');
    const manifest = readFileSync(join(house.folder, 'store', snapshotName(writer, Number(sequence))));
    const report = await forget({ ...base(), what: { snapshots: [ids[1] as string] } });
    expect(report.forgotten).toEqual([ids[1]]);
    expect(report.destroyedKeys).toContain(own);
    expect(report.destroyedKeys.length).toBe(2);
    expect(report.readableKeys.length).toBe(shared.length - 1 + 1);
    expect(await house.names(`keys/${own}/`)).toEqual([]);
    expect(await house.ids()).toHaveLength(2);
    expect((await listSnapshots(house.repository)).findings).toEqual([]);
    expect(await house.wrong(await pictureOf())).toEqual([]);
    // A store that kept the manifest and brings it back has nothing to open it with.
    await house.repository.target.delete(`tombstones/${writer}/${sequence}.json`);
    await house.repository.target.put(snapshotName(writer, Number(sequence)), manifest);
    const fresh = await house.another();
    expect(await code(readSnapshot(fresh, fresh.keyRing(), ids[1] as string))).toBe('object-missing');
    fresh.close();
  });

  it('a source leaves the others as they are', async () => {
    const { snapshotId: other } = await house.backup(house.repository, 'other');
    const report = await forget({ ...base(), what: { source: 'source' } });
    expect(report.forgotten).toEqual(ids);
    expect(report.readableKeys).toEqual([]);
    expect(await house.ids()).toEqual([other]);
    expect(await house.wrong()).toEqual([]);
    expect((await house.backup()).parent).toBeNull();
    expect(await house.wrong(await pictureOf())).toEqual([]);
  });

  it('is refused under a hold, and for what is not there', async () => {
    const holds = [{ snapshots: [], domain: null }];
    expect(await code(forget({ ...base(), holds, what: { source: 'source' } }))).toBe('held');
    expect(await code(forget({ ...base(), what: { source: 'nothing' } }))).toBe('snapshot-missing');
    expect(await code(forget({ ...base(), what: { snapshots: [`${'a'.repeat(32)}-0000000001`] } }))).toBe(
      'snapshot-missing',
    );
    expect(await house.ids()).toEqual(ids);
  });
});
