import { chmodSync, existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import { MigrationError } from './errors.ts';
import { queries } from './kysely-dialect.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import type { Tables } from './schema.ts';

/**
 * Brings the database to the newest version. Before each step a consistent copy of the file is made beside it,
 * `<path>.before-<version>`, unless the file is new. Several processes may call it at once.
 *
 * @throws {MigrationError} the file was made by a newer version; it is left as it is.
 */
export function migrate(
  db: DatabaseSync,
  path: string,
  nowMs: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  // One at a time in this thread: the second would wait for a lock that the first cannot give up meanwhile.
  const mine = last.then(() => migrateAlone(db, path, nowMs, migrations));
  last = mine.catch(() => {});
  return mine;
}

let last: Promise<unknown> = Promise.resolve();

async function migrateAlone(
  db: DatabaseSync,
  path: string,
  nowMs: number,
  migrations: readonly Migration[],
): Promise<void> {
  let version = versionOf(db);
  const isNew = version === 0;
  while (version < migrations.length) {
    const seen = dataVersion(db);
    if (!isNew) copyBefore(db, path, version + 1);
    await step(db, seen, version, migrations[version] as Migration, nowMs);
    version = versionOf(db);
  }
  if (version > migrations.length) {
    throw new MigrationError(
      `downgrade refused: the database ${path} was made by a newer Keystead (schema ${version}; this one knows ` +
        `${migrations.length}). Run the newer version, or restore the copy ${path}.before-${migrations.length + 1}`,
    );
  }
}

/** The number of steps that the file has seen; 0 for an empty one. */
export function versionOf(db: DatabaseSync): number {
  const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'").get();
  if (table === undefined) return 0;
  return Number(db.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()?.['version']);
}

async function step(db: DatabaseSync, seen: number, version: number, migration: Migration, nowMs: number) {
  const kysely = queries(db);
  await kysely.transaction().execute(async (transaction) => {
    // Another process may have been quicker, or may have written behind the copy: then look again.
    if (versionOf(db) !== version || dataVersion(db) !== seen) return;
    await makeVersionTable(transaction);
    await migration.up(transaction);
    const row = { version: version + 1, name: migration.name, applied_ms: nowMs };
    await transaction.insertInto('schema_version').values(row).execute();
  });
}

/** Makes the table of the steps that a file has seen, where it is not there yet. */
export async function makeVersionTable(db: Kysely<Tables>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY, name text NOT NULL, applied_ms integer NOT NULL
  )`.execute(db);
}

/** Changes whenever another connection commits (https://sqlite.org/pragma.html#pragma_data_version). */
function dataVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA data_version').get()?.['data_version']);
}

function copyBefore(db: DatabaseSync, path: string, version: number): void {
  const copy = freeName(`${path}.before-${version}`);
  db.prepare('VACUUM INTO ?').run(copy);
  chmodSync(copy, 0o600);
}

/** A copy is never written over: the one that lies there may be the good one. */
function freeName(name: string): string {
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? name : `${name}.${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}
