import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup/backup.ts';
import { hasPostgres, PostgresServer } from '../postgres/postgres.fixture.ts';
import { SnapshotReader } from '../snapshot-reader.ts';
import { listSnapshots } from '../snapshots.ts';
import { newVault, removeScratch, scratch } from '../vault.fixture.ts';
import { PostgresSource } from './postgres.ts';
import { sourceContract } from './source.contract.ts';
import type { PostgresSpec } from './source-spec.ts';

const ODD = 'ünï/code "db" = \'1\' 100%';

describe.skipIf(!hasPostgres)('a PostgreSQL server as source', () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(() => {
    folder = scratch();
    server = new PostgresServer();
    server.sql('postgres', 'CREATE DATABASE records');
    server.sql('postgres', `CREATE DATABASE "${ODD.replaceAll('"', '""')}"`);
    server.sql('postgres', "CREATE ROLE reader LOGIN PASSWORD 'reader'");
    server.sql('records', 'CREATE TABLE patients (id int PRIMARY KEY, name text)');
    server.sql('records', "INSERT INTO patients SELECT n, 'patient ' || n FROM generate_series(1, 50000) n");
    server.sql('records', "SELECT lo_from_bytea(4711, 'a large object')");
  });
  afterAll(() => {
    server.remove();
    removeScratch(folder);
  });

  function source(more: Partial<PostgresSpec> = {}): PostgresSource {
    return new PostgresSource({ kind: 'postgres', name: 'clinic', ...server.connection, ...more }, new EgressGuard());
  }

  sourceContract('postgres', () => source(), {
    file: 'server.json',
    folder: { path: 'databases', name: 'records.dump' },
  });

  async function vault() {
    return (await newVault(join(folder, `vault-${Math.random()}`))).repository;
  }

  it('has a dump of each database, the roles, and what the server is', async () => {
    const repository = await vault();
    const report = await backup({ repository, source: source(), threads: 0 });
    expect(report).toMatchObject({ problems: [], warnings: [], statistics: { files: 5, folders: 1 } });
    const reader = await SnapshotReader.open(repository, report.snapshotId);
    const names: string[] = [];
    const databases = await reader.entry('databases');
    for await (const { name } of reader.tree.entries(databases.type === 'folder' ? databases.nodes : [])) {
      names.push(name.toString());
    }
    expect(names).toEqual(['postgres.dump', 'records.dump', 'ünï%2Fcode "db" = \'1\' 100%25.dump']);
    const read = async (path: string): Promise<Buffer> => {
      const all: Buffer[] = [];
      for await (const piece of reader.content(await reader.file(path))) all.push(piece);
      return Buffer.concat(all);
    };
    expect((await read('globals.sql')).toString()).toContain('CREATE ROLE reader');
    expect((await read('globals.sql')).toString()).toContain('SCRAM-SHA-256$');
    const facts = JSON.parse((await read('server.json')).toString()) as { databases: { name: string }[] };
    expect(facts.databases.map(({ name }) => name)).toEqual(['postgres', 'records', ODD]);
    const script = execFileSync(join(server.bin, 'pg_restore'), ['-f', '-'], {
      input: await read('databases/records.dump'),
    });
    expect(script.toString()).toContain('50000\tpatient 50000');
    expect(script.toString()).toContain('4711');
    await reader.close();
  });

  it('costs next to nothing again when nothing changed', async () => {
    const repository = await vault();
    const first = await backup({ repository, source: source(), threads: 0 });
    const second = await backup({ repository, source: source(), threads: 0 });
    expect(first.newBytes).toBeGreaterThan(1_000_000);
    expect(second.newBytes).toBeLessThan(first.newBytes / 2);
  });

  it('takes the databases that are named, and refuses one that is not there', async () => {
    const repository = await vault();
    const named = await backup({ repository, source: source({ databases: ['records'] }), threads: 0 });
    expect(named.statistics.files).toBe(3);
    const run = backup({ repository, source: source({ databases: ['records', 'none'] }), threads: 0 });
    await expect(run).rejects.toMatchObject({ code: 'source-failed', what: 'The database none is not on the server' });
  });

  it('says what a user who may not do everything cannot keep', async () => {
    server.sql('postgres', `REVOKE CONNECT ON DATABASE "${ODD.replaceAll('"', '""')}" FROM public`);
    const repository = await vault();
    const spec = { user: 'reader', password: Buffer.from('reader') };
    // It may not read the table, and a dump without it would be half a dump.
    const run = backup({ repository, source: source({ ...spec, databases: ['records'] }), threads: 0 });
    await expect(run).rejects.toThrow(/permission denied for table patients/);
    server.sql('records', 'GRANT pg_read_all_data TO reader');
    server.sql('records', "SELECT lo_unlink(4711), lo_from_bytea(4712, 'another')");
    server.sql('records', 'GRANT SELECT ON LARGE OBJECT 4712 TO reader');
    const report = await backup({ repository, source: source(spec), threads: 0 });
    expect(report.warnings).toEqual([
      `The user reader may not connect to ${ODD}: not in the snapshot`,
      'The user reader is no superuser: globals.sql has the roles without their passwords',
    ]);
    expect(report.statistics.files).toBe(4);
    server.sql('postgres', `GRANT CONNECT ON DATABASE "${ODD.replaceAll('"', '""')}" TO public`);
  });

  it('refuses a wrong password with what the server says, and never shows it', async () => {
    const repository = await vault();
    const run = backup({ repository, source: source({ password: Buffer.from('canary-5f1c') }), threads: 0 });
    const error = await run.then(
      () => expect.unreachable(),
      (cause: Error) => cause,
    );
    expect(error).toMatchObject({
      code: 'source-failed',
      message: expect.stringMatching(/password authentication failed/),
    });
    expect(`${JSON.stringify(error)} ${error.message} ${error.stack}`).not.toContain('canary-5f1c');
  });

  it('keeps the password out of the arguments of its programs, and of every file', async () => {
    const repository = await vault();
    const seen: string[] = [];
    const one = source();
    const open = one.open.bind(one);
    one.open = async (path) => {
      const file = await open(path);
      await file.read(Buffer.alloc(1));
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          if (line.includes('pg_dump')) seen.push(line);
        } catch {
          // It is gone.
        }
      }
      return open(path);
    };
    await backup({ repository, source: one, threads: 0 });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join('\n')).not.toContain('ss:w');
  });

  it('makes no snapshot when the server dies in the middle of a dump', async () => {
    const repository = await vault();
    const one = source({ databases: ['records'] });
    const open = one.open.bind(one);
    one.open = async (path) => {
      const file = await open(path);
      if (!path.toString().endsWith('.dump')) return file;
      let reads = 0;
      return {
        ...file,
        read: async (into) => {
          if (reads++ === 1) server.kill();
          return await file.read(into.subarray(0, 1000));
        },
      };
    };
    try {
      await expect(backup({ repository, source: one, threads: 0 })).rejects.toMatchObject({ code: 'source-failed' });
      expect((await listSnapshots(repository)).snapshots).toEqual([]);
    } finally {
      server.start();
    }
  });

  it('stops on request in the middle of a dump, and its program with it', async () => {
    const repository = await vault();
    const stop = new AbortController();
    const one = source({ databases: ['records'] });
    const open = one.open.bind(one);
    one.open = async (path) => {
      const file = await open(path);
      if (path.toString().endsWith('.dump')) stop.abort();
      return file;
    };
    const run = backup({ repository, source: one, signal: stop.signal, threads: 0 });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.sql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump'")).toBe(
      '0',
    );
  });

  it('refuses what is no single host', async () => {
    const repository = await vault();
    for (const host of ['@abstract', '/tmp,/run', 'a,b', '', 'host=evil']) {
      const run = backup({ repository, source: source({ host }), threads: 0 });
      await expect(run).rejects.toThrow(/one host name/);
    }
  });
});
