import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup/backup.ts';
import type { Repository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import { PostgresSource } from '../sources/postgres.ts';
import { newVault, removeScratch, scratch } from '../vault.fixture.ts';
import { PostgresClient } from './client.ts';
import { hasPostgres, PostgresServer } from './postgres.fixture.ts';
import { restorePostgres, type RestorePostgresOptions } from './restore-postgres.ts';

const ODD = 'ünï/code "db" = \'1\' 100%';
const QUOTED = `"${ODD.replaceAll('"', '""')}"`;
/** What two databases must have in common to be the same, as one text. */
const PICTURE = `SELECT json_build_object(
  'rows', (SELECT md5(string_agg(a::text, ',' ORDER BY aid)) FROM pgbench_accounts a),
  'count', (SELECT count(*) FROM pgbench_accounts),
  'objects', (SELECT json_agg(json_build_array(oid, md5(lo_get(oid))) ORDER BY oid) FROM pg_largeobject_metadata),
  'names', (SELECT json_agg("größe" ORDER BY "größe") FROM "Patienten"),
  'owner', (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'Patienten'),
  'rights', (SELECT relacl::text FROM pg_class WHERE relname = 'Patienten'),
  'indexes', (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'),
  'function', (SELECT prosrc FROM pg_proc WHERE proname = 'twice'))`;

describe.skipIf(!hasPostgres)('databases of a snapshot, restored into a server', () => {
  let server: PostgresServer;
  let other: PostgresServer;
  let folder: string;
  let repository: Repository;
  let snapshotId: string;
  beforeAll(async () => {
    folder = scratch();
    server = new PostgresServer();
    other = new PostgresServer();
    server.sql('postgres', 'CREATE ROLE "Dr. No" LOGIN PASSWORD \'semi;colon\'');
    server.sql('postgres', 'CREATE ROLE nurses');
    server.sql('postgres', 'GRANT nurses TO "Dr. No"');
    server.sql('postgres', 'CREATE DATABASE bench OWNER "Dr. No"');
    server.sql('postgres', `CREATE DATABASE ${QUOTED}`);
    server.run('pgbench', '--initialize', '--quiet', '--scale=7', 'bench');
    server.sql('bench', 'CREATE TABLE "Patienten" ("größe" text)');
    server.sql('bench', "INSERT INTO \"Patienten\" VALUES ('ÄÖÜ'), ('日本'), (E'back\\\\slash\\nline'), ('$$')");
    server.sql('bench', 'ALTER TABLE "Patienten" OWNER TO "Dr. No"');
    server.sql('bench', 'GRANT SELECT ON "Patienten" TO nurses');
    server.sql('bench', "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2 -- ;'");
    server.sql(
      'bench',
      "SELECT lo_from_bytea(n, decode(repeat(md5(n::text), 2000), 'hex')) FROM generate_series(70001, 70020) n",
    );
    for (const sql of [
      "ALTER DATABASE bench SET work_mem = '77MB'",
      'ALTER DATABASE bench SET search_path = "Odd, ""one""s", public',
      "ALTER DATABASE bench SET default_transaction_read_only = 'on'",
      "ALTER DATABASE bench SET clinic.greeting = 'it''s = fine; \\\\'",
      'ALTER ROLE "Dr. No" IN DATABASE bench SET statement_timeout = \'12345ms\'',
      'ALTER DATABASE bench CONNECTION LIMIT 17',
      "COMMENT ON DATABASE bench IS 'the clinic''s'",
      'REVOKE ALL ON DATABASE bench FROM PUBLIC',
      'GRANT CONNECT ON DATABASE bench TO nurses WITH GRANT OPTION',
    ])
      server.sql('postgres', sql);
    ({ repository } = await newVault(folder));
    const spec = { kind: 'postgres', name: 'clinic', ...server.connection } as const;
    const source = new PostgresSource(spec, new EgressGuard());
    ({ snapshotId } = await backup({ repository, source, threads: 0 }));
  });
  afterAll(() => {
    server.remove();
    other.remove();
    removeScratch(folder);
  });

  async function into(to: PostgresServer, options: Partial<RestorePostgresOptions>) {
    return await restorePostgres({ repository, snapshotId, to: to.connection, guard: new EgressGuard(), ...options });
  }
  const namesOn = (one: PostgresServer): string =>
    one.sql('postgres', 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1');

  it('asks a server by what nobody else on the machine sees: a setting may be a secret', async () => {
    const client = new PostgresClient(other.connection, new EgressGuard(), new AbortController().signal);
    // The server itself looks at the arguments of everybody, while whoever asks it waits.
    const seen = `CREATE TEMP TABLE seen (line text);
      COPY seen FROM PROGRAM 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0\\\\" "  " || true';
      SELECT count(*) FILTER (WHERE line LIKE '%psql%'), count(*) FILTER (WHERE line LIKE '%canary-of-a-setting%') FROM seen`;
    expect(await client.query('postgres', seen)).toMatch(/^[1-9][0-9]*\|0$/);
  });

  it('brings all of it to another server: rows, large objects, names, owners, rights, roles', async () => {
    const report = await into(other, { roles: true });
    expect(report.databases).toEqual(['bench', 'postgres', ODD]);
    expect(report.warnings).toEqual([`Roles that the server has already are as they were: ${server.superuser}`]);
    expect(other.sql('bench', PICTURE)).toBe(server.sql('bench', PICTURE));
    expect(JSON.parse(other.sql('bench', PICTURE))).toMatchObject({ count: 700_000, owner: 'Dr. No' });
    const roles = `SELECT rolname, rolcanlogin, rolpassword, (SELECT count(*) FROM pg_auth_members WHERE member = a.oid) FROM pg_authid a WHERE rolname IN ('Dr. No', 'nurses') ORDER BY 1`;
    expect(other.sql('postgres', roles)).toBe(server.sql('postgres', roles));
    // The server's own superuser can still come in with the server's own password.
    expect(other.sql('postgres', 'SELECT current_user')).toBe(other.superuser);
  });

  it('brings back what no dump of the contents holds: settings, rights on the database, its bound and its comment', () => {
    const properties = `SELECT json_build_object(
      'settings', (SELECT json_agg(json_build_array(setrole::regrole::text, (SELECT json_agg(c ORDER BY c) FROM unnest(setconfig) c))
        ORDER BY setrole::regrole::text) FROM pg_db_role_setting WHERE setdatabase = d.oid),
      'rights', (SELECT json_agg(x ORDER BY x) FROM (SELECT a.grantee::regrole::text || ' ' || a.privilege_type || a.is_grantable AS x
        FROM aclexplode(d.datacl) a) y),
      'limit', datconnlimit, 'comment', shobj_description(d.oid, 'pg_database')) FROM pg_database d WHERE datname = 'bench'`;
    const [before, after] = [server, other].map((one) => JSON.parse(one.sql('postgres', properties)) as object);
    expect(after).toEqual(before);
    expect(before).toMatchObject({ limit: 17, comment: "the clinic's" });
    expect((before as { settings: unknown[] }).settings).toHaveLength(2);
    // It means the same as well, to whoever connects.
    const shown = `SELECT json_build_array(current_setting('search_path'), current_setting('clinic.greeting'), current_setting('work_mem'))`;
    expect(other.sql('bench', shown)).toBe(server.sql('bench', shown));
  });

  it('refuses a database that is not empty, before anything is written', async () => {
    const refused = into(server, { databases: [{ database: ODD }, { database: 'bench' }] });
    await expect(refused).rejects.toMatchObject({
      code: 'destination-not-empty',
      what: 'The database bench is not empty',
    });
    expect(server.sql(ODD, 'SELECT count(*) FROM pg_largeobject_metadata')).toBe('0');
  });

  it('restores into another name, of the user who restores', async () => {
    const report = await into(server, { databases: [{ database: 'bench', into: 'copy' }], owners: false });
    expect(report).toMatchObject({ databases: ['copy'], warnings: [] });
    expect(JSON.parse(server.sql('copy', PICTURE))).toMatchObject({ owner: server.superuser, rights: null });
    const rows = "SELECT md5(string_agg(a::text, ',' ORDER BY aid)) FROM pgbench_accounts a";
    expect(server.sql('copy', rows)).toBe(server.sql('bench', rows));
  });

  it('restores into an empty database that is there, and replaces what the dump has only when told', async () => {
    server.sql('postgres', 'CREATE DATABASE used');
    const choice = { databases: [{ database: 'postgres', into: 'used' }] };
    await into(server, choice);
    server.sql('used', 'CREATE TABLE mine (n int)');
    await expect(into(server, choice)).rejects.toMatchObject({ code: 'destination-not-empty' });
    await into(server, { ...choice, replaceExisting: true });
    expect(server.sql('used', 'SELECT count(*) FROM mine')).toBe('0');
  });

  it('drops what it made when the server does not take the dump', async () => {
    other.sql('postgres', 'DROP DATABASE bench');
    for (const role of ['"Dr. No"', 'nurses']) other.sql('postgres', `DROP ROLE ${role}`);
    const before = namesOn(other);
    const failed = into(other, { databases: [{ database: 'bench' }] });
    await expect(failed).rejects.toMatchObject({
      code: 'destination-failed',
      message: expect.stringMatching(/role "Dr. No" does not exist/),
    });
    expect(namesOn(other)).toBe(before);
  });

  it('refuses a snapshot of something else, and a database that it has not', async () => {
    await expect(into(other, { databases: [{ database: 'none' }] })).rejects.toMatchObject({ code: 'path-missing' });
    const source = new FolderSource(join(import.meta.dirname), 'code');
    const report = await backup({ repository, source, threads: 0 });
    await expect(into(other, { snapshotId: report.snapshotId })).rejects.toThrow(/not one of a PostgreSQL server/);
  });

  it('drops what it made when it is stopped, and its program with it', async () => {
    const stop = new AbortController();
    const before = namesOn(other);
    const choice = { databases: [{ database: 'bench' }], owners: false };
    const stopped = into(other, {
      ...choice,
      signal: stop.signal,
      onProgress: ({ bytes }) => bytes > 0 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(namesOn(other)).toBe(before);
  });

  it('drops what it made when the store has not got all of the dump', async () => {
    const packs = join(folder, 'store', 'packs');
    const paths = readdirSync(packs, { recursive: true }).map((name) => join(packs, name.toString()));
    const files = paths.filter((path) => statSync(path).isFile());
    const longest = files.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] as string;
    const before = namesOn(other);
    truncateSync(longest, 1000);
    await expect(into(other, { databases: [{ database: 'bench' }], owners: false })).rejects.toMatchObject({
      name: 'VaultError',
    });
    expect(namesOn(other)).toBe(before);
  });
});
