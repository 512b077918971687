import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeysteadFixture } from '../vault/master-keys/aws-kms.keystead.fixture.ts';
import { hasPostgres, PostgresServer } from '../vault/postgres/postgres.fixture.ts';
import { cli, jsonLines, type Ran } from './cli.fixture.ts';
import { freePort } from '../../test/process/free-port.ts';

const ROWS = "SELECT count(*), md5(string_agg(name, ',' ORDER BY name)) FROM patients";

describe.skipIf(!hasPostgres)('databases from the command line', () => {
  let server: KeysteadFixture;
  let postgres: PostgresServer;
  let env: Record<string, string>;
  let place: string[];
  let vault: string;
  let keyArn: string;

  beforeAll(async () => {
    postgres = new PostgresServer(await freePort());
    server = await KeysteadFixture.start();
    keyArn = (await server.importedKey()).arn;
    env = {
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.apiKey,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      PGPASSWORD: postgres.password.toString('utf8'),
    };
    vault = join(server.folder, 'vaults', 'production');
    place = ['--port', String(postgres.port), '--user', postgres.superuser];
    postgres.sql('postgres', 'CREATE DATABASE clinic');
    postgres.sql('clinic', "CREATE TABLE patients AS SELECT 'patient ' || n AS name FROM generate_series(1, 20000) n");
  });
  afterAll(async () => {
    postgres.remove();
    await server.stop();
  });

  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await cli(env, 'vault', ...args, '--json');
    expect([ran.exitCode, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).not.toContain(env['PGPASSWORD']);
    return jsonLines(ran.stdout)[0] as Record<string, unknown>;
  };

  it('are backed up over the network, and restored into another name', async () => {
    const storage = ['--path', vault, '--region', server.region, '--key', keyArn, '--endpoint', server.url];
    await json('environment', 'create', 'production', ...storage);
    const wanted = ['--postgres', '127.0.0.1', ...place, '--database', 'clinic'];
    expect(await json('source', 'create', 'production', 'clinic', ...wanted)).toMatchObject({
      postgres: { host: '127.0.0.1', hasPassword: true },
    });
    expect(await json('backup', 'production', '--source', 'clinic')).toMatchObject({ state: 'succeeded' });
    const options = ['--environment', 'production', ...place, '--database', 'clinic=copy'];
    expect(await json('restore-databases', '127.0.0.1', ...options)).toMatchObject({
      kind: 'restore-databases',
      report: { databases: ['copy'] },
    });
    expect(postgres.sql('copy', ROWS)).toBe(postgres.sql('clinic', ROWS));
    const again = await cli(env, 'vault', 'restore-databases', '127.0.0.1', ...options);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('The database copy is not empty')]);
  });

  it('come back without any server of ours, too', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
    const offline = ['--offline', '--vault', vault, '--endpoint', server.url];
    const alone = (...args: string[]): Promise<Ran> =>
      cli({ PGPASSWORD: env['PGPASSWORD'] as string }, 'vault', ...args, ...offline);
    const ran = await alone('restore-databases', postgres.folder, ...place, '--database', 'clinic=alone', '--roles');
    expect([ran.exitCode, ran.stderr]).toEqual([0, expect.stringContaining('that the server has already')]);
    expect(postgres.sql('alone', ROWS)).toBe(postgres.sql('clinic', ROWS));
    expect((await alone('cat', 'globals.sql')).stdout).toContain('CREATE ROLE');
    const none = await alone('restore-databases', postgres.folder, ...place, '--database', 'nothing');
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('it has clinic')]);
    for (const wrong of [
      ['--port', '0'],
      ['--tls', 'maybe'],
    ]) {
      expect((await alone('restore-databases', 'localhost', ...wrong)).exitCode).toBe(2);
    }
    vi.unstubAllEnvs();
  });
});
