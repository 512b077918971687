import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EntryFrames } from '../audit/entry-frame.ts';
import { leafOf } from '../audit/entry.ts';
import { decodeState, stateRoot } from '../records/state-root.ts';
import { change, draft, record } from '../records/writes.fixture.ts';
import { StateCheckError } from './errors.ts';
import { Installation } from './installation.fixture.ts';
import { tamper } from './scratch.fixture.ts';
import { WitnessFolder } from './tile-folder.ts';
import { verifyLogs } from './verify-logs.ts';

let first: Installation;
let here: Installation;
beforeAll(async () => {
  first = new Installation();
  await first.write(0, 5);
});
afterAll(() => first.remove());
beforeEach(() => {
  here = first.copy();
});
afterEach(() => here.remove());

/** Puts the record that was kept in place of the one that came after it, and makes the sum fit. */
const bringBack = (): string[] => [
  `ATTACH '${here.path}.kept' AS old`,
  `UPDATE record SET (revision, body, mac) =
     (SELECT revision, body, mac FROM old.record WHERE id = 'k1') WHERE id = 'k1'`,
  `UPDATE tenant_state SET sum = (SELECT sum FROM old.tenant_state)`,
];

describe('the state check', () => {
  it('finds nothing wrong with a state that is right: closed, in use, with entries that wait', async () => {
    expect(await here.check()).toEqual({ tenants: 1, records: 5, logs: [{ log: 't1', size: 10 }] });
    const store = await here.open();
    await store.commit(change([{ put: record('k0', 2) }, { put: record('other', 1, { tenantId: 't2' }) }]));
    await store.commit(change([{ remove: record('k1'), revision: 1 }]));
    await store.record(draft('installation'));
    expect(await here.check()).toMatchObject({ tenants: 2, records: 5 });
    await store.sequence();
    const sizes = new Map((await here.check()).logs.map(({ log, size }) => [log, size]));
    expect(Object.fromEntries(sizes)).toEqual({ t1: 12, t2: 1, installation: 1 });
    expect(here.failures).toEqual([]);
  });

  const SUM_OF_NONE = `zeroblob(2048)`;
  it.each([
    ['an edited body', `UPDATE record SET body = '{}' WHERE id = 'k1'`],
    ['an edited revision', `UPDATE record SET revision = 7 WHERE id = 'k1'`],
    ['a deleted row', `DELETE FROM record WHERE id = 'k1'`],
    [
      'swapped bodies',
      `UPDATE record SET (body, mac) = (SELECT body, mac FROM record WHERE id = 'k2') WHERE id = 'k1'`,
    ],
    [
      'swapped ids',
      `UPDATE record SET id = 'x' WHERE id = 'k1'; UPDATE record SET id = 'k1' WHERE id = 'k2'; UPDATE record SET id = 'k2' WHERE id = 'x'`,
    ],
    ['a row of another tenant', `UPDATE record SET tenant = 't2' WHERE id = 'k1'`],
    [
      'a row from nowhere',
      `INSERT INTO record SELECT tenant, kind, 'k9', scope, revision, body, mac FROM record WHERE id = 'k1'`,
    ],
    ['all rows and their state deleted', `DELETE FROM record; DELETE FROM tenant_state`],
    ['an edited sum', `UPDATE tenant_state SET sum = ${SUM_OF_NONE}`],
    ['a damaged sum', `UPDATE tenant_state SET sum = x'00'`],
    ['all rows deleted and the sum made to fit', `DELETE FROM record; UPDATE tenant_state SET sum = ${SUM_OF_NONE}`],
    ['a place in the log that was moved', `UPDATE audit_log SET size = 8`],
    ['a forgotten log', `DELETE FROM audit_log`],
    ['a state that the log does not tell', `UPDATE audit_log SET state = '${'0'.repeat(64)}'`],
    ['a root that was changed', `UPDATE audit_log SET root = zeroblob(32)`],
  ])('finds %s', async (_, sql) => {
    tamper(here.path, sql);
    await expect(here.check()).rejects.toThrow(StateCheckError);
  });

  // SQLite runs what lies in a schema by itself: so a schema is what this code made, to the letter, or it is not ours.
  it.each([
    [
      'a trigger that keeps uses out of the log',
      `CREATE TRIGGER quiet BEFORE INSERT ON audit_batch BEGIN SELECT raise(IGNORE); END`,
    ],
    [
      'a trigger that holds the epoch still',
      `CREATE TRIGGER frozen AFTER UPDATE ON epoch BEGIN UPDATE epoch SET value = old.value; END`,
    ],
    ['an index that drops what it finds twice', `CREATE UNIQUE INDEX once ON audit_batch (node)`],
    [
      'a table made anew in another form',
      `DROP TABLE epoch; CREATE TABLE epoch (one, value); INSERT INTO epoch VALUES (1, 0)`,
    ],
    ['a view', `CREATE VIEW other AS SELECT * FROM record`],
  ])('finds %s, and nothing is written beside it', async (_, sql) => {
    const running = await here.open();
    await running.record(draft('t1'));
    tamper(here.path, sql);
    await expect(running.record(draft('t1'))).rejects.toThrow('schema');
    await expect(running.commit(change([{ put: record('k9') }]))).rejects.toThrow('schema');
    await expect(here.check()).rejects.toThrow(StateCheckError);
    await running.close();
    await expect(here.open()).rejects.toThrow(StateCheckError);
  });

  it('finds an old record with its old, valid MAC, though its sum was made to fit', async () => {
    here.keep('path');
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    await here.close();
    tamper(here.path, ...bringBack());
    await expect(here.check()).rejects.toThrow('the newest change in the log');
  });

  it('finds it also while the change waits in the queue', async () => {
    here.keep('path');
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    tamper(here.path, ...bringBack());
    await expect(here.check()).rejects.toThrow('the newest change in the log');
  });

  it('finds it also where the next checkpoint was to tell of it', async () => {
    here.keep('path');
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    await store.sequence();
    tamper(here.path, ...bringBack(), `UPDATE audit_log SET state = (SELECT state FROM old.audit_log)`);
    await store.record(draft('t1'));
    expect(await store.sequence()).toBe(0);
    expect(here.failures.join()).toContain('another state');
    await expect(here.check()).rejects.toThrow(StateCheckError);
  });

  it.each([
    ['made up', (forged: string) => `INSERT INTO audit_batch (node, body) VALUES ('n', x'${forged}')`],
    [
      'made up under the mark of another row',
      (forged: string) => `INSERT INTO audit_batch (node, body) SELECT node, x'${forged}' FROM audit_batch`,
    ],
    [
      'put there a second time',
      () => `INSERT INTO audit_batch (node, body) SELECT node, body FROM audit_batch ORDER BY seq LIMIT 1`,
    ],
    ['changed', (forged: string) => `UPDATE audit_batch SET body = x'${forged}'`],
  ])('finds entries that were %s, so that a record turned back is not accounted for', async (_, put) => {
    here.keep('path');
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    await store.sequence();
    const db = new DatabaseSync(`${here.path}.kept`);
    const sum = decodeState(db.prepare('SELECT sum FROM tenant_state').get()?.['sum'] as Uint8Array);
    db.close();
    const frames = new EntryFrames();
    frames.append(leafOf(draft('t1'), { changes: [], stateRoot: stateRoot(sum).toString('hex') }));
    await store.record(draft('t1'));
    tamper(here.path, ...bringBack(), put(Buffer.from(frames.take()).toString('hex')));
    await expect(here.check()).rejects.toThrow('not one that this installation wrote');
    expect(await store.sequence()).toBe(0);
    expect(here.failures.join()).toContain('not one that this installation wrote');
  });

  it('finds batches that are to be passed over', async () => {
    const store = await here.open();
    for (let n = 0; n < 3; n++) await store.record(draft('t1'));
    tamper(here.path, `UPDATE audit_plan SET done_through = done_through + 1, planned_through = planned_through + 1`);
    await expect(here.check()).rejects.toThrow('waits in the queue');
    expect(await store.sequence()).toBe(0);
    expect(here.failures.join()).toContain('waits in the queue');
  });

  it('finds batches that were deleted from the queue', async () => {
    const store = await here.open();
    for (let n = 0; n < 3; n++) await store.record(draft('t1'));
    tamper(here.path, `DELETE FROM audit_batch WHERE seq = (SELECT min(seq) + 1 FROM audit_batch)`);
    await expect(here.check()).rejects.toThrow('missing from the queue');
    expect(await store.sequence()).toBe(0);
    expect(here.failures.join()).toContain('missing from the queue');
  });

  it.each([
    ['the database', ['path'], 'turned back'],
    ['the logs', ['folder'], 'lost entries'],
    ['database and logs together', ['path', 'folder'], 'saw 16 entries'],
  ] as const)('finds %s of yesterday', async (_, parts, message) => {
    here.keep(...parts);
    await here.write(5, 8);
    here.turnBack(...parts);
    await expect(here.check()).rejects.toThrow(message);
    // And the log is not continued from there.
    const store = await here.open();
    await store.record(draft('t1'));
    await store.sequence();
    const stopped = here.failures.length > 0;
    expect(stopped).toBe(!(parts as readonly string[]).includes('folder') || parts.length === 1);
  });

  it('finds in the log what was changed on top of a record that had been turned back', async () => {
    here.keep('path');
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    await store.sequence();
    tamper(here.path, ...bringBack());
    await store.commit(change([{ put: record('k1', 2) }]));
    await here.close();
    const { folder, origin, publicKey } = here;
    await expect(verifyLogs({ folder, origin, publicKey })).rejects.toThrow('the log t1: entry 11: it brings');
  });

  it('finds a log that was written anew', async () => {
    const other = new Installation();
    await other.write(0, 6);
    const witness = new WitnessFolder(here.witness);
    witness.write('t1', new WitnessFolder(other.witness).read('t1') ?? '');
    await expect(here.check()).rejects.toThrow('saw 12 entries');
    await here.write(5, 9);
    witness.write('t1', new WitnessFolder(other.witness).read('t1') ?? '');
    await expect(here.check()).rejects.toThrow('rewritten');
    await other.remove();
  });

  it('finds a checkpoint that is not ours', async () => {
    writeFileSync(join(here.witness, 't1'), 'nonsense');
    await expect(here.check()).rejects.toThrow('the copy at the witness');
  });
});
