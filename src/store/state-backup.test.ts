import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash, randomBytes } from 'node:crypto';
import { change, draft, record } from '../records/writes.fixture.ts';
import { BackupInvalidError } from './backup-manifest.ts';
import { Installation } from './installation.fixture.ts';
import { removeFolder, tamper } from './scratch.fixture.ts';
import { backupState } from './state-backup.ts';
import { restoreState, type RestoreOptions } from './state-restore.ts';
import { verifyLogs } from './verify-logs.ts';

let first: Installation;
let here: Installation;
let to: string;
beforeAll(async () => {
  first = new Installation();
  await first.write(0, 200);
});
afterAll(() => first.remove());
beforeEach(() => {
  here = first.copy();
  to = join(here.base, 'backup');
});
afterEach(() => here.remove());

const backup = () => backupState({ path: here.path, folder: here.folder, to, nowMs: 1_800_000_000_000 });

function restore(more: Partial<RestoreOptions> = {}) {
  const { path, folder, witness, origin, publicKey, queueKey } = here;
  return restoreState({
    from: to,
    path,
    folder,
    witnesses: [witness],
    nowMs: 1_800_000_100_000,
    prove: async () => ({ origin, publicKey, queueKey }),
    entry: () => ({ principal: 'arn:test:operator', requestId: 'restore-1', salt: randomBytes(16) }),
    ...more,
  });
}

function loseDatabase(): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(here.path + suffix, { force: true });
}

const verify = () => verifyLogs({ folder: here.folder, origin: here.origin, publicKey: here.publicKey });

