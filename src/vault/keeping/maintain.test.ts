import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { snapshotName } from '../format/manifest.ts';
import { parseMarkName } from '../format/mark.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import type { Source } from '../sources/source.ts';
import { ClockedTarget, DAY, HOUR, KeepingHouse } from './keeping.fixture.ts';
import { maintain, type MaintainOptions } from './maintain.ts';
import { MarkList } from './mark-list.ts';
import { moveToTrash } from './trash.ts';
import type { RetentionRules } from './retention.ts';

/** A store that the run loses right before its manifest. */
class DyingTarget extends ClockedTarget {
  override async put(name: string, bytes: Uint8Array): Promise<void> {
    if (name.startsWith('snapshots/')) throw new Error('the run dies here');
    await super.put(name, bytes);
  }
}

let house: KeepingHouse;
beforeEach(async () => {
  house = await KeepingHouse.open();
  house.write('staying', 'what never changes\n'.repeat(3000));
});
afterEach(() => house.close());

const rules = (some: Partial<RetentionRules> = {}): RetentionRules => ({ timeZone: 'UTC', trashDays: 2, ...some });
const look = (some: Partial<MaintainOptions> = {}, kept: RetentionRules | undefined = rules({ last: 1 })) =>
  maintain({ repository: house.repository, rulesOf: () => kept, ...some });

/** So many snapshots, a day apart, each with something new. */
async function snapshots(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    house.clock.ms += DAY;
    house.change();
    ids.push((await house.backup()).snapshotId);
  }
  return ids;
}

