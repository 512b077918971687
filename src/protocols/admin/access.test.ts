import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { makeService } from '../../identity/service.ts';
import { createAlias } from '../../keys/aliases.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import type { Key } from '../../keys/key.ts';
import { adminHouse, REGION_NAME, type AdminHouse } from './admin.fixture.ts';

let house: AdminHouse;
let administrator: string;
let alice: string;
let key: Key;

const ALIAS = 'alias/guarded';

beforeAll(async () => {
  house = await adminHouse();
  administrator = (await house.member(['administrator'])).apiKey;
  alice = (await house.member(['user'])).member.name;
  const { accountId } = house.tenant;
  const Statement = [
    { Sid: 'Account', Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' },
    {
      Sid: 'OnlyFromHere',
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: {
        NotIpAddressIfExists: { 'aws:SourceIp': '192.0.2.0/24' },
        StringNotEquals: { 'kms:EncryptionContext:tenant': 'acme' },
      },
    },
  ];
  const wanted = {
    spec: keySpec('aes-256') as KeySpecRow,
    usage: 'encrypt-decrypt',
    origin: 'generated',
    description: '',
    tags: [{ key: 'team', value: 'red' }],
    instancePolicies: NO_INSTANCE_POLICIES,
    accessPolicy: JSON.stringify({ Version: '2012-10-17', Statement }),
  } as const;
  const { clock, random } = house.services;
  const made = createKey(house.region, wanted, clock(), random);
  await house.commit(...made.writes);
  const named = createAlias(house.region, { ...made.value, revision: 1 }, ALIAS, clock());
  await house.commit(...named.writes);
  key = named.value;
});
afterAll(() => house.close());

const ask = (question: object, apiKey = administrator) =>
  house.send(apiKey, 'POST', '/access/explain', {
    principal: alice,
    action: 'kms:Decrypt',
    region: REGION_NAME,
    key: key.id,
    ...question,
  });
const ACME = [{ name: 'tenant', value: 'acme' }];

describe('what somebody could let itself do', () => {
  it('is told of those who manage a key, and of nobody else', async () => {
    const [manager, user] = [await house.member(['key-administrator']), await house.member(['key-user'])];
    const waysOf = async (principal: string, action: string) =>
      (await ask({ principal, action, encryptionContext: ACME })).body['ownWays'];
    expect(await waysOf(manager.member.name, 'kms:Encrypt')).toEqual(['kms:PutKeyPolicy', 'kms:CreateGrant']);
    expect(await waysOf(manager.member.name, 'kms:DisableKey')).toEqual([]);
    expect(await waysOf(user.member.name, 'kms:Encrypt')).toEqual([]);
    expect(await waysOf(user.member.name, 'kms:DisableKey')).toEqual([]);
    expect(await waysOf(alice, 'kms:Encrypt')).toEqual([]);
  });
});

describe('who may do what with a key', () => {
  const actions = ['kms:Encrypt', 'kms:Decrypt', 'kms:PutKeyPolicy', 'kms:DescribeKey'];
  const matrix = (more: object, apiKey = administrator) =>
    house.send(apiKey, 'POST', '/access/key', {
      region: REGION_NAME,
      key: key.id,
      principals: [alice],
      actions,
      ...more,
    });

  it('is what is explained of each, at once; who is switched off may nothing', async () => {
    const { member } = await house.member(['administrator']);
    const { accountId } = house.tenant;
    await house.send(administrator, 'POST', `/principals/${member.id}/suspend`);
    const principals = [alice, `arn:aws:iam::${accountId}:root`, member.name, 'nobody-there'];
    const { status, body } = await matrix({ principals, key: ALIAS });
    expect(status).toBe(200);
    const rows = body['rows'] as { principal: string; isActive: boolean; allowed: boolean[] }[];
    expect(rows.map(({ principal, isActive }) => [principal, isActive])).toEqual([
      [alice, true],
      [principals[1], true],
      [member.name, false],
      ['nobody-there', false],
    ]);
    for (const { principal, allowed } of rows.slice(0, 2)) {
      const each = await Promise.all(actions.map((action) => ask({ principal, action })));
      expect(allowed).toEqual(each.map((answer) => answer.body['allowed']));
      expect(new Set(allowed).size).toBe(2);
    }
    for (const { allowed } of rows.slice(2)) expect(allowed).toEqual(actions.map(() => false));
  });

  it('is asked by who may ask it, within bounds, of a key that is there', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `u${at}`);
    expect((await matrix({ principals: many })).status).toBe(200);
    expect((await matrix({ principals: many, actions: [...actions, 'kms:Sign'] })).body).toMatchObject({
      error: { code: 'question-malformed' },
    });
    expect((await matrix({ principals: [...many, 'u100'] })).status).toBe(400);
    expect((await matrix({ key: 'alias/none' })).body).toMatchObject({ error: { code: 'key-not-found' } });
    const { apiKey } = await house.member(['user']);
    expect((await matrix({}, apiKey)).status).toBe(403);
  });
});

