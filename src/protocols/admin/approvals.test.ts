import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsKmsFixture } from '../../vault/master-keys/aws-kms.fixture.ts';
import { putEnvironment, readEnvironment } from '../../vault/environments/environment-record.ts';
import { placeHold, requestRelease } from '../../vault/keeping/legal-hold.ts';
import { adminHouse, REGION_NAME, type AdminHouse } from './admin.fixture.ts';

const DAY_MS = 86_400_000;

interface Approval {
  readonly kind: string;
  readonly keyId?: string;
  readonly mayApprove: boolean;
  readonly because?: string;
}

type Person = Awaited<ReturnType<AdminHouse['member']>>;

describe('what waits for a second person', () => {
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let ann: Person;
  let bob: Person;
  let carol: Person;
  let dave: Person;

  beforeAll(async () => {
    [house, aws] = await Promise.all([adminHouse(), AwsKmsFixture.start()]);
    ann = await house.member(['owner']);
    bob = await house.member(['key-administrator']);
    carol = await house.member(['backup-administrator']);
    dave = await house.member(['key-user']);
    await house.send(ann.apiKey, 'POST', `/regions/${REGION_NAME}/policies`, { dualAuthorization: true });
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });

  const list = async ({ apiKey }: Person, query = '') => {
    const { status, body } = await house.send(apiKey, 'GET', `/approvals${query}`);
    expect([status, body]).toEqual([200, expect.anything()]);
    return body as unknown as { items: Approval[]; next?: string };
  };
  const keys = async (person: Person) => (await list(person)).items.filter(({ kind }) => kind === 'key-deletion');

  async function key(): Promise<string> {
    const { body } = await house.send(ann.apiKey, 'POST', `/regions/${REGION_NAME}/keys`, { spec: 'aes-256' });
    return body['keyId'] as string;
  }
  const on = async (keyId: string, what: string, { apiKey }: Person, body?: object) => {
    const answer = await house.send(apiKey, 'POST', `/regions/${REGION_NAME}/keys/${keyId}/${what}`, body);
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  };

  it('are deletions that one authorised, told to each by what it may do about them', async () => {
    const keyId = await key();
    expect(await keys(bob)).toEqual([]);
    await on(keyId, 'authorize-deletion', ann);
    const told = {
      kind: 'key-deletion',
      region: REGION_NAME,
      keyId,
      aliases: [],
      requestedBy: ann.member.name,
      requestedById: ann.member.id,
      requestedAt: new Date(house.services.clock()).toISOString(),
      expiresAt: new Date(house.services.clock() + 7 * DAY_MS).toISOString(),
    };
    expect(await keys(bob)).toEqual([{ ...told, mayApprove: true }]);
    expect(await keys(ann)).toEqual([{ ...told, mayApprove: false, because: 'same-person' }]);
    expect(await keys(carol)).toEqual([{ ...told, mayApprove: false, because: 'not-permitted' }]);
    expect((await house.send(dave.apiKey, 'GET', '/approvals')).status).toBe(403);
    // Another credential of the same person is the same person.
    const { body } = await house.send(ann.apiKey, 'POST', `/principals/${ann.member.id}/credentials`, {
      type: 'api-key',
    });
    const again = { ...ann, apiKey: body['apiKey'] as string };
    expect(await keys(again)).toMatchObject([{ because: 'same-person' }]);
    await on(keyId, 'withdraw-authorization', bob);
    expect(await keys(bob)).toEqual([]);
  });

  it('end with the deletion, and with the time of the first word', async () => {
    const [spent, late] = [await key(), await key()];
    for (const keyId of [spent, late]) await on(keyId, 'authorize-deletion', bob);
    expect(await keys(ann)).toHaveLength(2);
    await on(spent, 'schedule-deletion', ann, { windowDays: 7 });
    expect(await keys(ann)).toMatchObject([{ keyId: late, mayApprove: true }]);
    const now = house.services.clock();
    house.setClock(now + 7 * DAY_MS);
    expect(await keys(ann)).toEqual([]);
    // Asked for anew, by whomever, it waits again.
    await on(late, 'authorize-deletion', ann);
    expect(await keys(bob)).toMatchObject([{ keyId: late, requestedBy: ann.member.name }]);
    await on(late, 'withdraw-authorization', bob);
  });

  it('come in pages', async () => {
    const wanted = [await key(), await key(), await key()];
    for (const keyId of wanted) await on(keyId, 'authorize-deletion', bob);
    const found: string[] = [];
    let after = '';
    for (;;) {
      const { items, next } = await list(ann, `?limit=2${after}`);
      found.push(...items.map(({ keyId = '' }) => keyId));
      if (next === undefined) break;
      after = `&after=${encodeURIComponent(next)}`;
    }
    expect(found.toSorted()).toEqual(wanted.toSorted());
    for (const keyId of wanted) await on(keyId, 'withdraw-authorization', bob);
  });

  it('are releases of holds that one asked for', async () => {
    const path = join(house.scratch, 'vaults', 'held');
    const made = await house.send(ann.apiKey, 'POST', '/environments', {
      label: 'Production',
      storage: { type: 'folder', path, region: REGION_NAME },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: aws.makeKey(REGION_NAME).arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
      },
    });
    const { environmentId } = made.body['environment'] as { environmentId: string };
    const { tenantId, tenantKey } = house.tenant;
    const before = readEnvironment(
      tenantKey,
      house.store.read({ tenantId, kind: 'environment', id: environmentId }) as never,
    );
    const by = { principalId: ann.member.id, arn: 'arn:aws:iam::1:user/ann' };
    const nowMs = house.services.clock();
    const hold = { id: 'a'.repeat(32), snapshots: [], reason: 'Matter 7', placedBy: by, placedAtMs: nowMs };
    const asked = { id: 'b'.repeat(32), by, requestedAtMs: nowMs };
    await house.commit(putEnvironment(tenantKey, before, requestRelease(placeHold(before, hold), hold.id, asked)));
    const told = {
      kind: 'hold-release',
      environmentId,
      environment: 'Production',
      holdId: hold.id,
      releaseId: asked.id,
      reason: 'Matter 7',
      requestedBy: ann.member.name,
      expiresAt: new Date(nowMs + 7 * DAY_MS).toISOString(),
    };
    expect((await list(carol)).items).toMatchObject([{ ...told, mayApprove: true }]);
    expect((await list(ann)).items).toMatchObject([{ ...told, mayApprove: false, because: 'same-person' }]);
    expect((await list(bob)).items).toMatchObject([{ ...told, mayApprove: false, because: 'not-permitted' }]);
    house.setClock(nowMs + 7 * DAY_MS);
    expect((await list(carol)).items).toEqual([]);
  });
});