describe('looking after a vault', () => {
  it('takes nothing where no rule is given', async () => {
    await snapshots(3);
    const ids = await house.ids();
    house.clock.ms += 400 * DAY;
    expect(await look({}, rules())).toMatchObject({ trashed: [], deletedSnapshots: [], marked: 0, deleted: 0 });
    expect(await maintain({ repository: house.repository, rulesOf: () => undefined })).toMatchObject({ trashed: [] });
    expect(await house.ids()).toEqual(ids);
  });

  it.each([400 * DAY, -HOUR])('deletes nothing by a clock that is set by %i ms meanwhile', async (setByMs) => {
    const ids = await snapshots(3);
    await look();
    house.clock.ms += HOUR;
    const before = await house.names('');
    const setMeanwhile = () => {
      house.clock.setByMs = setByMs;
      return rules({ last: 1 });
    };
    await expect(look({ rulesOf: setMeanwhile })).rejects.toMatchObject({ code: 'clock-set' });
    expect([await house.names(''), (await house.ids()).length]).toEqual([before, ids.length]);
    // Minutes of a clock that is put right bit by bit are none of it.
    house.clock.setByMs = 0;
    expect(await look({ rulesOf: () => ((house.clock.setByMs = 59_000), rules({ last: 1 })) })).toMatchObject({
      deletedSnapshots: [],
    });
  });

  it('says what it would do, and does nothing', async () => {
    const [first, second, third] = await snapshots(3);
    const before = await house.names('');
    const report = await look({ dryRun: true });
    expect(report).toMatchObject({ trashed: [first, second], deletedSnapshots: [], deleted: 0 });
    expect(await house.names('')).toEqual(before);
    expect(await house.ids()).toEqual([first, second, third]);
  });

  it('goes from trash to tombstone to mark to deletion, each in its time, and what stays is whole', async () => {
    const [first, second, third] = await snapshots(3);
    const bytesBefore = (await house.names('packs/')).length;
    expect(await look()).toMatchObject({ trashed: [first, second], deletedSnapshots: [], inTrash: 2, marked: 0 });
    expect(await house.ids()).toEqual([first, second, third]);
    expect(await look()).toMatchObject({ trashed: [], deletedSnapshots: [], inTrash: 2 });
    house.clock.ms += 2 * DAY - 10;
    expect(await look()).toMatchObject({ deletedSnapshots: [], inTrash: 2 });
    house.clock.ms += 100;
    const emptied = await look();
    expect(emptied).toMatchObject({ deletedSnapshots: [first, second], inTrash: 0, deleted: 0 });
    expect(await house.ids()).toEqual([third]);
    // What they alone needed is younger than seven days: it may serve a run in flight.
    expect(emptied.marked).toBe(0);
    house.clock.ms += 7 * DAY;
    const marked = await look();
    expect(marked.marked).toBeGreaterThan(2);
    expect(marked.markedBytes).toBeGreaterThan(60_000);
    expect(marked.deleted).toBe(0);
    house.clock.ms += 24 * HOUR - 10;
    expect(await look()).toMatchObject({ deleted: 0, waiting: marked.marked, marked: 0 });
    house.clock.ms += 100;
    expect(await look()).toMatchObject({ deleted: marked.marked, deletedBytes: marked.markedBytes, waiting: 0 });
    expect((await house.names('packs/')).length).toBeLessThan(bytesBefore);
    expect((await house.names('marks/')).filter((name) => parseMarkName(name))).toEqual([]);
    expect(await house.wrong()).toEqual([]);
    expect((await listSnapshots(house.repository)).findings).toEqual([]);
    expect(await look()).toMatchObject({ marked: 0, deleted: 0 });
    house.change();
    await house.backup();
    expect(await house.wrong()).toEqual([]);
  });

  it('says when nothing is left, and not while anything waits', async () => {
    const ids = await snapshots(2);
    const all = { repository: house.repository, rulesOf: () => rules({ last: 1 }), knownHeads: [] };
    await moveToTrash(all, ids, 1);
    expect(await look()).toMatchObject({ inTrash: 2, isEmpty: false });
    house.clock.ms += 2 * DAY;
    expect(await look()).toMatchObject({ deletedSnapshots: ids, isEmpty: false });
    for (let day = 0; day < 12; day++) {
      house.clock.ms += DAY;
      const { isEmpty } = await look();
      const left = await house.names('packs/');
      expect(left.length === 0 || !isEmpty).toBe(true);
      if (isEmpty) return;
    }
    expect.fail('it was never empty');
  });

  it('keeps what was taken back from the trash, whatever the rules say', async () => {
    const [first, second, third] = await snapshots(3);
    await look();
    const marks = await MarkList.read(house.repository);
    await marks.put(house.repository, { kind: 'keep', reason: 'taken-back', forMs: 0 }, [first as string]);
    house.clock.ms += 3 * DAY;
    expect(await look()).toMatchObject({ deletedSnapshots: [second], trashed: [] });
    expect(await house.ids()).toEqual([first, third]);
  });

  it('is not moved by a mark that the store brings back', async () => {
    const [first] = await snapshots(2);
    await look();
    const [name = ''] = await house.names('marks/');
    const bytes = readFileSync(join(house.folder, 'store', name));
    const marks = await MarkList.read(house.repository);
    await marks.put(house.repository, { kind: 'keep', reason: 'taken-back', forMs: 0 }, [first as string]);
    await house.repository.target.delete(name);
    await house.repository.target.put(name, bytes);
    house.clock.ms += 3 * DAY;
    expect(await look()).toMatchObject({ deletedSnapshots: [], trashed: [] });
  });

  it('lets go of the trash what kinder rules keep again', async () => {
    const [first] = await snapshots(2);
    await look();
    house.clock.ms += 3 * DAY;
    expect(await look({}, rules({ last: 5 }))).toMatchObject({ deletedSnapshots: [], inTrash: 0 });
    expect(await house.ids()).toContain(first);
  });

  it('touches nothing that is held', async () => {
    const [first, second] = await snapshots(3);
    const holds = [{ snapshots: [first as string], domain: null }];
    expect(await look({ holds })).toMatchObject({ trashed: [second] });
    await look();
    house.clock.ms += 3 * DAY;
    expect(await look({ holds })).toMatchObject({ deletedSnapshots: [second] });
    expect(await look({ holds: [{ snapshots: [], domain: null }] })).toMatchObject({
      trashed: [],
      deletedSnapshots: [],
    });
    expect(await house.ids()).toContain(first);
  });

  it('deletes nothing while a snapshot is missing without a word', async () => {
    const [first] = await snapshots(3);
    const [writer = '', sequence] = (first as string).split('-');
    await house.repository.target.delete(snapshotName(writer, Number(sequence)));
    await expect(look()).rejects.toMatchObject({ code: 'history-unsound' });
  });

  it('is for the creator alone', async () => {
    const { writer: _, ...reader } = house.repository;
    await expect(look({ repository: { ...reader, writer: undefined } })).rejects.toMatchObject({
      code: 'unknown-writer',
    });
  });

  it.each([
    ['ahead', 30 * DAY],
    ['behind', -30 * DAY],
  ])('with the own clock %s of the store goes by the later of the two', async (_name, offMs) => {
    const ids = await snapshots(2);
    await look();
    const own = { nowMs: () => house.clock.ms + offMs, monotonicMs: () => house.clock.ms };
    expect(await look({ repository: { ...house.repository, clock: own } })).toMatchObject({ deletedSnapshots: [] });
    expect(await house.ids()).toEqual(ids);
  });
});

