import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsKmsFixture, type FixtureKey } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const REGION = 'eu-central-1';

/** One installation makes backups and loses its database; another, which knows nothing, gets the store and the key. */
describe('an environment that is brought back from its store', () => {
  let aws: AwsKmsFixture;
  let key: FixtureKey;
  let lost: AdminHouse;
  let house: AdminHouse;
  let apiKey: string;
  let kept: string;
  let writerId: string;
  let snapshotId: string;

  const masterKeyOf = ({ arn }: FixtureKey) => ({
    provider: 'aws-kms',
    keyId: arn,
    endpoint: aws.endpoint,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
  });
  const send = async (by: AdminHouse, as: string, path: string, body?: unknown): Promise<Answer> =>
    await by.send(as, body === undefined ? 'GET' : 'POST', path, body);
  async function ended(by: AdminHouse, as: string, run: Answer): Promise<Record<string, unknown>> {
    expect([run.status, run.body]).toEqual([201, expect.anything()]);
    for (;;) {
      const { body } = await send(by, as, `/runs/${run.body['runId'] as string}`);
      if (body['state'] !== 'running') return body;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  beforeAll(async () => {
    [aws, lost] = await Promise.all([AwsKmsFixture.start(), adminHouse()]);
    key = aws.makeKey(REGION);
    const source = join(lost.scratch, 'sources', 'records');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'a'), 'a record');
    const admin = (await lost.member(['administrator'])).apiKey;
    const place = join(lost.scratch, 'vaults', 'production');
    const made = await send(lost, admin, '/environments', {
      label: 'production',
      storage: { type: 'folder', path: place, region: REGION },
      encryptAutomatically: true,
      masterKey: masterKeyOf(key),
    });
    const { environmentId, ...shown } = made.body['environment'] as { environmentId: string; writerId: string };
    writerId = shown.writerId;
    const run = await ended(lost, admin, await send(lost, admin, `/environments/${environmentId}/backups`, { source }));
    snapshotId = (run['report'] as { snapshotId: string }).snapshotId;
    house = await adminHouse();
    apiKey = (await house.member(['administrator'])).apiKey;
    kept = join(house.scratch, 'vaults', 'kept');
    cpSync(place, kept, { recursive: true });
    await lost.close();
    if (existsSync(place)) throw new Error('the first installation is still there');
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });

  let number = 0;
  const wanted = (change: Record<string, unknown> = {}) => ({
    label: `production ${++number}`,
    from: { type: 'folder', path: kept, region: REGION },
    storage: { type: 'folder', path: join(house.scratch, 'vaults', `new-${number}`), region: REGION },
    encryptAutomatically: true,
    masterKey: masterKeyOf(key),
    writerId,
    ...change,
  });
  const post = (path: string, body: unknown) => send(house, apiKey, path, body);
  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];

  it.each<[string, () => Record<string, unknown>, number, string]>([
    [
      'a place without a vault',
      () => wanted({ from: { type: 'folder', path: join(house.scratch, 'vaults', 'none'), region: REGION } }),
      404,
      'vault-missing',
    ],
    ['a vault of another maker', () => wanted({ writerId: '0'.repeat(32) }), 409, 'vault-not-expected'],
    [
      'a key that does not open it',
      () => wanted({ masterKey: masterKeyOf(aws.makeKey(REGION)) }),
      422,
      'import-failed',
    ],
    [
      'a new place inside the old one',
      () => wanted({ storage: { type: 'folder', path: join(kept, 'inside'), region: REGION } }),
      409,
      'place-taken',
    ],
  ])('refuses %s, and keeps nothing', async (_, body, status, code) => {
    expect(refused(await post('/environments/import', body()))).toEqual([status, code]);
    expect((await send(house, apiKey, '/environments')).body['items']).toEqual([]);
  });

  it('lists and restores what was there, takes new backups beside it, and writes nothing into it', async () => {
    const made = await post('/environments/import', wanted());
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    expect(made.body).toMatchObject({
      vault: { creator: writerId, snapshots: 1, envelopes: 3, unopened: 0, recipients: [`aws-kms ${key.arn}`] },
      environment: { formerStorages: [{ readOnly: true, newestSnapshots: [snapshotId] }], newestSnapshots: [] },
      findings: [],
    });
    const { environmentId: id } = made.body['environment'] as { environmentId: string };
    const list = async () => (await send(house, apiKey, `/environments/${id}/snapshots`)).body;
    expect(await list()).toMatchObject({ snapshots: [{ snapshotId }], findings: [] });
    const destination = join(house.scratch, 'sources', 'restored');
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'b'), 'another record');
    const restored = await ended(
      house,
      apiKey,
      await post(`/environments/${id}/restores`, { snapshotId, destination }),
    );
    expect([restored['state'], restored['problem']]).toEqual(['succeeded', undefined]);
    expect(readFileSync(join(destination, 'a'), 'utf8')).toBe('a record');
    const source = join(house.scratch, 'sources', 'records');
    const run = await ended(house, apiKey, await post(`/environments/${id}/backups`, { source }));
    expect(run).toMatchObject({ state: 'succeeded' });
    expect((await list())['snapshots']).toHaveLength(2);
    const again = await post('/environments/import', wanted());
    expect(refused(again)).toEqual([409, 'place-taken']);
    rmSync(join(kept, 'snapshots'), { recursive: true });
    expect(await list()).toMatchObject({ snapshots: [{}], findings: [{ subject: snapshotId }] });
  });
});
