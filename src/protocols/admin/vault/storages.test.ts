import { GetObjectLockConfigurationCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasS3Server, s3Server, type S3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { AwsKmsFixture } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const REGION = 'eu-central-1';

describe.skipIf(!hasS3Server)('environments in buckets and in the store of the operator', () => {
  let server: S3Server;
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let apiKey: string;
  let hostedBucket: string;
  const folder = mkdtempSync(join(tmpdir(), 'keystead-storages-'));
  let number = 0;

  beforeAll(async () => {
    server = await s3Server();
    hostedBucket = await server.bucket();
    writeFileSync(join(folder, 'secret'), server.user.secretAccessKey);
    house = await adminHouse({
      hosted: [
        {
          type: 'bucket',
          provider: 's3-compatible',
          bucket: hostedBucket,
          prefix: 'hosted/',
          region: REGION,
          endpoint: server.endpoint,
          credentials: { accessKeyId: server.user.accessKeyId, secretAccessKeyFile: join(folder, 'secret') },
        },
        { type: 'folder', region: 'us-east-1', path: join(folder, 'hosted') },
        {
          type: 'bucket',
          provider: 's3-compatible',
          bucket: hostedBucket,
          prefix: 'as-the-server/',
          region: 'eu-west-3',
          endpoint: server.endpoint,
          credentials: 'environment',
        },
      ],
    });
    aws = await AwsKmsFixture.start();
    apiKey = (await house.member(['administrator'])).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record that nobody else may read');
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const post = (path: string, body: unknown) => house.send(apiKey, 'POST', path, body);
  const environment = (storage: Record<string, unknown>, region = REGION) => ({
    label: `environment ${++number}`,
    storage: { region, ...storage },
    encryptAutomatically: true,
    masterKey: {
      provider: 'aws-kms',
      keyId: aws.makeKey(region).arn,
      endpoint: aws.endpoint,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
    },
  });
  const bucketOf = (bucketName: string, more: Record<string, unknown> = {}) => ({
    type: 's3-compatible',
    bucketName,
    endpoint: server.endpoint,
    prefix: 'backups/',
    credentials: {
      kind: 'access-key',
      accessKeyId: server.user.accessKeyId,
      secretAccessKey: server.user.secretAccessKey,
    },
    ...more,
  });

  async function endOf(run: Answer): Promise<Record<string, unknown>> {
    expect([run.status, run.body]).toEqual([201, expect.anything()]);
    for (;;) {
      const { body } = await house.send(apiKey, 'GET', `/runs/${String(run.body['runId'])}`);
      if (body['state'] !== 'running') return body;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Makes an environment, backs up, verifies every byte, and restores. */
  async function goRound(body: ReturnType<typeof environment>): Promise<string> {
    const made = await post('/environments', body);
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    const id = String((made.body['environment'] as Record<string, unknown>)['environmentId']);
    const source = join(house.scratch, 'sources', 'records');
    const backup = await endOf(await post(`/environments/${id}/backups`, { source }));
    expect(backup['problem']).toBeUndefined();
    expect(backup).toMatchObject({ state: 'succeeded', report: { files: 1 } });
    const verified = await endOf(await post(`/environments/${id}/verifications`, { level: 'data' }));
    expect(verified).toMatchObject({ state: 'succeeded', report: { snapshotCount: 1, findings: [] } });
    const destination = join(house.scratch, 'sources', `restored-${number}`);
    const { snapshotId } = backup['report'] as { snapshotId: string };
    const restored = await endOf(await post(`/environments/${id}/restores`, { snapshotId, destination }));
    expect(restored).toMatchObject({ state: 'succeeded' });
    expect(readFileSync(join(destination, 'a'), 'utf8')).toBe('a record that nobody else may read');
    return id;
  }

  it('has a bucket made, with object lock, once, for who may, and says why it could not be', async () => {
    const bucketName = `keystead-made-${randomBytes(6).toString('hex')}`;
    const { accessKeyId, secretAccessKey } = server.user;
    const storage = {
      type: 's3-compatible',
      region: REGION,
      bucketName,
      endpoint: server.endpoint,
      objectLock: { mode: 'governance', days: 1 },
      credentials: { kind: 'access-key', accessKeyId, secretAccessKey },
    };
    const { apiKey: reader } = await house.member(['user']);
    expect((await house.send(reader, 'POST', '/buckets', { storage })).status).toBe(403);
    expect(await post('/buckets', { storage })).toMatchObject({ status: 201, body: { bucketName, region: REGION } });
    const s3 = server.client();
    const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucketName }));
    expect(ObjectLockConfiguration?.ObjectLockEnabled).toBe('Enabled');
    s3.destroy();
    const { objectLock: _, ...plain } = storage;
    const others: readonly [object, string][] = [
      [
        { storage: { ...storage, credentials: { ...storage.credentials, secretAccessKey: 'x'.repeat(40) } } },
        'target-denied',
      ],
      [{ storage: plain, rootKeyCrn: 'crn:v1' }, 'storage-malformed'],
      [{ storage: { ...plain, type: 'ibm-cos', region: 'eu-de' }, rootKeyCrn: 'crn:v1' }, 'storage-malformed'],
      [{ storage: { ...plain, prefix: 'a/' } }, 'storage-malformed'],
      [{ storage: { type: 'folder', region: REGION, path: '/x' } }, 'storage-malformed'],
    ];
    for (const [body, code] of others) expect((await post('/buckets', body)).body).toMatchObject({ error: { code } });
    const kept = JSON.stringify(house.store.list(house.tenant.tenantId, 'environment', '', { limit: 100 }));
    expect(kept).not.toContain(bucketName);
  });

  it('go round in a bucket under object lock, where every object is locked', async () => {
    const bucket = await server.bucket({ locked: true });
    await goRound(environment(bucketOf(bucket, { objectLock: { mode: 'governance', days: 1 } })));
    const s3 = server.client();
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'backups/packs/' }),
    );
    expect(Versions.length).toBeGreaterThan(0);
    s3.destroy();
  });

  it("go round in the operator's bucket, below the ids of tenant and environment", async () => {
    const id = await goRound(environment({ type: 'hosted' }));
    const s3 = server.client();
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: hostedBucket }));
    const own = `hosted/${house.tenant.tenantId}/${id}/`;
    expect(Versions.filter(({ Key }) => !Key?.startsWith(own))).toEqual([]);
    expect(Versions.map(({ Key }) => Key)).toContain(`${own}vault.json`);
    s3.destroy();
  });

  it("go round in the operator's folder", async () => {
    const id = await goRound(environment({ type: 'hosted' }, 'us-east-1'));
    expect(existsSync(join(folder, 'hosted', house.tenant.tenantId, id, 'vault.json'))).toBe(true);
    expect(readdirSync(join(folder, 'hosted'))).toEqual([house.tenant.tenantId]);
  });

  it('take other credentials once they reach the bucket, at the place where backups go and at one that was left', async () => {
    const bucket = await server.bucket();
    const id = await goRound(environment(bucketOf(bucket)));
    const shown = (await house.send(apiKey, 'GET', `/environments/${id}`)).body as { vaultId: string };
    const { accessKeyId, secretAccessKey } = server.user;
    const right = { kind: 'access-key', accessKeyId, secretAccessKey };
    const wrong = { ...right, secretAccessKey: 'another' };
    const change = (storage: unknown, more = {}) => post(`/environments/${id}/credentials`, { storage, ...more });
    expect(await change(wrong)).toMatchObject({ status: 422, body: { error: { code: 'preflight-failed' } } });
    expect((await change(right)).status).toBe(200);
    const next = { ...bucketOf(await server.bucket()), region: REGION };
    expect((await post(`/environments/${id}/storage`, next)).status).toBe(200);
    const { vaultId } = shown;
    expect((await change(wrong, { vaultId })).status).toBe(422);
    expect((await change(right, { vaultId })).status).toBe(200);
    expect(await change(right, { vaultId: '0'.repeat(32) })).toMatchObject({
      status: 404,
      body: { error: { code: 'place-not-found' } },
    });
  });

  it('go round as whom the server itself runs', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.user.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.user.secretAccessKey);
    expect(await goRound(environment({ type: 'hosted' }, 'eu-west-3'))).toMatch(/^[0-9a-f-]{36}$/);
    vi.unstubAllEnvs();
  });

  it('are refused with what is wrong and what to do', async () => {
    const refused = async (storage: Record<string, unknown>, region?: string): Promise<string> => {
      const { status, body } = await post('/environments', environment(storage, region));
      expect(status).toBeGreaterThanOrEqual(400);
      return JSON.stringify(body);
    };
    const bucket = await server.bucket();
    const lockless = await refused(bucketOf(bucket, { objectLock: { mode: 'compliance', days: 1 } }));
    expect(lockless).toContain('storage-lock: The bucket has no object lock');
    expect(await refused(bucketOf('no-such-bucket-anywhere'))).toContain('storage-reachable: There is no bucket');
    const { secretAccessKey, accessKeyId } = server.stranger;
    const stranger = { credentials: { kind: 'access-key', accessKeyId, secretAccessKey } };
    const denied = await refused(bucketOf(bucket, stranger));
    expect(denied).toContain('does not allow it to these credentials');
    expect(denied).not.toContain(secretAccessKey);
    expect(await refused({ type: 'hosted' }, 'eu-west-1')).toContain('no store of its own in eu-west-1');
    expect(await refused(bucketOf(bucket, { credentials: { kind: 'environment' } }))).toContain(
      'KEYSTEAD_VAULT_OWN_CREDENTIALS',
    );
  });
});