describe('backups beside a prune', () => {
  // What stays has packs of its own, so that those of what changes are needed by nothing once it has changed.
  beforeEach(async () => void (await house.backup()));

  /** Two snapshots of which the older one is gone: what it alone had is unreferenced, old enough and marked. */
  async function marked(): Promise<Buffer> {
    await snapshots(1);
    const content = readFileSync(join(house.folder, 'source', 'changing'));
    await snapshots(1);
    await look({}, rules({ last: 1, trashDays: 0 }));
    house.clock.ms += 8 * DAY;
    expect((await look()).marked).toBeGreaterThan(0);
    return content;
  }

  it('write anew what is marked, and do not refer to it', async () => {
    const content = await marked();
    house.write('changing', content);
    expect((await house.backup()).newBytes).toBeGreaterThanOrEqual(content.length);
    house.clock.ms += 2 * DAY;
    expect(await look({}, rules())).toMatchObject({ rescued: 0 });
    expect(await house.wrong()).toEqual([]);
    house.write('again', content);
    expect((await house.backup()).newBytes).toBe(0);
  });

  it.each([
    ['commits within half the grace, and what it refers to is rescued', 11 * HOUR, undefined],
    ['gives up after half the grace, and the next one writes anew', 13 * HOUR, 'conflict'],
    ['gives up when the marks have come and gone with what they named', 25 * HOUR, 'conflict'],
  ])('that began before the marks: %s', async (_name, waitMs, code) => {
    await snapshots(1);
    const content = readFileSync(join(house.folder, 'source', 'changing'));
    await snapshots(1);
    await look({}, rules({ last: 1, trashDays: 0 }));
    house.clock.ms += 8 * DAY;
    house.write('changing', content);
    // The run has read the marks, of which there were none, when it opens the first file.
    const folder = new FolderSource(join(house.folder, 'source'), 'source');
    let [marked, deleted] = [0, 0];
    const source: Source = {
      name: folder.name,
      list: (path) => folder.list(path),
      entry: (path) => folder.entry(path),
      open: async (path) => {
        if (marked === 0) {
          // Another machine: what it learns, this run's cache does not know.
          const other = await house.another();
          ({ marked } = await look({ repository: other }));
          house.clock.ms += waitMs;
          if (waitMs > DAY) ({ deleted } = await look({ repository: other }));
          other.close();
        }
        return folder.open(path);
      },
    };
    const outcome = await backup({ repository: house.repository, source, threads: 0 }).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
    expect([marked > 0, deleted > 0]).toEqual([true, waitMs > DAY]);
    expect(outcome).toBe(code);
    house.clock.ms += 2 * DAY;
    const swept = await look({}, rules());
    expect(swept.rescued > 0).toBe(code === undefined);
    await house.backup();
    expect(await house.wrong((id) => house.pictures.get(id) ?? [...house.pictures.values()].at(-1))).toEqual([]);
  });

  it('and two prunes at once do the same work twice', async () => {
    await marked();
    house.clock.ms += 2 * DAY;
    const other = await house.another();
    const outcomes = await Promise.all([look(), look({ repository: other })]);
    other.close();
    expect(outcomes.some(({ deleted }) => deleted > 0)).toBe(true);
    expect(await house.wrong()).toEqual([]);
    expect((await look()).deleted).toBe(0);
  });

  it('do not see packs go that a dead run has left and that the next one may use, for seven days', async () => {
    await snapshots(1);
    const before = await house.names('packs/');
    const source = new FolderSource(join(house.folder, 'source'), 'source');
    house.change('more');
    const target = new DyingTarget(join(house.folder, 'store'), house.clock, house.stored);
    await expect(backup({ repository: { ...house.repository, target }, source, threads: 0 })).rejects.toThrow('dies');
    house.clock.ms += 6 * DAY;
    expect((await look({}, rules())).marked).toBe(0);
    expect((await house.backup()).newBytes).toBe(0);
    house.clock.ms += 10 * DAY;
    await look({}, rules());
    house.clock.ms += 2 * DAY;
    await look({}, rules());
    expect((await house.names('packs/')).length).toBeGreaterThan(before.length);
    expect(await house.wrong()).toEqual([]);
  });
});
