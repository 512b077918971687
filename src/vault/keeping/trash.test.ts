import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotName } from '../format/manifest.ts';
import { listSnapshots } from '../snapshots.ts';
import { noise } from '../vault.fixture.ts';
import { DAY, KeepingHouse } from './keeping.fixture.ts';
import { maintain } from './maintain.ts';
import { acceptLoss } from './trash.ts';

let house: KeepingHouse;
let ids: string[];
beforeEach(async () => {
  house = await KeepingHouse.open();
  ids = [];
  for (let i = 0; i < 4; i++) {
    house.clock.ms += DAY;
    house.change('changing', 300_000);
    ids.push((await house.backup()).snapshotId);
  }
});
afterEach(() => house.close());

const nameOf = (id: string) => snapshotName(id.slice(0, 32), Number(id.slice(33)));
const lose = async (at: number) => await house.repository.target.delete(nameOf(ids[at] ?? ''));
const accept = async (...at: number[]) =>
  await acceptLoss(
    house,
    at.map((one) => ids[one] ?? ''),
  );
const look = () => maintain({ repository: house.repository, rulesOf: () => undefined });

describe('a loss that is accepted', () => {
  it.each([[[0]], [[1]], [[3]], [[1, 2]], [[0, 1, 2, 3]], [[2, 3]]])(
    'lets the vault be looked after again (%j)',
    async (gone) => {
      for (const at of gone) await lose(at);
      await expect(look()).rejects.toMatchObject({ code: 'history-unsound' });
      expect(await accept(...gone)).toHaveLength(gone.length);
      expect((await listSnapshots(house.repository)).findings).toEqual([]);
      await look();
      await house.backup();
      expect(await house.wrong()).toEqual([]);
    },
  );

  it('is also one of a snapshot that is damaged', async () => {
    await lose(1);
    writeFileSync(join(house.folder, 'store', nameOf(ids[1] ?? '')), 'not a manifest');
    await accept(1);
    expect((await listSnapshots(house.repository)).findings).toEqual([]);
    expect(await house.names('snapshots/')).toHaveLength(3);
  });

  it('is refused where nothing is lost', async () => {
    await expect(accept(1)).rejects.toMatchObject({ code: 'conflict' });
    expect(await house.ids()).toEqual(ids);
  });
});

describe('packs that are mostly dead', () => {
  it('are rewritten, and deleted by the prunes after, and every snapshot stays as it was', async () => {
    house.write('large', noise('large', 900_000));
    house.write('small', noise('small', 40_000));
    await house.backup();
    house.delete('large');
    house.delete('changing');
    const { snapshotId } = await house.backup();
    const rulesOf = () => ({ last: 1, timeZone: 'UTC', trashDays: 0 });
    const before = (await house.names('packs/')).length;
    await maintain({ repository: house.repository, rulesOf });
    house.clock.ms += 1000;
    const { repacked } = await maintain({ repository: house.repository, rulesOf, repack: true });
    expect(repacked).toMatchObject({ replaced: 1, packsLeft: 0 });
    expect(await maintain({ repository: house.repository, rulesOf, repack: true })).toMatchObject({
      repacked: { replaced: 0 },
    });
    for (const days of [8, 2]) {
      house.clock.ms += days * DAY;
      await maintain({ repository: house.repository, rulesOf });
    }
    expect((await house.names('packs/')).length).toBeLessThan(before - 3);
    expect(await house.wrong(() => house.pictures.get(snapshotId))).toEqual([]);
  });
});
