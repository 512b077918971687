import { VaultError } from '../errors.ts';
import { quoteName, quoteText, type PostgresClient } from './client.ts';
import { hasRole } from './restore-roles.ts';
import type { DatabaseFacts } from './server.ts';

export interface RestorePropertiesOptions {
  readonly client: PostgresClient;
  /** A database that is there, to be connected to. */
  readonly maintenance: string;
  readonly facts: DatabaseFacts;
  /** The database that was made. */
  readonly into: string;
  /** Whether rights are restored, and settings for roles. */
  readonly owners: boolean;
}

/** The name of a parameter: of the server itself, or of an extension. */
const PARAMETER = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)*$/;
const RIGHTS = new Set(['CONNECT', 'CREATE', 'TEMPORARY']);

/** One thing that a dump of a database does not bring back. */
interface Property {
  readonly what: string;
  readonly role?: string;
  readonly sql: string;
}

/**
 * Gives a database that was made for a restore what a dump of its contents does not hold: settings (`ALTER DATABASE ...
 * SET`, `ALTER ROLE ... IN DATABASE ... SET`), rights on the database itself, the bound of its connections, its comment.
 * Answers what was not taken, and of whom the server knows nothing: the contents are there all the same.
 */
export async function restoreProperties(options: RestorePropertiesOptions): Promise<string[]> {
  const { client, maintenance, into } = options;
  const warnings: string[] = [];
  for (const { what, role, sql } of propertiesOf(options)) {
    if (role !== undefined && !(await hasRole(client, maintenance, role))) {
      warnings.push(`${what} of the database ${into} was not restored: the server has no role ${role}`);
      continue;
    }
    try {
      await client.query(maintenance, sql);
    } catch (error) {
      // What the server says may hold the value, which may be a secret.
      if (!(error instanceof VaultError) || error.code !== 'source-failed') throw error;
      warnings.push(
        `${what} of the database ${into} was not taken by the server: the user who restores may lack the right to it`,
      );
    }
  }
  return warnings;
}

function propertiesOf({ facts, into, owners }: RestorePropertiesOptions): Property[] {
  const database = quoteName(into);
  const { settings = [], rights, connectionLimit, comment } = facts;
  const found: Property[] = [];
  if (comment !== undefined) {
    found.push({ what: 'The comment', sql: `COMMENT ON DATABASE ${database} IS ${quoteText(comment)}` });
  }
  if (connectionLimit !== undefined) {
    const sql = `ALTER DATABASE ${database} CONNECTION LIMIT ${Math.trunc(connectionLimit)}`;
    found.push({ what: 'The bound of connections', sql });
  }
  if (owners && rights !== undefined) {
    // First nothing for everybody, then what there was: nobody has a right in between that he did not have.
    found.push({ what: 'That not everybody may connect', sql: `REVOKE ALL ON DATABASE ${database} FROM PUBLIC` });
    for (const { role, right, grantable = false } of rights.filter((one) => RIGHTS.has(one.right))) {
      const to = role === undefined ? 'PUBLIC' : quoteName(role);
      const sql = `GRANT ${right} ON DATABASE ${database} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
      found.push({ what: `The right ${right} (${role ?? 'everybody'})`, ...(role !== undefined && { role }), sql });
    }
  }
  for (const { role, name, value } of settings) {
    if (!PARAMETER.test(name) || (role !== undefined && !owners)) continue;
    const whose = role === undefined ? 'DATABASE' : `ROLE ${quoteName(role)} IN DATABASE`;
    // The server's own form of a value goes in as it came out: a list has no other way to be told from one long name.
    const sql = `SELECT set_config(${quoteText(name)}, ${quoteText(value)}, false) \\; ALTER ${whose} ${database} SET ${name} FROM CURRENT`;
    const of = role === undefined ? '' : ` for the role ${role}`;
    found.push({ what: `The setting ${name}${of}`, ...(role !== undefined && { role }), sql });
  }
  return found;
}
