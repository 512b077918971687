import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { feed, PSQL, quoteText, type PostgresClient } from './client.ts';
import { roleStatements } from './role-statements.ts';
import type { PostgresTools } from './tools.ts';

const ROLES = `SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles`;

/** What came of the roles: names that were made, names that were there, and what the server did not take. */
export interface RestoredRoles {
  readonly made: readonly string[];
  readonly kept: readonly string[];
  /** The last of what the server said, if it did not take everything. */
  readonly refusals: string;
}

/**
 * Makes the roles of a snapshot that a server does not have, with their memberships. A role that is there stays as it
 * is: its password is the server's own, and a backup of another server must not change it.
 */
export async function restoreRoles(
  client: PostgresClient,
  tools: PostgresTools,
  database: string,
  script: string,
): Promise<RestoredRoles> {
  const there = new Set(JSON.parse(await client.query(database, ROLES)) as string[]);
  const all = roleStatements(script);
  const wanted = all.filter(({ role }) => role === undefined || !there.has(role));
  const args = [...PSQL, '--set=ON_ERROR_STOP=0', '--output=/dev/null'];
  const program = await client.start(tools.psql, args, { database, output: 'tail', input: true });
  await feed(program.stdin as Writable, lines(wanted.map(({ sql }) => sql)));
  await client.settled(program, 'The roles could not be restored', 'destination-failed');
  const named = new Set(all.flatMap(({ role }) => (role === undefined ? [] : [role])));
  const now = new Set(JSON.parse(await client.query(database, ROLES)) as string[]);
  return {
    made: [...named].filter((role) => !there.has(role) && now.has(role)),
    kept: [...named].filter((role) => there.has(role)),
    refusals: refusalsOf((await program.ended).tail),
  };
}

/** Whether a server has a role. */
export async function hasRole(client: PostgresClient, database: string, role: string): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quoteText(role)})`;
  return (await client.query(database, sql)) === 't';
}

async function* lines(statements: readonly string[]): AsyncGenerator<Buffer, undefined> {
  // From here on psql takes no command of its own, whatever a name or a text holds (CVE-2025-8714). A psql that does
  // not know the word says so, and goes on.
  yield Buffer.from(`\\restrict ${randomBytes(16).toString('hex')}\n`);
  for (const sql of statements) yield Buffer.from(`${sql}\n`);
  return undefined;
}

/** Without what is no refusal: memberships that are there, and a word that an older psql does not know. */
function refusalsOf(tail: string): string {
  const lines = tail.split('\n').filter((line) => line !== '');
  return lines.filter((line) => !/already|invalid command \\restrict/.test(line)).join('\n');
}
