import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsKmsFixture } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { hasPostgres, PostgresServer } from '../../../vault/postgres/postgres.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const REGION = 'eu-central-1';

describe('what is backed up over the admin API', () => {
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let apiKey: string;
  let environment: string;
  let server: PostgresServer | undefined;

  beforeAll(async () => {
    server = hasPostgres ? new PostgresServer() : undefined;
    const sourceRoots = server ? [server.folder] : [];
    [house, aws] = await Promise.all([adminHouse({ sourceRoots, runCommands: ['/bin/echo'] }), AwsKmsFixture.start()]);
    apiKey = (await house.member(['administrator'])).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    for (const name of ['a.txt', 'b.tmp']) writeFileSync(join(house.scratch, 'sources', 'records', name), name);
    const made = await post('/environments', {
      label: 'production',
      storage: { type: 'folder', path: join(house.scratch, 'vaults', 'vault'), region: REGION },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: aws.makeKey(REGION).arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
      },
    });
    environment = `/environments/${(made.body['environment'] as { environmentId: string }).environmentId}`;
  });
  afterAll(async () => {
    server?.remove();
    await house.close();
    await aws.stop();
  });

  const post = (path: string, body?: unknown) => house.send(apiKey, 'POST', path, body);
  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];
  const folder = (more: object) => ({ folder: { path: join(house.scratch, 'sources', 'records'), ...more } });

  async function source(name: string, what: object): Promise<string> {
    const answer = await post(`${environment}/sources`, { name, ...what });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body['sourceId'] as string;
  }

  async function endOf(run: Answer) {
    expect([run.status, run.body]).toEqual([201, expect.anything()]);
    for (;;) {
      const { body } = await house.send(apiKey, 'GET', `/runs/${String(run.body['runId'])}`);
      if (body['state'] !== 'running') return body;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  it('a folder with patterns and commands', async () => {
    const wanted = { exclude: ['*.tmp', '*.old'], before: ['/bin/echo', 'one two'], skipCaches: true };
    const sourceId = await source('records', folder(wanted));
    const { body } = await house.send(apiKey, 'GET', `${environment}/sources/${sourceId}`);
    expect(body['folder']).toMatchObject(wanted);
    expect(await endOf(await post(`${environment}/backups`, { sourceId }))).toMatchObject({
      state: 'succeeded',
      report: {
        files: 1,
        warnings: ['The pattern "*.old" matched nothing'],
        commands: [{ when: 'before', program: '/bin/echo', succeeded: true, output: 'one two' }],
      },
    });
  });

  it.each([
    [{ exclude: ['[a'] }, [400, 'source-malformed']],
    [{ include: ['../x'] }, [400, 'source-malformed']],
    [{ before: ['/bin/sh', '-c', 'id'] }, [403, 'command-not-allowed']],
    [{ after: ['echo'] }, [403, 'command-not-allowed']],
    [{ path: '/etc' }, [403, 'path-outside-roots']],
  ])('refuses %j', async (more, expected) => {
    expect(refused(await post(`${environment}/sources`, { name: 'x', ...folder(more) }))).toEqual(expected);
  });

  it('refuses the socket of a server that lies outside of what runs may reach', async () => {
    const postgres = { host: '/var/run/postgresql', user: 'postgres' };
    expect(refused(await post(`${environment}/sources`, { name: 'x', postgres }))).toEqual([403, 'path-outside-roots']);
    expect(refused(await post(`${environment}/database-restores`, { to: postgres }))).toEqual([
      403,
      'path-outside-roots',
    ]);
  });

  it.skipIf(!hasPostgres)(
    'databases, and back into a server',
    async () => {
      const one = server as PostgresServer;
      one.sql('postgres', 'CREATE DATABASE clinic');
      one.sql('clinic', "CREATE TABLE patients AS SELECT 'patient ' || n AS name FROM generate_series(1, 1000) n");
      const { host, user, password } = one.connection;
      const postgres = { host, user, password: password?.toString() };
      const sourceId = await source('clinic', { postgres: { ...postgres, databases: ['clinic'] } });
      const run = await endOf(await post(`${environment}/backups`, { sourceId }));
      expect(run).toMatchObject({ state: 'succeeded', report: { files: 3 } });
      const { snapshotId } = run['report'] as { snapshotId: string };
      const databases = [{ database: 'clinic', into: 'copy' }];
      const restore = await endOf(
        await post(`${environment}/database-restores`, { snapshotId, to: postgres, databases }),
      );
      expect(restore).toMatchObject({
        kind: 'restore-databases',
        state: 'succeeded',
        destination: `postgresql ${host}`,
        report: { databases: ['copy'] },
      });
      const rows = 'SELECT count(*), max(name) FROM patients';
      expect(one.sql('copy', rows)).toBe(one.sql('clinic', rows));
      const again = await endOf(
        await post(`${environment}/database-restores`, { snapshotId, to: postgres, databases }),
      );
      expect(again).toMatchObject({ state: 'failed', problem: { code: 'destination-not-empty' } });
      const wrong = await endOf(
        await post(`${environment}/database-restores`, {
          snapshotId,
          to: { ...postgres, password: 'canary-77' },
          databases,
        }),
      );
      expect(wrong).toMatchObject({ state: 'failed', problem: { code: 'source-failed' } });
      expect(JSON.stringify(wrong)).not.toContain('canary-77');
    },
    240_000,
  );
});
