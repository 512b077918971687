import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sealRecord } from '../../../records/record.ts';
import { environmentRef, readEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Answer } from '../admin.fixture.ts';
import {
  wanted,
  post,
  get,
  key,
  aws,
  masterKeyOf,
  endOf,
  backup,
  refused,
  REGION,
  made,
  house,
  number,
  SECRET,
  apiKey,
  source,
  withAHouse,
} from './vault-house.fixture.ts';

withAHouse();

describe('environments over the admin API', () => {
  const textOf = ({ body }: Answer) => (body['error'] as { message: string }).message;

  it('makes an environment that works, and says what was looked at', async () => {
    const body = wanted();
    const { status, body: answer } = await post('/environments', body);
    expect(status).toBe(201);
    const checks = answer['checks'] as { check: string; outcome: string }[];
    // Those two tell of the machine that the tests run on.
    const others = checks.filter(({ check }) => !['folder-room', 'folder-kind'].includes(check));
    expect(others.map(({ outcome }) => outcome)).toEqual(Array(others.length).fill('passed'));
    expect(others.length).toBe(checks.length - 2);
    expect(checks.map(({ check }) => check)).toContain('key-context');
    const { environmentId } = answer['environment'] as { environmentId: string };
    expect((await get(`/environments/${environmentId}`)).body).toEqual(answer['environment']);
    expect((await get('/environments')).body['items']).toContainEqual(answer['environment']);
    expect(readdirSync(body.storage.path).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('shows what would be found before anything is kept, also what is refused', async () => {
    const body = wanted({}, { region: 'us-east-1' });
    const { status, body: answer } = await post('/environments/preflight', body);
    expect(status).toBe(200);
    const checks = answer['checks'] as { check: string; of?: string; outcome: string; next?: string }[];
    expect(checks.find(({ check }) => check === 'region')).toMatchObject({ of: key.arn, outcome: 'failed' });
    expect(checks.find(({ check }) => check === 'key-use')).toMatchObject({ outcome: 'passed' });
    expect(checks.find(({ check }) => check === 'folder-writable')).toMatchObject({ outcome: 'passed' });
    expect(JSON.stringify((await get('/environments')).body)).not.toContain(body.label);
  });

  it('takes further recipients, elsewhere where somebody says why, and moves to others', async () => {
    const far = aws.makeKey('us-east-1');
    const recipients = [{ ...masterKeyOf(far), regionException: 'a second region' }];
    const answer = await post('/environments', wanted({ recipients }));
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const warned = (answer.body['checks'] as { outcome: string }[]).filter(({ outcome }) => outcome === 'warned');
    expect(warned).toEqual([expect.objectContaining({ check: 'region', of: far.arn })]);
    const { environmentId: id } = answer.body['environment'] as { environmentId: string };
    expect(answer.body['environment']).toMatchObject({
      encryption: 'AWS-KMS',
      recipients: [{ keyId: far.arn, regionException: 'a second region' }],
    });
    await endOf(await backup(id));
    key.state = 'Disabled';
    const again = await endOf(await post(`/environments/${id}/verifications`, { level: 'data' }));
    expect(again).toMatchObject({ state: 'succeeded', report: { findingCount: 0 } });
    key.state = 'Enabled';
    const none = await endOf(await post(`/environments/${id}/recipients`, { recipients: [] }));
    expect(none).toMatchObject({ state: 'succeeded', report: { rewrapped: 3 } });
    expect((await get(`/environments/${id}`)).body).toMatchObject({ masterKey: { keyId: key.arn }, recipients: [] });
    const same = await post(`/environments/${id}/recipients`, { recipients: [] });
    expect(refused(same)).toEqual([409, 'same-master-key']);
    const back = await endOf(await post(`/environments/${id}/recipients`, { recipients }));
    expect(back).toMatchObject({ state: 'succeeded', report: { rewrapped: 3 } });
    const next = aws.makeKey(REGION);
    const moved = await endOf(await post(`/environments/${id}/master-key`, masterKeyOf(next)));
    expect(moved).toMatchObject({ state: 'succeeded' });
    expect((await get(`/environments/${id}`)).body).toMatchObject({
      masterKey: { keyId: next.arn },
      recipients: [{ keyId: far.arn }],
    });
  });

  it('changes a label and nothing else, and refuses what a folder does not have', async () => {
    const { id } = await made();
    const label = `renamed ${id}`;
    expect((await post(`/environments/${id}`, { label })).body).toMatchObject({ environment: { label }, checks: [] });
    expect(refused(await post('/environments', wanted({ label })))).toEqual([409, 'environment-exists']);
    const locked = await post(`/environments/${id}`, { objectLock: { mode: 'governance', days: 1 } });
    expect(refused(locked)).toEqual([400, 'storage-malformed']);
  });

  it('moves to another storage: new runs go there, old snapshots stay listed, restorable and guarded', async () => {
    const { id, path } = await made();
    const first = await endOf(await backup(id));
    const elsewhere = { type: 'folder', path: join(house.scratch, 'vaults', `moved-${number}`), region: REGION };
    const far = await post(`/environments/${id}/storage`, { ...elsewhere, region: 'us-east-1' });
    expect(refused(far)).toEqual([400, 'region-mismatch']);
    expect(refused(await post(`/environments/${id}/storage`, { ...elsewhere, path }))).toEqual([409, 'place-taken']);
    const moved = await post(`/environments/${id}/storage`, elsewhere);
    expect([moved.status, moved.body]).toEqual([200, expect.anything()]);
    const shown = moved.body['environment'] as Record<string, unknown>;
    expect(shown).toMatchObject({ storage: elsewhere, formerStorages: [{ storage: { path } }], newestSnapshots: [] });
    expect(shown).not.toHaveProperty('vaultId');
    const second = await endOf(await backup(id));
    expect(second).toMatchObject({ state: 'succeeded', report: { newBytes: expect.anything() } });
    const list = async () => (await get(`/environments/${id}/snapshots`)).body;
    const ids = [first, second].map(({ report }) => report?.['snapshotId'] as string);
    expect(await list()).toMatchObject({ snapshots: ids.map((snapshotId) => ({ snapshotId })), findings: [] });
    for (const [index, snapshotId] of ids.entries()) {
      const destination = join(house.scratch, 'sources', `from-${index}-${id}`);
      const run = await endOf(await post(`/environments/${id}/restores`, { snapshotId, destination }));
      expect([run.problem, run.state]).toEqual([undefined, 'succeeded']);
      expect(readFileSync(join(destination, 'a'), 'utf8')).toBe('a record');
    }
    expect((await get(`/environments/${id}`)).body).toMatchObject({ formerStorages: [{ newestSnapshots: [ids[0]] }] });
    expect(refused(await post('/environments', wanted({}, { path })))).toEqual([409, 'place-taken']);
    renameSync(join(path, 'snapshots'), join(path, 'elsewhere'));
    expect(await list()).toMatchObject({ findings: [{ subject: ids[0] }] });
  });

  it('forgets an environment on its label, and leaves what was stored', async () => {
    const body = wanted();
    const { id, path } = await made(body);
    await endOf(await backup(id));
    expect(refused(await post(`/environments/${id}/delete`, { label: 'another' }))).toEqual([409, 'label-differs']);
    const gone = await post(`/environments/${id}/delete`, { label: body.label });
    expect([gone.status, gone.body]).toEqual([
      200,
      { environmentId: id, label: body.label, left: [body.storage], meaning: expect.stringContaining(key.arn) },
    ]);
    expect(refused(await get(`/environments/${id}`))).toEqual([404, 'environment-not-found']);
    expect(existsSync(join(path, 'vault.json'))).toBe(true);
    const again = await post('/environments', { ...body, label: `${body.label} again` });
    expect(refused(again)).toEqual([422, 'preflight-failed']);
    expect(textOf(again)).toMatch(/The folder (?:is not empty|holds a vault)/);
  });

  it('does not forget or move an environment while a run of it is in flight', async () => {
    const body = wanted();
    const { id } = await made(body);
    const run = await backup(id);
    for (const answer of [
      await post(`/environments/${id}/delete`, { label: body.label }),
      await post(`/environments/${id}/storage`, { type: 'folder', path: `${body.storage.path}-2`, region: REGION }),
    ]) {
      expect(refused(answer)).toEqual([409, 'run-in-progress']);
    }
    expect(await endOf(run)).toMatchObject({ state: 'succeeded' });
  });

  it('lets no secret out: not into the record, the answers, the log or the audit entries', async () => {
    const { id } = await made();
    const record = house.store.read(environmentRef(house.tenant.tenantId, id));
    const texts = [
      String(record?.body),
      JSON.stringify((await get(`/environments/${id}`)).body),
      house.logged.join('\n'),
      ...house.store.entries().map(({ leaf, details }) => `${String(leaf)}${String(details)}`),
    ];
    for (const text of texts) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(SECRET).toString('base64'));
    }
    const { writer } = readEnvironment(house.tenant.tenantKey, record!);
    expect(Buffer.from(writer.privateKey as string, 'base64').length).toBeGreaterThan(48);
  });

  it.each<[string, () => Record<string, unknown>, number, string, RegExp]>([
    ['another region', () => wanted({}, { region: 'us-east-1' }), 400, 'region-mismatch', /us-east-1.*eu-central-1/],
    ['no encryption', () => wanted({ encryptAutomatically: false }), 400, 'encryption-required', /no unencrypted/],
    ['other storage', () => wanted({}, { type: 'azure-blob' }), 400, 'invalid-request', /type/],
    [
      'what a provider does not take',
      () => wanted({ masterKey: { ...masterKeyOf(key), provider: 'key-protect' } }),
      400,
      'master-key-malformed',
      /no credentials: it takes keyId, endpoint, iamEndpoint, apiKey/,
    ],
    [
      'an encryption that the key is not of',
      () => wanted({ encryption: 'Keystead' }),
      400,
      'encryption-mismatch',
      /Keystead takes a master key of keystead.*of aws-kms/,
    ],
    [
      'the same key twice',
      () => wanted({ recipients: [masterKeyOf(key)] }),
      400,
      'master-key-malformed',
      /named twice/,
    ],
    [
      'a recipient elsewhere without a reason',
      () => wanted({ recipients: [masterKeyOf(aws.makeKey('us-east-1'))] }),
      400,
      'region-mismatch',
      /say why.*regionException/,
    ],
    [
      'a bucket without a name',
      () => wanted({}, { type: 'aws-s3', path: undefined, credentials: { kind: 'environment' } }),
      400,
      'storage-malformed',
      /needs bucketName/,
    ],
    [
      'what a storage does not take',
      () => wanted({}, { bucketName: 'backups' }),
      400,
      'storage-malformed',
      /folder has no bucketName: it takes path/,
    ],
    [
      "the server's own credentials",
      () =>
        wanted({}, { type: 'aws-s3', path: undefined, bucketName: 'backups', credentials: { kind: 'environment' } }),
      403,
      'credentials-not-lent',
      /Give an access key/,
    ],
    [
      "an operator's store where there is none",
      () => wanted({}, { type: 'hosted', path: undefined }),
      503,
      'hosted-storage-missing',
      /Name a bucket or a folder/,
    ],
    [
      'an alias of nothing',
      () => wanted({ masterKey: { ...masterKeyOf(key), keyId: key.arn.replace('key/', 'alias/') } }),
      400,
      'master-key-malformed',
      /key ARN/,
    ],
    [
      'a folder elsewhere',
      () => wanted({}, { path: '/etc/keystead' }),
      403,
      'path-outside-roots',
      /KEYSTEAD_VAULT_ROOTS/,
    ],
    ['a root itself', () => wanted({}, { path: join(house.scratch, 'vaults') }), 403, 'path-outside-roots', /below/],
    ['a way around', () => wanted({}, { path: `${house.scratch}/vaults/../data` }), 400, 'path-malformed', /absolute/],
    [
      'an endpoint that is metadata',
      () => wanted({ masterKey: { ...masterKeyOf(key), endpoint: 'http://169.254.169.254' } }),
      422,
      'preflight-failed',
      /metadata address.*Change the endpoint/,
    ],
    [
      'an endpoint where nobody is',
      () => wanted({ masterKey: { ...masterKeyOf(key), endpoint: 'http://127.0.0.1:1' } }),
      422,
      'preflight-failed',
      /could not be reached/,
    ],
  ])(
    'refuses %s, says why, and keeps nothing',
    async (_, body, status, code, text) => {
      const count = ((await get('/environments')).body['items'] as unknown[]).length;
      const answer = await post('/environments', body());
      expect(refused(answer)).toEqual([status, code]);
      expect(textOf(answer)).toMatch(text);
      expect((await get('/environments')).body['items']).toHaveLength(count);
    },
    240_000,
  );

  it.each([
    ['Disabled', /is disabled. Enable it again/],
    ['PendingDeletion', /2027-01-01/],
    ['Deleted', /does not exist any more/],
  ])('refuses a key in the state %s', async (state, text) => {
    key.state = state;
    key.deletionDateMs = Date.UTC(2027, 0, 1);
    const answer = await post('/environments', wanted());
    expect(refused(answer)).toEqual([422, 'preflight-failed']);
    expect(textOf(answer)).toMatch(text);
  });

  it('refuses a key service that does not look at the context', async () => {
    const plaintext = Buffer.alloc(32, 1).toString('base64');
    const careless = { Plaintext: plaintext, CiphertextBlob: Buffer.from('blob').toString('base64') };
    const carefree = ['GenerateDataKey', 'Decrypt'] as const;
    for (const name of carefree) aws.answering.set(name, careless);
    const answer = await post('/environments', wanted());
    for (const name of carefree) aws.answering.delete(name);
    expect(refused(answer)).toEqual([422, 'preflight-failed']);
    expect(textOf(answer)).toMatch(/under another encryption context/);
  });

  it('refuses a clock that is far off', async () => {
    aws.clockAheadMs = 10 * 60_000;
    const answer = await post('/environments', wanted());
    aws.clockAheadMs = 0;
    expect(textOf(answer)).toMatch(/clock is (?:599|600) s behind/);
  });

  it('shares no folder, label or parent folder between two environments, of whatever tenants', async () => {
    const stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    const first = wanted();
    await made(first);
    expect(refused(await post('/environments', { ...wanted(), label: first.label }))).toEqual([
      409,
      'environment-exists',
    ]);
    for (const path of [first.storage.path, `${first.storage.path}/packs`]) {
      for (const by of [apiKey, stranger]) {
        expect(refused(await post('/environments', wanted({}, { path }), by))).toEqual([409, 'place-taken']);
      }
    }
    expect((await post('/environments', { ...wanted(), label: first.label }, stranger)).status).toBe(201);
  });

  it('refuses a folder that holds something', async () => {
    const body = wanted();
    mkdirSync(body.storage.path, { recursive: true });
    writeFileSync(join(body.storage.path, 'something'), '');
    expect(textOf(await post('/environments', body))).toMatch(/not empty: there is something/);
  });

  it('does not believe a record that was changed', async () => {
    const { id } = await made();
    const ref = environmentRef(house.tenant.tenantId, id);
    const record = house.store.read(ref)!;
    const body = Buffer.from(String(record.body).replace('"region":"eu-central-1"', '"region":"us-east-1"'));
    await house.commit({ put: { ...record, revision: record.revision + 1, body } });
    expect(refused(await get(`/environments/${id}`))).toEqual([500, 'record-not-authentic']);
    expect(refused(await backup(id))).toEqual([500, 'record-not-authentic']);
    await house.commit({
      put: sealRecord({ ...record, revision: record.revision + 2 }, house.tenant.tenantKey.records),
    });
    expect((await get(`/environments/${id}`)).status).toBe(200);
  });

  it('keeps tenants apart', async () => {
    const stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    const { id } = await made();
    const run = await endOf(await backup(id));
    for (const path of [`/environments/${id}`, `/environments/${id}/runs`, `/environments/${id}/snapshots`]) {
      expect(refused(await get(path, stranger))).toEqual([404, 'environment-not-found']);
    }
    expect(refused(await post(`/environments/${id}/backups`, { source: source() }, stranger))[0]).toBe(404);
    expect(refused(await get(`/runs/${run.runId}`, stranger))).toEqual([404, 'run-not-found']);
    expect(refused(await post(`/runs/${run.runId}/cancel`, undefined, stranger))).toEqual([404, 'run-not-found']);
  });

  it('takes other credentials once they work', async () => {
    const { id } = await made();
    const other = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'another' };
    aws.always.set('Decrypt', [400, 'AccessDeniedException', 'no']);
    expect(refused(await post(`/environments/${id}/credentials`, other))).toEqual([422, 'preflight-failed']);
    aws.always.clear();
    const { body } = await post(`/environments/${id}/credentials`, other);
    expect(body['environment']).toMatchObject({ masterKey: { accessKeyId: other.accessKeyId } });
    expect(await endOf(await backup(id))).toMatchObject({ state: 'succeeded' });
  });

  it('takes other credentials for any recipient, wherever it is one, and whatever else fails', async () => {
    const [second, none] = [aws.makeKey(REGION), aws.makeKey(REGION)];
    const { id } = await made(wanted({ recipients: [masterKeyOf(second)] }));
    await endOf(await backup(id));
    const elsewhere = { type: 'folder', path: join(house.scratch, 'vaults', `${id}-2`), region: REGION };
    expect((await post(`/environments/${id}/storage`, elsewhere)).status).toBe(200);
    const other = { keyId: second.arn, accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'another' };
    key.state = 'Disabled';
    const { status, body } = await post(`/environments/${id}/credentials`, other);
    expect([status, body]).toEqual([200, expect.anything()]);
    expect(body['environment']).toMatchObject({
      masterKey: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      recipients: [{ keyId: second.arn, accessKeyId: other.accessKeyId }],
    });
    const record = house.store.read(environmentRef(house.tenant.tenantId, id));
    const kept = readEnvironment(house.tenant.tenantKey, record!);
    expect(kept.formerStorages[0]?.masterKeys[1]).toMatchObject({ access: { accessKeyId: other.accessKeyId } });
    second.state = 'Disabled';
    expect(refused(await post(`/environments/${id}/credentials`, other))).toEqual([422, 'preflight-failed']);
    const refusal = await post(`/environments/${id}/credentials`, { ...other, keyId: none.arn });
    expect(refused(refusal)).toEqual([400, 'credentials-malformed']);
    expect(textOf(refusal)).toContain(second.arn);
    const wrong = [{}, { apiKey: 'x' }, { accessKeyId: 'A' }, { storage: { kind: 'environment' } }, { keyId: key.arn }];
    for (const one of wrong) {
      expect((await post(`/environments/${id}/credentials`, one)).status).toBeGreaterThanOrEqual(400);
    }
  });
});
