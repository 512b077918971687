import { VaultError } from '../errors.ts';
import type { PostgresClient } from './client.ts';

/** One database, as `pg_database` says. What a version does not know is absent. */
export interface DatabaseFacts {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** `c` libc, `i` ICU, `b` the server's own. */
  readonly localeProvider?: string;
  /** Of ICU or the server's own. */
  readonly locale?: string;
  readonly connectable: boolean;
  /** Bytes on the server's disk. */
  readonly size?: number;
  /** `ALTER DATABASE ... SET`; with a role, `ALTER ROLE ... IN DATABASE ... SET`. Values as the server keeps them. */
  readonly settings?: readonly DatabaseSetting[];
  /** Rights on the database itself; absent: those that every database has. */
  readonly rights?: readonly DatabaseRight[];
  /** Connections at once; absent: no bound. */
  readonly connectionLimit?: number;
  readonly comment?: string;
}

export interface DatabaseSetting {
  readonly role?: string;
  readonly name: string;
  readonly value: string;
}

export interface DatabaseRight {
  /** Absent: everybody. */
  readonly role?: string;
  /** `CONNECT`, `CREATE`, `TEMPORARY`. */
  readonly right: string;
  readonly grantable?: boolean;
}

export interface ServerFacts {
  /** Major version. */
  readonly major: number;
  /** As the server says it: `15.18 (Debian ...)`. */
  readonly version: string;
  readonly superuser: boolean;
  readonly databases: readonly DatabaseFacts[];
}

// The rows as JSON, since the columns of locales differ from version to version.
const FACTS = `SELECT json_build_object(
  'number', current_setting('server_version_num')::int,
  'version', current_setting('server_version'),
  'superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
  'databases', (SELECT coalesce(json_agg(json_build_object(
      'row', to_jsonb(d) - 'datacl',
      'owner', pg_get_userbyid(d.datdba),
      'encoding', pg_encoding_to_char(d.encoding),
      'connectable', d.datallowconn AND has_database_privilege(d.oid, 'CONNECT'),
      'settings', (SELECT json_agg(json_build_object(
          'role', CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END, 'setting', c) ORDER BY s.setrole, c)
        FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setdatabase = d.oid),
      'rights', CASE WHEN d.datacl IS NOT NULL THEN (SELECT coalesce(json_agg(json_build_object(
          'role', CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END,
          'right', a.privilege_type, 'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type), '[]')
        FROM aclexplode(d.datacl) a) END,
      'limit', d.datconnlimit,
      'comment', shobj_description(d.oid, 'pg_database'),
      'size', CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid) END
    ) ORDER BY d.datname COLLATE "C"), '[]') FROM pg_database d WHERE NOT d.datistemplate))`;

interface Row {
  readonly row: Readonly<Record<string, string | null>>;
  readonly owner: string;
  readonly encoding: string;
  readonly connectable: boolean;
  readonly size: number | null;
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[] | null;
  readonly rights:
    | readonly { readonly role: string | null; readonly right: string; readonly grantable: boolean }[]
    | null;
  readonly limit: number;
  readonly comment: string | null;
}

/** Databases that are asked first: they are there on nearly every server. */
const USUAL = ['postgres', 'template1'];

/**
 * Asks a server what it is, and which databases it has. `known` are databases that whoever asks believes to be there,
 * for a server that lets its user into no other.
 *
 * @throws {VaultError} `source-failed` it does not answer, or lets the user in nowhere
 */
export async function askServer(client: PostgresClient, known: readonly string[] = []): Promise<ServerFacts> {
  let first: unknown;
  for (const database of [...USUAL, ...known]) {
    try {
      return read(await client.query(database, FACTS));
    } catch (error) {
      if (!(error instanceof VaultError) || error.code !== 'source-failed') throw error;
      first ??= error;
    }
  }
  throw first;
}

function read(answer: string): ServerFacts {
  const facts = JSON.parse(answer) as { number: number; version: string; superuser: boolean; databases: Row[] };
  const { number, version, superuser, databases } = facts;
  return { major: Math.floor(number / 10_000), version, superuser, databases: databases.map(database) };
}

function database(found: Row): DatabaseFacts {
  const { row, owner, encoding, connectable, size, settings, rights, limit, comment } = found;
  const provider = row['datlocprovider'] ?? undefined;
  const locale = row['datlocale'] ?? row['daticulocale'] ?? undefined;
  return {
    name: row['datname'] ?? '',
    owner,
    encoding,
    collate: row['datcollate'] ?? '',
    ctype: row['datctype'] ?? '',
    ...(provider !== undefined && { localeProvider: provider }),
    ...(locale !== undefined && { locale }),
    connectable,
    ...(size !== null && { size }),
    ...(settings && { settings: settings.map(settingOf) }),
    ...(rights && {
      rights: rights.map(({ role, right, grantable }) => ({
        ...(role !== null && { role }),
        right,
        ...(grantable && { grantable }),
      })),
    }),
    ...(limit >= 0 && { connectionLimit: limit }),
    ...(comment !== null && { comment }),
  };
}

/** What pg_db_role_setting holds: `name=value`. */
function settingOf({ role, setting }: { readonly role: string | null; readonly setting: string }): DatabaseSetting {
  const end = setting.indexOf('=');
  return { ...(role !== null && { role }), name: setting.slice(0, end), value: setting.slice(end + 1) };
}