describe('access explain', () => {
  it('says what decides, and what every statement has to do with it', async () => {
    const { status, body } = await ask({ encryptionContext: ACME });
    expect([status, body['allowed'], body['reason']]).toEqual([200, true, 'allowed-by-identity-policy']);
    expect(body).toMatchObject({
      principal: `arn:aws:iam::${house.tenant.accountId}:user/${alice}`,
      action: 'kms:Decrypt',
      resource: `arn:aws:kms:${REGION_NAME}:${house.tenant.accountId}:key/${key.id}`,
      grants: [],
    });
    expect(body['statements']).toEqual([
      {
        source: 'key-policy',
        policy: 1,
        statement: 1,
        sid: 'Account',
        effect: 'Allow',
        matched: true,
        detail: 'it leaves it to the policies of who asks',
      },
      {
        source: 'key-policy',
        policy: 1,
        statement: 2,
        sid: 'OnlyFromHere',
        effect: 'Deny',
        matched: false,
        because: 'condition',
        detail: 'StringNotEquals kms:EncryptionContext:tenant "acme": the request has "acme"',
      },
      { source: 'identity-policy', policy: 1, statement: 1, effect: 'Allow', matched: true },
    ]);
  });

  it('says of a Deny that matches which of its conditions held', async () => {
    const { body } = await ask({ encryptionContext: [{ name: 'tenant', value: 'other' }] });
    expect(body['statements']).toContainEqual(
      expect.objectContaining({
        sid: 'OnlyFromHere',
        matched: true,
        detail: expect.stringContaining('kms:EncryptionContext:tenant "acme": the request has "other"'),
      }),
    );
  });

  it('a form that is not taken is told in words', async () => {
    expect((await ask({ action: 'Decrypt' })).body['error']).toMatchObject({
      code: 'invalid-request',
      message: 'the body was refused: action has not the form that it takes (an action such as kms:Decrypt)',
    });
  });

  it.each<[string, object, boolean, string]>([
    ['without the context', {}, false, 'denied-by-key-policy'],
    [
      'from the right address',
      { conditions: [{ key: 'aws:SourceIp', values: ['192.0.2.7'] }] },
      true,
      'allowed-by-identity-policy',
    ],
    [
      'from another address',
      { conditions: [{ key: 'AWS:sourceip', values: ['198.51.100.1'] }] },
      false,
      'denied-by-key-policy',
    ],
    ['by the alias', { key: ALIAS, encryptionContext: ACME }, true, 'allowed-by-identity-policy'],
    ['what the user may not', { action: 'kms:PutKeyPolicy' }, false, 'no-statement-allows'],
    ['no key', { key: undefined, action: 'kms:ListKeys' }, true, 'allowed-by-identity-policy'],
    ['no key, not allowed', { key: undefined, action: 'kms:CreateKey' }, false, 'no-statement-allows'],
    [
      'what reaches over all tenants',
      { key: undefined, action: 'installation:CreateTenant' },
      false,
      'no-statement-allows',
    ],
  ])('%s', async (_, question, allowed, reason) => {
    expect((await ask(question)).body).toMatchObject({ allowed, reason });
  });

  it('takes a principal by its ARN, and the account', async () => {
    const { accountId } = house.tenant;
    const arn = `arn:aws:iam::${accountId}:user/${alice}`;
    expect((await ask({ principal: arn, encryptionContext: ACME })).body).toMatchObject({
      allowed: true,
      principal: arn,
    });
    expect((await ask({ principal: accountId, encryptionContext: ACME })).body).toMatchObject({
      allowed: true,
      reason: 'allowed-by-key-policy',
      principal: `arn:aws:iam::${accountId}:root`,
    });
  });

  it('takes the key by its ARN, of this account and region alone', async () => {
    const arn = (accountId: string, region = REGION_NAME) => `arn:aws:kms:${region}:${accountId}:key/${key.id}`;
    expect((await ask({ key: arn(house.tenant.accountId) })).status).toBe(200);
    for (const foreign of [arn(house.stranger.accountId), arn(house.tenant.accountId, 'eu-west-1')])
      expect((await ask({ key: foreign })).body['error']).toMatchObject({ code: 'key-not-found' });
  });

  it('takes a service by its name', async () => {
    const { clock, random } = house.services;
    const made = makeService(house.stranger, 'backup.example.com', clock(), random);
    await house.commit(made.write);
    expect((await ask({ principal: 'backup.example.com', action: 'kms:Encrypt' })).body).toMatchObject({
      allowed: false,
      reason: 'no-statement-allows',
      principal: expect.stringContaining('service/backup.example.com'),
    });
  });

  it.each<[string, object, string]>([
    ['a user who is not there', { principal: 'nobody' }, 'access-principal-not-found'],
    ['a user of another account', { principal: 'arn:aws:iam::000000000000:user/x' }, 'access-principal-not-found'],
    ['a name that is none', { principal: '../x' }, 'access-principal-not-found'],
    ['a key that is not there', { key: 'alias/none' }, 'key-not-found'],
    ['a region that is not there', { region: 'eu-west-9' }, 'region-not-found'],
    ['an action that is none', { action: 'Decrypt' }, 'invalid-request'],
  ])('knows nothing of %s', async (_, question, code) => {
    expect((await ask(question)).body['error']).toMatchObject({ code });
  });

  it('is recorded, with the question and not with the context', async () => {
    const before = house.store.entries().length;
    await ask({ encryptionContext: [{ name: 'canary-name', value: 'canary-value' }] });
    const [entry] = house.store.entries().slice(before);
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({ action: 'keystead:ExplainAccess', outcome: 'done' });
    expect(String(entry?.details)).not.toContain('canary');
  });
});
