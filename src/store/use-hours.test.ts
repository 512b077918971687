import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { draft } from '../records/writes.fixture.ts';
import { USES_KEPT_HOURS } from '../records/key-uses.ts';
import { openDatabase } from './database.ts';
import { removeFolder, scratchFolder } from './scratch.fixture.ts';
import { openStore, type SqliteStore } from './sqlite.ts';
import { UseHours } from './use-hours.ts';

const HOUR = 3_600_000;
const T0 = 480_000;
const DAY = T0 / 24;
/** A use on a day. */
const on = (day: number, key = 'k2') => ({ tenantId: 't1', key, hour: day * 24 + 23, action: 'kms:Encrypt', count: 1 });
/** Uses on so many days, the last of them the given one. */
const daily = (day: number, days = 7) => Array.from({ length: days }, (_, n) => on(day - n));

let folder: string;
let path: string;
const stores: SqliteStore[] = [];

beforeEach(() => {
  folder = scratchFolder();
  path = join(folder, 'keystead.db');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  removeFolder(folder);
});

async function open(): Promise<SqliteStore> {
  const store = await openStore({ path, reserveBytes: 4096 });
  stores.push(store);
  return store;
}

const use = (hour: number) => draft('t1', { action: 'kms:Encrypt', key: 'k1', timeMs: hour * HOUR });
const asked = { tenantId: 't1', key: 'k1', fromHour: 0, toHour: 2 * T0, hoursPerStep: 2 * T0 };

