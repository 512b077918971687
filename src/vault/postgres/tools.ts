import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { VaultError } from '../errors.ts';
import { startProgram } from '../program.ts';

/** The client programs of one version of PostgreSQL, by their paths. */
export interface PostgresTools {
  /** Major version: 15, 16, ... */
  readonly major: number;
  readonly psql: string;
  readonly pgDump: string;
  readonly pgDumpAll: string;
  readonly pgRestore: string;
}

/** Where Debian keeps each version; elsewhere PATH says. */
const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = { psql: 'psql', pgDump: 'pg_dump', pgDumpAll: 'pg_dumpall', pgRestore: 'pg_restore' } as const;

/** All sets of client programs on this machine, oldest version first. */
export async function installedTools(
  path: string = process.env['PATH'] ?? '',
  versions: string = DEBIAN,
): Promise<readonly PostgresTools[]> {
  const own = await readdir(versions).catch(() => []);
  const folders = [...own.map((version) => join(versions, version, 'bin')), ...path.split(delimiter).filter(Boolean)];
  const found = new Map<number, PostgresTools>();
  for (const folder of folders) {
    const tools = await toolsIn(folder);
    if (tools && !found.has(tools.major)) found.set(tools.major, tools);
  }
  return [...found.values()].toSorted((a, b) => a.major - b.major);
}

/**
 * The programs to use with a server: those of its own version, else the next newer. pg_dump refuses a server that is
 * newer than itself, and what a newer one writes an older server need not understand.
 *
 * @throws {VaultError} `source-failed` there are none, or only older ones
 */
export function toolsFor(server: number, installed: readonly PostgresTools[]): PostgresTools {
  const tools = installed.find(({ major }) => major >= server);
  if (tools) return tools;
  const there = installed.length === 0 ? 'none' : installed.map(({ major }) => major).join(', ');
  throw new VaultError(
    'source-failed',
    `The server is PostgreSQL ${server}, and its client programs are not on this machine (there: ${there}). Install psql, pg_dump, pg_dumpall and pg_restore of version ${server} or newer (Debian: postgresql-client-${server})`,
  );
}

async function toolsIn(folder: string): Promise<PostgresTools | undefined> {
  const paths = Object.fromEntries(Object.entries(PROGRAMS).map(([key, name]) => [key, join(folder, name)]));
  try {
    await Promise.all(Object.values(paths).map((path) => access(path, constants.X_OK)));
  } catch {
    return undefined;
  }
  const major = await majorOf(paths['pgDump'] as string);
  return major === undefined ? undefined : { major, ...(paths as Omit<PostgresTools, 'major'>) };
}

/** `pg_dump (PostgreSQL) 15.18 (Debian ...)` */
async function majorOf(pgDump: string): Promise<number | undefined> {
  const environment = { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' };
  const program = startProgram({
    command: pgDump,
    args: ['--version'],
    environment,
    output: 'tail',
    timeoutMs: 10_000,
  });
  const match = /\(PostgreSQL\) (\d+)/.exec((await program.ended).tail);
  return match ? Number(match[1]) : undefined;
}