describe('what one may do oneself', () => {
  let house: AdminHouse;
  let keyId: string;

  beforeAll(async () => {
    house = await adminHouse();
    const owner = (await house.member(['owner'])).apiKey;
    const { body } = await house.send(owner, 'POST', `/regions/${REGION_NAME}/keys`, { spec: 'aes-256' });
    keyId = body['keyId'] as string;
  });
  afterAll(() => house.close());

  const ENVIRONMENT = '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10';
  const region = REGION_NAME;

  it.each([
    ['owner', [true, true, true, true, false, false, false]],
    ['key-user', [true, true, false, false, false, false, false]],
    ['backup-administrator', [true, false, true, false, false, false, false]],
    ['auditor', [true, false, false, false, false, false, false]],
    ['operator', [true, false, false, false, true, false, false]],
  ] as const)('is told as it is decided: %s', async (role, allowed) => {
    const { apiKey } = await house.member([role]);
    const questions = [
      { action: 'keystead:WhoAmI' },
      { action: 'kms:Encrypt', region, key: keyId },
      { action: 'keystead:UpdateEnvironment', environment: ENVIRONMENT },
      { action: 'keystead:CreatePrincipal' },
      { action: 'installation:CreateTenant' },
      { action: 'kms:Encrypt', region, key: '00000000-0000-4000-8000-000000000000' },
      { action: 'kms:Encrypt', region: 'eu-nowhere-1', key: keyId },
    ];
    const { status, body } = await house.send(apiKey, 'POST', '/access/check', { questions });
    expect([status, body]).toEqual([200, { allowed }]);
  });

  it('is told of the credential that asks: its scopes count, and the address', async () => {
    const owner = await house.member(['owner']);
    const document = (ip: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'keystead:WhoAmI', Resource: '*' },
          { Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': ip } } },
        ],
      });
    for (const [name, ip, allowed] of [
      ['here', '127.0.0.0/8', [true, true, false]],
      ['there', '192.0.2.0/24', [false, false, false]],
    ] as const) {
      await house.send(owner.apiKey, 'POST', '/policies', { name, document: document(ip) });
      const body = { type: 'api-key', scopes: [name] };
      const issued = await house.send(owner.apiKey, 'POST', `/principals/${owner.member.id}/credentials`, body);
      const questions = [
        { action: 'kms:Encrypt', region, key: keyId },
        { action: 'kms:ListKeys' },
        { action: 'keystead:ListPrincipals' },
      ];
      const told = await house.send(issued.body['apiKey'] as string, 'POST', '/access/check', { questions });
      expect([told.status, told.body]).toEqual([200, { allowed }]);
    }
  });

  it.each<[string, object, string]>([
    ['without the region of a key', { questions: [{ action: 'kms:Encrypt', key: ENVIRONMENT }] }, 'question-malformed'],
    [
      'about two things at once',
      { questions: [{ action: 'kms:Encrypt', region, key: ENVIRONMENT, environment: '*' }] },
      'question-malformed',
    ],
    ['about nothing', { questions: [] }, 'invalid-request'],
    [
      'about too much',
      { questions: Array.from({ length: 101 }, () => ({ action: 'kms:ListKeys' })) },
      'invalid-request',
    ],
    ['about all at once', { questions: [{ action: 'kms:*' }] }, 'invalid-request'],
    [
      'in words that it does not know',
      { questions: [{ action: 'kms:ListKeys', principal: 'bob' }] },
      'invalid-request',
    ],
  ])('refuses a question %s', async (_, body, code) => {
    const { apiKey } = await house.member(['owner']);
    const answer = await house.send(apiKey, 'POST', '/access/check', body);
    expect([answer.status, answer.body]).toMatchObject([400, { error: { code } }]);
  });
});