describe('counted uses', () => {
  it('of several processes on one database add up', async () => {
    const [one, other] = [await open(), await open()];
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? one : other).record(use(T0))));
    for (const store of [one, other]) {
      expect(await store.countUses(asked)).toEqual([{ step: 0, action: 'kms:Encrypt', count: 40 }]);
    }
  });

  it('are there when the store is opened again', async () => {
    await (await open()).record(use(T0));
    await stores.pop()?.close();
    expect(await (await open()).countUses(asked)).toEqual([{ step: 0, action: 'kms:Encrypt', count: 1 }]);
  });

  it('go when a use is 400 days newer, some at a time, and none before', async () => {
    await open();
    await stores.pop()?.close();
    const db = openDatabase(path);
    const hours = new UseHours(db);
    const row = (hour: number, action = 'kms:Encrypt') => ({ tenantId: 't1', key: 'k1', hour, action, count: 1 });
    const old = Array.from({ length: 600 }, (_, n) => row(T0, `kms:Action${n}`));
    // One transaction, as a group of entries is.
    db.exec('BEGIN');
    // A week of days on which it is then.
    const newest = T0 + USES_KEPT_HOURS + 10_000;
    hours.add([...old, ...daily(Math.floor(newest / 24) + 6)]);
    const count = () => Number(db.prepare(`SELECT count(*) AS n FROM key_use_hour WHERE hour = ${T0}`).get()?.['n']);
    hours.sweep([row(T0 + USES_KEPT_HOURS)]);
    // Those of the key, and of all keys together.
    expect(count()).toBe(1_200);
    const later = new UseHours(db);
    later.sweep([row(newest)]);
    const some = count();
    expect(some).toBeLessThan(1_200);
    expect(some).toBeGreaterThan(0);
    for (let n = 0; n < 5; n++) later.sweep([row(newest)]);
    expect(count()).toBe(0);
    db.close();
  });

  describe('of more than 92 days ago', () => {
    const ACTIONS = ['kms:Encrypt', 'kms:Decrypt'];
    const rowsOf = (day: number) =>
      Array.from({ length: 24 }, (_, hour) =>
        ACTIONS.map((action) => ({ tenantId: 't1', key: 'k1', hour: day * 24 + hour, action, count: hour + 1 })),
      ).flat();
    /** The newest use, by which it is told what is old. */
    const at = (day: number) => [on(day)];

    /** `recent`: uses by which the day is believed. */
    async function prepared(days: readonly number[], recent = daily(DAY + 108, 14)) {
      await open();
      await stores.pop()?.close();
      const db = openDatabase(path);
      db.exec('BEGIN');
      new UseHours(db).add([...days.flatMap(rowsOf), ...recent]);
      const rows = () =>
        db
          .prepare(
            "SELECT hour, action, count FROM key_use_hour WHERE tenant = 't1' AND key = 'k1' ORDER BY hour, action DESC",
          )
          .all()
          .map((row) => [row['hour'], row['action'], row['count']]);
      return { db, rows };
    }
    const folded = (day: number) => ACTIONS.map((action) => [day * 24, action, (24 * 25) / 2]);
    const whole = (day: number) => rowsOf(day).map(({ hour, action, count }) => [hour, action, count]);

    it('are folded by the day, and none of the days after', async () => {
      const { db, rows } = await prepared([DAY, DAY + 1, DAY + 2]);
      const hours = new UseHours(db);
      for (let n = 0; n < 6; n++) hours.sweep(at(DAY + 1 + 92));
      expect(rows()).toEqual([...folded(DAY), ...whole(DAY + 1), ...whole(DAY + 2)]);
      const later = new UseHours(db);
      for (let n = 0; n < 6; n++) later.sweep(at(DAY + 2 + 92));
      expect(rows()).toEqual([...folded(DAY), ...folded(DAY + 1), ...whole(DAY + 2)]);
      db.close();
    });

    it('stay by the hour while a clock is far ahead, and so do those that would be forgotten', async () => {
      const { db, rows } = await prepared([DAY, DAY + 1, DAY + 2], []);
      const hours = new UseHours(db);
      // For less than a week of days it has said so.
      for (let n = 0; n < 6; n++) {
        const ahead = at(DAY + 5_000 + n);
        hours.add(ahead);
        new UseHours(db).sweep(ahead);
      }
      expect(rows()).toEqual([...whole(DAY), ...whole(DAY + 1), ...whole(DAY + 2)]);
      // That it was ahead on many days counts for nothing once it is right.
      hours.add(daily(DAY + 5_020));
      new UseHours(db).sweep(at(DAY + 3));
      expect(rows()).toEqual([...whole(DAY), ...whole(DAY + 1), ...whole(DAY + 2)]);
      db.close();
    });

    it('are as many as before, of a key and of all', async () => {
      const { db } = await prepared([DAY, DAY + 5]);
      const hours = new UseHours(db);
      for (let n = 0; n < 6; n++) hours.sweep(at(DAY + 6 + 92));
      db.exec('COMMIT');
      db.close();
      const store = await open();
      const span = { tenantId: 't1', fromHour: DAY * 24, toHour: (DAY + 6) * 24, hoursPerStep: 24 };
      const expected = [0, 5].flatMap((step) => ACTIONS.map((action) => ({ step, action, count: 300 })));
      const sorted = (counts: readonly { readonly step: number; readonly action: string }[]) =>
        counts.toSorted((a, b) => a.step - b.step || (a.action < b.action ? 1 : -1));
      expect(sorted(await store.countUses({ ...span, key: 'k1' }))).toEqual(expected);
      expect(sorted(await store.countUses(span))).toEqual(expected);
    });

    it('are folded some at a time, whatever process began', async () => {
      const { db, rows } = await prepared([]);
      const many = Array.from({ length: 1_300 }, (_, n) => ({
        tenantId: 't1',
        key: n % 2 === 0 ? 'k1' : `other ${n}`,
        hour: DAY * 24 + 1 + (n % 23),
        action: `kms:Action${n}`,
        count: 1,
      }));
      new UseHours(db).add(many);
      const ofDay = `hour > ${DAY * 24} AND hour < ${(DAY + 1) * 24}`;
      const left = () => Number(db.prepare(`SELECT count(*) AS n FROM key_use_hour WHERE ${ofDay}`).get()?.['n']);
      const before = left();
      new UseHours(db).sweep(at(DAY + 1 + 92));
      expect(left()).toBe(before - 500);
      const hours = new UseHours(db);
      for (let n = 0; n < 8; n++) hours.sweep(at(DAY + 1 + 92));
      expect(left()).toBe(0);
      expect(rows()).toHaveLength(650);
      db.close();
    });
  });
});
