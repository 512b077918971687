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
    const row = (hour: number) => ({ tenantId: 't1', key: 'k1', hour, action: 'kms:Encrypt', count: 1 });
    const old = Array.from({ length: 600 }, (_, n) => row(T0 + n));
    hours.add(old);
    const count = () => Number(db.prepare("SELECT count(*) AS n FROM key_use_hour WHERE key = 'k1'").get()?.['n']);
    hours.sweep([row(T0 + USES_KEPT_HOURS)]);
    expect(count()).toBe(600);
    const later = new UseHours(db);
    later.sweep([row(T0 + USES_KEPT_HOURS + 10_000)]);
    const some = count();
    expect(some).toBeLessThan(600);
    expect(some).toBeGreaterThan(0);
    for (let n = 0; n < 5; n++) later.sweep([row(T0 + USES_KEPT_HOURS + 10_000)]);
    expect(count()).toBe(0);
    db.close();
  });
});
