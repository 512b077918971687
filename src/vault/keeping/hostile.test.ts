import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { enrolWriter } from '../further-writers.ts';
import { markName } from '../format/mark.ts';
import { chooseSnapshot } from '../recovery/choose-snapshot.ts';
import { openRepository, type Repository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import type { StoredObject } from '../targets/target.ts';
import { writerKey } from '../vault.fixture.ts';
import { writerOf } from '../format/writer-key.ts';
import { join } from 'node:path';
import { ClockedTarget, DAY, HOUR, KeepingHouse } from './keeping.fixture.ts';
import { maintain } from './maintain.ts';
import { MarkList } from './mark-list.ts';
import type { RetentionRules } from './retention.ts';
import { moveToTrash, takeBack } from './trash.ts';

/** A store that says that everything came within one hour. */
class LyingTarget extends ClockedTarget {
  override async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const object of super.list(prefix)) {
      yield { ...object, ...(object.name.startsWith('snapshots/') && { storedMs: Date.UTC(2026, 0, 1, 12) }) };
    }
  }
}

let house: KeepingHouse;
const second = writerKey();
const open: Repository[] = [];
beforeEach(async () => {
  house = await KeepingHouse.open();
  house.write('staying', 'what never changes\n'.repeat(300));
});
afterEach(() => {
  for (const repository of open.splice(0)) repository.close();
  house.close();
});

const rules = (some: Partial<RetentionRules>): RetentionRules => ({ timeZone: 'UTC', trashDays: 2, ...some });
async function snapshots(count: number, repository?: Repository): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    house.clock.ms += DAY;
    house.change();
    ids.push((await house.backup(repository)).snapshotId);
  }
  return ids;
}
async function openAs(key = second, target = house.target()): Promise<Repository> {
  const repository = await openRepository(target, {
    masterKeys: [house.masterKey],
    writerKey: key,
    cacheFolder: join(house.folder, `cache-hostile-${open.length}`),
    clock: house.clock,
  });
  open.push(repository);
  return repository;
}
/** A host that was enrolled and is somebody else's now. */
async function hostile(): Promise<Repository> {
  await enrolWriter(house.repository, writerOf(second).publicKey);
  return await openAs();
}

describe('what a hostile writer', () => {
  it('calls by the name of another source pushes nothing of that source out', async () => {
    const good = await snapshots(3);
    const bad = await snapshots(4, await hostile());
    const report = await maintain({ repository: await openAs(house.writerKey), rulesOf: () => rules({ last: 3 }) });
    expect(report.trashed).toEqual([bad[0]]);
    house.clock.ms += 3 * DAY;
    await maintain({ repository: await openAs(house.writerKey), rulesOf: () => rules({ daily: 1, last: 3 }) });
    expect(await house.ids(await openAs(house.writerKey))).toEqual([...good, ...bad.slice(1)]);
  });

  it('puts where envelopes lie does not stop what looks after the vault', async () => {
    await snapshots(1);
    await house.repository.target.put(`keys/${'ab'.repeat(16)}/00000001.json`, Buffer.from('no envelope'));
    house.clock.ms += 9 * DAY;
    expect(await maintain({ repository: house.repository, rulesOf: () => undefined })).toMatchObject({ marked: 0 });
  });

  it('names like the source of another one is not taken for it', async () => {
    const [, good] = await snapshots(2);
    const bad = await hostile();
    house.clock.ms += DAY;
    const source = new FolderSource(join(house.folder, 'source'), 'source');
    const { snapshotId } = await backup({ repository: bad, source, threads: 0 });
    const reader = await openAs(house.writerKey);
    await expect(chooseSnapshot(reader, { source: 'source' })).rejects.toMatchObject({ code: 'source-ambiguous' });
    await expect(chooseSnapshot(reader, {})).rejects.toThrow(new RegExp(`${good}.*|${snapshotId}`));
    expect(await chooseSnapshot(reader, { snapshotId: good as string })).toMatchObject({ snapshotId: good });
  });
});

describe('a hostile store', () => {
  it('that says a wrong time makes no good snapshot go', async () => {
    const good = await snapshots(5);
    const lying = await openAs(
      house.writerKey,
      new LyingTarget(join(house.folder, 'store'), house.clock, house.stored),
    );
    house.clock.ms += HOUR;
    expect(await maintain({ repository: lying, rulesOf: () => rules({ daily: 5 }) })).toMatchObject({ trashed: [] });
    expect(await house.ids()).toEqual(good);
  });

  it('that loses the mark of what was taken back does not put it into the trash again', async () => {
    const [first] = await snapshots(2);
    const options = { repository: house.repository, rulesOf: () => undefined };
    await moveToTrash(options, [first as string], 1);
    await takeBack(options, [first as string]);
    const { marks } = await MarkList.read(house.repository);
    for (const { id, kind } of marks) if (kind === 'keep') await house.repository.target.delete(markName(id));
    house.clock.ms += 9 * DAY;
    expect(await maintain(options)).toMatchObject({ deletedSnapshots: [], trashed: [] });
    expect(await house.ids()).toContain(first);
  });
});

describe('a master key that is switched off', () => {
  it('while a vault is looked after takes the right to take anything more away', async () => {
    const [first] = await snapshots(2);
    const options = { repository: house.repository, rulesOf: () => rules({ last: 1 }) };
    await maintain(options);
    house.clock.ms += 3 * DAY;
    const { target } = house.repository;
    const put = target.put.bind(target);
    target.put = async (name, bytes) => {
      await put(name, bytes);
      // The mark that asks the store's time takes its time, and the key goes meanwhile.
      if (name.startsWith('marks/')) house.clock.ms += 6 * 60_000;
      house.masterKey.failure = 'disabled';
    };
    await expect(maintain(options)).rejects.toMatchObject({ code: 'disabled' });
    expect(await house.ids()).toContain(first);
  });
});
