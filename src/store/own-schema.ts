import { DatabaseSync } from 'node:sqlite';
import { StateCheckError } from './errors.ts';
import { queries } from './kysely-dialect.ts';
import { makeVersionTable, versionOf } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';

/**
 * Everything that a database has in its schema, in one text. SQLite runs what lies there by itself: a trigger could
 * keep entries out of the queue or hold the epoch still, and nothing that the tables hold would tell of it.
 */
export function schemaOf(db: DatabaseSync): string {
  const rows = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
  return JSON.stringify(
    rows.map(({ type, name, tbl_name: table, sql }) => [type, name, table, String(sql).replaceAll(/\s+/g, ' ')]),
  );
}

/**
 * Answers the schema of a database, which must be the one that the migrations make, to the letter.
 *
 * @throws {StateCheckError} somebody else has put something there.
 */
export async function requireOwnSchema(db: DatabaseSync): Promise<string> {
  const own = new DatabaseSync(':memory:');
  try {
    const kysely = queries(own);
    await makeVersionTable(kysely);
    for (const migration of MIGRATIONS.slice(0, versionOf(db))) await migration.up(kysely);
    const schema = schemaOf(own);
    if (schemaOf(db) !== schema) throw foreignSchema();
    return schema;
  } finally {
    own.close();
  }
}

/** The refusal of a schema that is not ours. */
export function foreignSchema(): StateCheckError {
  return new StateCheckError(
    'the schema of the database is not the one that Keystead made: a trigger, an index, a view or a table was put there ' +
      'or changed. Restore the newest copy of the data folder, and keep this one for an inquiry',
  );
}
