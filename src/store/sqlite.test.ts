import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreFullError, UnknownOutcomeError } from '../records/ports.ts';
import { describeRecordStore } from '../records/store.contract.ts';
import { change, draft, record } from '../records/writes.fixture.ts';
import { StoreUnusableError, StoreWriteError } from './errors.ts';
import { queuedLeaves, removeFolder, scratchFolder, tamper } from './scratch.fixture.ts';
import { openStore, type SqliteStore } from './sqlite.ts';

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

async function open(more: Partial<Parameters<typeof openStore>[0]> = {}): Promise<SqliteStore> {
  const store = await openStore({ path, reserveBytes: 65_536, ...more });
  stores.push(store);
  return store;
}

describeRecordStore('SQLite', {
  open: () => open(),
  close: (store) => (store as SqliteStore).close(),
  leaves: async () => queuedLeaves(path),
});

describe('the SQLite store', () => {
  it('keeps its files to their owner', async () => {
    const store = await open();
    await store.commit(change([{ put: record('k1') }]));
    for (const name of ['', '-wal', '-shm', '.reserve']) expect(statSync(path + name).mode & 0o777).toBe(0o600);
  });

  it('lets others in between the pages of a long list of names', async () => {
    const store = await open();
    const claim = Array.from({ length: 1_000 }, (_, i) => ({ space: 's', name: String(i).padStart(4, '0') }));
    await store.commit(change([{ put: record('k1'), claim }]));
    let turns = 0;
    setImmediate(() => turns++);
    await store.listNames('s', { limit: 999 });
    expect(turns).toBe(0);
    await store.listNames('s', { limit: 1_000 });
    expect(turns).toBe(1);
  });

  it('takes uses of credentials that are none of their tenant away at a start', async () => {
    const id = 'KSIAABCDEFGHIJKLMNOP';
    const store = await open();
    await store.commit(change([{ put: record(id, 1, { kind: 'credential' }) }]));
    await store.close();
    const db = new DatabaseSync(path);
    const insert = db.prepare("INSERT INTO credential_use VALUES (?, ?, 1, '192.0.2.7', 'aws-kms')");
    for (const tenant of ['t1', 't2']) insert.run(tenant, id);
    db.close();
    const again = await open();
    expect(again.lastUseOfCredential('t1', id)).toMatchObject({ atMs: 1 });
    expect(again.lastUseOfCredential('t2', id)).toBeUndefined();
  });

  it('is there again when it is opened again', async () => {
    const store = await open();
    const done = store.commit(change([{ put: record('k1') }]));
    const used = store.record(draft('t1'));
    await store.close();
    await Promise.all([done, used]);
    const again = await open();
    expect(again.read(record('k1'))).toEqual(record('k1'));
    expect(again.epoch()).toBe(1);
    expect(queuedLeaves(path)).toHaveLength(2);
  });

  it('never takes a number of changes that was turned back for one that it was before', async () => {
    const store = await open();
    await store.commit(change([{ put: record('k1') }]));
    const before = store.epoch();
    await store.commit(change([{ put: record('k1', 2) }]));
    const after = store.epoch();
    await Promise.resolve();
    tamper(path, `UPDATE epoch SET value = value - 1`);
    const turnedBack = store.epoch();
    expect([before, after]).not.toContain(turnedBack);
    await Promise.resolve();
    expect(store.epoch()).toBe(turnedBack);
  });

  it('sees its own change though somebody holds the number of changes still', async () => {
    const store = await open();
    await store.commit(change([{ put: record('k1') }]));
    const before = store.epoch();
    const done = store.commit(change([{ put: record('k1', 2) }]));
    // The commit is handed over at the end of this turn. From then on this thread does not hear of its end.
    await new Promise((resolve) => setImmediate(resolve));
    const other = new DatabaseSync(path, { timeout: 5_000 });
    const isWritten = other.prepare('SELECT 1 FROM epoch WHERE value > ?');
    while (isWritten.get(before) === undefined);
    other.exec(`UPDATE epoch SET value = ${before}`);
    other.close();
    await done;
    expect(store.epoch()).toBeGreaterThan(before);
  });

  it('shares its file: what one acknowledges, the other reads, and only one of two wins', async () => {
    const [a, b] = [await open(), await open()];
    await a.commit(change([{ put: record('k1') }]));
    expect(b.read(record('k1'))?.revision).toBe(1);
    expect(b.epoch()).toBe(a.epoch());
    for (let revision = 2; revision < 12; revision++) {
      const epoch = b.epoch();
      const both = await Promise.allSettled(
        [a, b].map((store) => store.commit(change([{ put: record('k1', revision) }]))),
      );
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(a.epoch()).toBe(epoch + 1);
      expect(b.revisionOf(record('k1'))).toBe(revision);
    }
    await Promise.all([a, b].flatMap((store) => Array.from({ length: 50 }, () => store.record(draft('t1')))));
    expect(queuedLeaves(path)).toHaveLength(111);
  });

  it('lets no reader hold up what is shredded, and empties the journal when the reader is gone', async () => {
    const store = await open();
    await store.commit(change([{ put: record('k1') }]));
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM record').get();
    const shred = { shred: true };
    // Ten in a row, each waiting for as long as a write waits for others, would take longer than a test may.
    for (let n = 2; n < 12; n++) await store.commit(change([{ put: record('k1', n) }], shred));
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    reader.exec('ROLLBACK');
    reader.close();
    const isEmpty = async () => {
      if (statSync(`${path}-wal`).size === 0) return true;
      // The next write, some time after the last try, finds nobody in the way.
      await store.record(draft('t1'));
      return false;
    };
    await expect.poll(isEmpty).toBe(true);
  });

  it('leaves nothing of what was shredded in its files', async () => {
    const canary = 'canary-'.repeat(8);
    const found = () =>
      readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(canary.slice(0, 30)));
    const store = await open();
    const secret = (id: string) => ({ put: record(id, 1, { body: Buffer.from(canary.repeat(200)) }) });
    await store.commit(change([secret('replaced'), secret('removed'), { put: record('other') }]));
    expect(found()).not.toEqual([]);
    const shred = { shred: true };
    await store.commit(change([{ put: record('replaced', 2) }], shred));
    await store.commit(change([{ remove: record('removed'), revision: 1 }], shred));
    expect(found()).toEqual([]);
    expect(store.revisionOf(record('other'))).toBe(1);
  });

  it('puts many uses of one turn into one row', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 500 }, (_, i) => store.record(draft(`t${i % 3}`))));
    expect(queuedLeaves(path)).toHaveLength(500);
    const rows: number[] = [];
    tamper(path); // The file can be opened beside the running store.
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(path, { readOnly: true });
    rows.push(Number(db.prepare('SELECT count(*) AS n FROM audit_batch').get()?.['n']));
    db.close();
    expect(rows[0]).toBe(1);
  });

  it('refuses what does not fit, keeps what fits, and goes on when there is room', async () => {
    const store = await open({ maxPages: 60 });
    const big = record('big', 1, { body: Buffer.alloc(400_000, 0x20) });
    const outcomes = await Promise.allSettled([
      store.record(draft('t1')),
      store.commit(change([{ put: big }])),
      store.commit(change([{ put: record('small') }])),
    ]);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason : 'done'))).toEqual([
      'done',
      expect.any(StoreFullError),
      'done',
    ]);
    expect(store.read(big)).toBeUndefined();
    expect(store.revisionOf(record('small'))).toBe(1);
    await store.close();
    const roomy = await open();
    await roomy.commit(change([{ put: big }]));
    expect(roomy.read(big)).toEqual(big);
  });

  it('says that the outcome is unknown when its writer dies, and takes no more writes', async () => {
    process.env['KEYSTEAD_FAULT'] = 'store.after-commit:1:thread';
    const failures: Error[] = [];
    const store = await open({ onFailure: (error) => failures.push(error) }).finally(
      () => delete process.env['KEYSTEAD_FAULT'],
    );
    const inFlight = [store.commit(change([{ put: record('k1') }])), store.record(draft('t1'))];
    for (const outcome of await Promise.allSettled(inFlight)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(UnknownOutcomeError) });
    }
    await expect(store.record(draft('t1'))).rejects.toThrow(StoreUnusableError);
    await expect(store.commit(change([{ put: record('k2') }]))).rejects.toThrow('open it again');
    expect(failures).toHaveLength(1);
    await store.close();
    const again = await open();
    expect(again.revisionOf(record('k1'))).toBe(1);
  });

  it('refuses at once all that waits with what another process kept from the database for too long', async () => {
    const store = await open({ busyMs: 1_000 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    // One after another, each waiting for itself, they would take longer than a test may.
    const writes = Array.from({ length: 100 }, (_, n) => store.commit(change([{ put: record(`k${n}`) }])));
    const outcomes = await Promise.allSettled(writes);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreWriteError) });
    }
    other.exec('ROLLBACK');
    other.close();
    await store.commit(change([{ put: record('k0') }]));
  });

  it('refuses writes after it was closed', async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.record(draft('t1'))).rejects.toThrow(StoreUnusableError);
  });
});