describe('a backup of the state', () => {
  it('is made while the store is in use, and restores when everything else is lost', async () => {
    const store = await here.open();
    await store.commit(change([{ put: record('waits') }]));
    const manifest = await backup();
    expect(manifest.logs).toMatchObject([{ log: 't1', size: 400 }]);
    expect(statSync(join(to, 'keystead.db')).mode & 0o777).toBe(0o600);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    await here.close();
    loseDatabase();
    removeFolder(here.folder);
    removeFolder(here.witness);
    // Something else than a log lies in the folder.
    mkdirSync(here.folder);
    writeFileSync(join(here.folder, 'signer'), 'kept');
    expect(await restore()).toEqual({ madeMs: manifest.madeMs, logs: [{ log: 't1', size: 400, newer: 0 }] });
    await here.check();
    const again = await here.open();
    expect(again.revisionOf(record('waits'))).toBe(1);
    expect(again.read(record('k199'))).toEqual(record('k199'));
    await here.close();
    expect(readFileSync(join(here.folder, 'signer'), 'utf8')).toBe('kept');
    // What waited, and the word of the restore.
    expect((await verify()).get('t1')?.checkpoint.size).toBe(402);
    expect(here.failures).toEqual([]);
  });

  it('goes on behind the end of the logs, never over it', async () => {
    const store = await here.open();
    await store.commit(change([{ put: record('waits') }]));
    await backup();
    await store.sequence();
    await store.commit(change([{ put: record('lost') }, { put: record('new', 1, { tenantId: 't2' }) }]));
    await store.record(draft('installation'));
    await here.close();
    here.keep('folder');
    const before = await verify();
    loseDatabase();
    const report = await restore();
    expect(report.logs.toSorted((a, b) => b.size - a.size)).toMatchObject([
      { log: 't1', size: 402, newer: 2 },
      { size: 1, newer: 1 },
      { size: 1, newer: 1 },
    ]);
    await here.check();
    const again = await here.open();
    expect(again.revisionOf(record('lost'))).toBeUndefined();
    expect(again.revisionOf(record('new', 1, { tenantId: 't2' }))).toBeUndefined();
    await again.sequence();
    await again.commit(change([{ put: record('after') }]));
    await here.close();
    await here.check();
    const sizes = [...(await verify())].map(([log, { checkpoint }]) => [log, checkpoint.size]);
    expect(sizes).toEqual([
      ['installation', 2],
      ['t1', 404],
      ['t2', 2],
    ]);
    expect(before.get('t1')?.checkpoint.size).toBe(402);
    expect(here.failures).toEqual([]);
  });

  it.each([
    ['over a database', async () => {}, /there already/],
    ['over a journal', async () => rmSync(here.path), undefined],
    ['that is damaged', async () => (loseDatabase(), appendFileSync(join(to, 'keystead.db'), 'x')), /damaged/],
    ['that was not finished', async () => (loseDatabase(), rmSync(join(to, 'manifest.json'))), /no readable manifest/],
    [
      'without the logs that it continues',
      async () => (loseDatabase(), removeFolder(join(here.folder, 't1', 'tile'))),
      /no file/,
    ],
  ] as const)('is not restored %s', async (_, spoil, message) => {
    await backup();
    await spoil();
    if (message === undefined) appendFileSync(`${here.path}-wal`, '');
    await expect(restore()).rejects.toThrow(message ?? /there already/);
    expect(existsSync(`${here.path}.restoring`)).toBe(false);
  });

  it('is not restored when the seal does not open it', async () => {
    await backup();
    loseDatabase();
    const prove = async () => Promise.reject(new Error('the seal does not open the barrier key'));
    await expect(restore({ prove })).rejects.toThrow('the seal does not open');
    expect([here.path, `${here.path}.restoring`].map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('is not restored onto the logs of another installation, or when a witness saw more of the log', async () => {
    await backup();
    const other = new Installation();
    await other.write(0, 250);
    loseDatabase();
    await expect(restore({ folder: other.folder })).rejects.toThrow('does not continue');
    await expect(restore({ witnesses: [other.witness] })).rejects.toThrow('saw 500 entries');
    await other.remove();
    await restore();
  });

  it('is not restored when its records are not those that its log tells of, whatever its manifest says', async () => {
    const store = await here.open();
    await store.commit(change([{ put: record('k1', 2) }]));
    await here.close();
    await backup();
    const database = join(to, 'keystead.db');
    tamper(database, `DELETE FROM record WHERE id = 'k1'`);
    tamper(database, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const manifest = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8')) as object;
    const sha256 = hash('sha256', readFileSync(database));
    writeFileSync(join(to, 'manifest.json'), JSON.stringify({ ...manifest, sha256 }));
    loseDatabase();
    await expect(restore()).rejects.toThrow(BackupInvalidError);
    expect(existsSync(here.path)).toBe(false);
  });

  it('is made in a folder that it makes itself, and takes no name that is there, though it leads nowhere', async () => {
    symlinkSync(join(here.base, 'nowhere'), to);
    await expect(backup()).rejects.toThrow('is there already: name a new folder');
    expect(lstatSync(to).isSymbolicLink()).toBe(true);
    expect(existsSync(join(here.base, 'nowhere'))).toBe(false);
  });

  it('leaves nothing behind where it fails, and can be made there once that is mended', async () => {
    const checkpoints = ['t1', 't2']
      .map((log) => join(here.folder, log, 'checkpoint'))
      .filter((file) => existsSync(file));
    expect(checkpoints).not.toEqual([]);
    const kept = checkpoints.map((file) => readFileSync(file));
    for (const file of checkpoints) rmSync(file);
    await expect(backup()).rejects.toThrow('has no checkpoint');
    expect(existsSync(to)).toBe(false);
    for (const [at, file] of checkpoints.entries()) writeFileSync(file, kept[at] as Buffer);
    await backup();
    loseDatabase();
    const elsewhere = join(here.base, 'elsewhere');
    const copied = backupState({ path: here.path, folder: here.folder, to: elsewhere, nowMs: 1 });
    await expect(copied).rejects.toThrow('there is no database at');
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('is not written over another', async () => {
    await backup();
    await expect(backup()).rejects.toThrow(BackupInvalidError);
  });
});
