import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** One step from a version of the schema to the next. It runs in a transaction. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

/** The step since which the last use of keys is known. */
export const USES_KNOWN = 'last use of keys';

/** The step since which uses of keys are counted. */
export const USES_COUNTED = 'uses of keys by the hour';

/** All steps, in order: a file that has seen the first `n` is at version `n`. Steps are added, never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { name: 'records, names, state, audit queue', up: makeTables },
  { name: USES_KNOWN, up: makeUseTable },
  { name: USES_COUNTED, up: makeUseHours },
  { name: 'last use of credentials', up: makeCredentialUseTable },
];

async function makeTables(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('record')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('body', 'blob', (column) => column.notNull())
    .addColumn('mac', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('record_key', ['tenant', 'kind', 'id'])
    .execute();
  await db.schema.createIndex('record_by_scope').on('record').columns(['tenant', 'kind', 'scope', 'id']).execute();
  await db.schema.createIndex('record_by_kind').on('record').columns(['kind', 'tenant', 'id']).execute();
  await db.schema
    .createTable('record_name')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('record_name_key', ['space', 'name'])
    .execute();
  await db.schema.createIndex('record_name_by_record').on('record_name').columns(['tenant', 'kind', 'id']).execute();
  await db.schema
    .createTable('tenant_state')
    .addColumn('tenant', 'text', (column) => column.primaryKey())
    .addColumn('sum', 'blob', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('epoch')
    .addColumn('one', 'integer', (column) => column.primaryKey())
    .addColumn('value', 'integer', (column) => column.notNull())
    .execute();
  await db.insertInto('epoch').values({ one: 1, value: 0 }).execute();
  // autoIncrement: a sequence number is never given twice, also after the rows behind it were pruned.
  await db.schema
    .createTable('audit_batch')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('node', 'text', (column) => column.notNull())
    .addColumn('body', 'blob', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('audit_log')
    .addColumn('log', 'text', (column) => column.primaryKey())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('root', 'blob', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('checkpoint', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('audit_plan')
    .addColumn('one', 'integer', (column) => column.primaryKey())
    .addColumn('done_through', 'integer', (column) => column.notNull())
    .addColumn('planned_through', 'integer', (column) => column.notNull())
    .addColumn('planned_ms', 'integer', (column) => column.notNull())
    .execute();
  await db.insertInto('audit_plan').values({ one: 1, done_through: 0, planned_through: 0, planned_ms: 0 }).execute();
  await sql`PRAGMA application_id = 1263752260`.execute(db); // 'KSTD', so that `file` knows it
}

async function makeUseTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('key_use')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('time_ms', 'integer', (column) => column.notNull())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('entry', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('key_use_key', ['tenant', 'key'])
    .modifyEnd(sql`WITHOUT ROWID`)
    .execute();
}

async function makeUseHours(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('key_use_hour')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('key_use_hour_key', ['tenant', 'key', 'hour', 'action'])
    .modifyEnd(sql`WITHOUT ROWID`)
    .execute();
  await db.schema.createIndex('key_use_by_hour').on('key_use_hour').columns(['hour']).execute();
}

async function makeCredentialUseTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('credential_use')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('credential', 'text', (column) => column.notNull())
    .addColumn('time_ms', 'integer', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('credential_use_key', ['tenant', 'credential'])
    .modifyEnd(sql`WITHOUT ROWID`)
    .execute();
}
