import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, record } from '../records/writes.fixture.ts';
import { openDatabase, openForReading } from './database.ts';
import { MigrationError } from './errors.ts';
import { migrate, versionOf } from './migrate.ts';
import { type Migration, MIGRATIONS } from './migrations.ts';
import { removeFolder, scratchFolder } from './scratch.fixture.ts';
import { openStore } from './sqlite.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = scratchFolder();
  path = join(folder, 'keystead.db');
});
afterEach(() => removeFolder(folder));

const next: Migration = {
  name: 'the next one',
  up: async (db) => db.schema.alterTable('record').addColumn('more', 'text').execute(),
};
const breaking: Migration = {
  name: 'one that fails halfway',
  up: async (db) => {
    await db.deleteFrom('record').execute();
    throw new Error('halfway');
  },
};

async function withRecord(): Promise<void> {
  const store = await openStore({ path, reserveBytes: 4096 });
  await store.commit(change([{ put: record('k1') }]));
  await store.close();
}

async function migrateTo(migrations: readonly Migration[]): Promise<number> {
  const db = openDatabase(path);
  try {
    await migrate(db, path, 1, migrations);
    return versionOf(db);
  } finally {
    db.close();
  }
}

function countIn(file: string): number {
  const db = openForReading(file);
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM record').get()?.['n']);
  } finally {
    db.close();
  }
}

describe('migrations', () => {
  it('make a new database without a copy', async () => {
    expect(await migrateTo(MIGRATIONS)).toBe(MIGRATIONS.length);
    expect(readdirSync(folder).filter((name) => name.includes('before'))).toEqual([]);
  });

  it('keep a copy of the database from before each step', async () => {
    await withRecord();
    const version = MIGRATIONS.length + 1;
    expect(await migrateTo([...MIGRATIONS, next])).toBe(version);
    expect(countIn(`${path}.before-${version}`)).toBe(1);
    expect(statSync(`${path}.before-${version}`).mode & 0o777).toBe(0o600);
    expect(countIn(path)).toBe(1);
    // Done once.
    await migrateTo([...MIGRATIONS, next]);
    expect(existsSync(`${path}.before-${version}.1`)).toBe(false);
  });

  it('leave everything as it was when a step fails', async () => {
    await withRecord();
    await expect(migrateTo([...MIGRATIONS, breaking])).rejects.toThrow('halfway');
    expect(countIn(path)).toBe(1);
    expect(await migrateTo(MIGRATIONS)).toBe(MIGRATIONS.length);
    // A second try does not write over the first copy.
    await migrateTo([...MIGRATIONS, next]);
    expect(existsSync(`${path}.before-${MIGRATIONS.length + 1}.1`)).toBe(true);
  });

  it('are done once by processes that start at the same time', async () => {
    const versions = await Promise.all([migrateTo(MIGRATIONS), migrateTo(MIGRATIONS)]);
    expect(versions).toEqual([MIGRATIONS.length, MIGRATIONS.length]);
    const fresh = join(folder, 'fresh.db');
    const script = `
      const { openStore } = await import(${JSON.stringify(import.meta.resolve('./sqlite.ts'))});
      const store = await openStore({ path: ${JSON.stringify(fresh)}, reserveBytes: 4096 });
      await store.close();
    `;
    const run = promisify(execFile);
    const runs = Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', script]));
    expect((await Promise.all(runs)).map(({ stderr }) => stderr)).toEqual(['', '', '']);
    expect(countIn(fresh)).toBe(0);
  });

  it('refuse a database of a newer version, which stays as it is', async () => {
    await withRecord();
    await migrateTo([...MIGRATIONS, next]);
    await expect(openStore({ path })).rejects.toThrow(MigrationError);
    await expect(openStore({ path })).rejects.toThrow(`${path}.before-${MIGRATIONS.length + 1}`);
    expect(await migrateTo([...MIGRATIONS, next])).toBe(MIGRATIONS.length + 1);
  });
});
