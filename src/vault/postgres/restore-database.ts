import type { Writable } from 'node:stream';
import { VaultError } from '../errors.ts';
import { feed, quoteName, quoteText, type PostgresClient } from './client.ts';
import { hasRole } from './restore-roles.ts';
import type { DatabaseFacts } from './server.ts';
import type { PostgresTools } from './tools.ts';

/** The first number of what is no part of PostgreSQL itself: FirstNormalObjectId of its access/transam.h. */
const FIRST_OWN = 16_384;
/** The schemas of temporary tables stay when the tables are gone: they hold nothing of anybody. */
const SCHEMAS = `(SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_')`;
const CATALOGS = {
  pg_class: `relnamespace IN ${SCHEMAS}`,
  pg_proc: 'true',
  pg_type: `typnamespace IN ${SCHEMAS}`,
  pg_namespace: `oid IN ${SCHEMAS}`,
  pg_largeobject_metadata: 'true',
};
const COUNT = `SELECT ${Object.entries(CATALOGS)
  .map(([name, isKept]) => `(SELECT count(*) FROM ${name} WHERE oid >= ${FIRST_OWN} AND ${isKept})`)
  .join(' + ')}`;

export interface RestoreDatabaseOptions {
  readonly client: PostgresClient;
  /** Drops what a restore that failed has made. */
  readonly cleaner: PostgresClient;
  readonly tools: PostgresTools;
  /** A database that is there, to be connected to for making the other. */
  readonly maintenance: string;
  /** What the database was where it came from. */
  readonly facts: DatabaseFacts;
  /** The database to restore into: made, unless it is there. */
  readonly into: string;
  readonly isThere: boolean;
  /** Whether things get their owners and rights; else all of it is of the user who restores. */
  readonly owners: boolean;
  readonly dump: AsyncIterable<Buffer>;
}

/**
 * Feeds a dump to pg_restore. A database that it made is dropped again when the restore fails; one that was there is
 * changed in one transaction, so that it has all of the dump or is as before. What it has and the dump has too is replaced.
 *
 * @throws {VaultError} `destination-failed`, and what the dump rejects with
 */
export async function restoreDatabase(options: RestoreDatabaseOptions): Promise<void> {
  const { client, cleaner, into, isThere, maintenance } = options;
  if (!isThere) {
    await made(client.query(maintenance, await createStatement(options)));
    try {
      await feedDump(options, []);
    } catch (error) {
      const dropped = cleaner.query(maintenance, `DROP DATABASE IF EXISTS ${quoteName(into)} WITH (FORCE)`);
      const isDropped = await dropped.then(
        () => true,
        () => false,
      );
      if (isDropped) throw error;
      throw leftBehind(error, into);
    }
    return;
  }
  const isEmpty = (await client.query(into, COUNT)) === '0';
  await feedDump(options, isEmpty ? ['--single-transaction'] : ['--single-transaction', '--clean', '--if-exists']);
}

const NEXT_DATABASE =
  'Restore into a new or an empty one (--database NAME=OTHER), or replace what the dump has too (--replace): the rest stays.';

/** @throws {VaultError} `destination-not-empty` */
export async function refuseUsed(client: PostgresClient, database: string): Promise<void> {
  if ((await client.query(database, COUNT)) === '0') return;
  throw new VaultError('destination-not-empty', `The database ${database} is not empty`, undefined, NEXT_DATABASE);
}

async function feedDump(options: RestoreDatabaseOptions, more: readonly string[]): Promise<void> {
  const { client, tools, into, owners, dump } = options;
  const rights = owners ? [] : ['--no-owner', '--no-privileges'];
  const args = ['--no-password', '--exit-on-error', `--dbname=${connectionTo(into)}`, ...rights, ...more];
  const program = await client.start(tools.pgRestore, args, { output: 'tail', input: true });
  try {
    await feed(program.stdin as Writable, dump);
  } catch (error) {
    // It must not take the end of what it has got so far for the end of the dump.
    program.stop();
    await program.ended;
    throw error;
  }
  await client.settled(program, `The database ${into} could not be restored`, 'destination-failed');
}

/** With the locale that the data was ordered by. Text in another encoding would not be the same text. */
async function createStatement({ client, maintenance, facts, into, owners }: RestoreDatabaseOptions): Promise<string> {
  const { encoding, collate, ctype, localeProvider, locale, owner } = facts;
  const options = [
    'TEMPLATE template0',
    `ENCODING ${quoteText(encoding)}`,
    `LC_COLLATE ${quoteText(collate)}`,
    `LC_CTYPE ${quoteText(ctype)}`,
  ];
  if (locale !== undefined && localeProvider === 'i')
    options.push(`LOCALE_PROVIDER icu ICU_LOCALE ${quoteText(locale)}`);
  if (locale !== undefined && localeProvider === 'b') {
    options.push(`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteText(locale)}`);
  }
  if (owners && (await hasRole(client, maintenance, owner))) options.push(`OWNER ${quoteName(owner)}`);
  return `CREATE DATABASE ${quoteName(into)} ${options.join(' ')}`;
}

async function made(creating: Promise<string>): Promise<void> {
  await creating.catch((error: unknown) => {
    if (!(error instanceof VaultError)) throw error;
    throw new VaultError('destination-failed', error.what, error.cause);
  });
}

function leftBehind(error: unknown, database: string): unknown {
  if (!(error instanceof VaultError)) return error;
  return new VaultError(
    error.code,
    `${error.what}. The database ${database} was made for it, is incomplete, and could not be dropped`,
    error,
  );
}

/** A connection string with nothing but the name: a name alone could be taken for one. */
function connectionTo(database: string): string {
  return `dbname='${database.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
