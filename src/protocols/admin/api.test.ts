import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import type { Key } from '../../keys/key.ts';
import type { Proof } from '../../identity/proofs.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse, type Answer } from './admin.fixture.ts';
import { ADMIN_ROUTES } from './routes.ts';

const POLICY = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const CANARIES = /ks_[A-Za-z0-9_-]{43}/;

describe('the admin API', () => {
  let house: AdminHouse;
  let operator: string;
  let administrator: string;

  beforeAll(async () => {
    house = await adminHouse();
    operator = (await house.member(['operator', 'administrator'])).apiKey;
    administrator = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  async function done(id: string, apiKey: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const route = ADMIN_ROUTES.find((one) => one.id === id);
    if (route === undefined) throw new Error(`no route ${id}`);
    const answer = await house.send(apiKey, route.method, path, body);
    expect([answer.status, answer.body]).toEqual([route.status, expect.anything()]);
    expect(fits(route, answer.body)).toBe(true);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    return answer.body;
  }

  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];

  async function key(origin: 'generated' | 'imported' = 'generated'): Promise<Key> {
    const wanted = {
      spec: keySpec('aes-256') as KeySpecRow,
      usage: 'encrypt-decrypt' as const,
      origin,
      description: 'a key',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: JSON.stringify({ Version: '2012-10-17', Statement: [POLICY] }),
    };
    const { value, writes } = createKey(house.region, wanted, house.services.clock(), house.services.random);
    await house.commit(...writes);
    return value;
  }

  it('makes a tenant whose administrator can work at once, and tells both logs', async () => {
    const made = await done('createTenant', operator, '/tenants', { name: 'Zürich & Söhne', region: 'eu-de' });
    const tenant = made['tenant'] as { tenantId: string; accountId: string };
    const apiKey = made['apiKey'] as string;
    expect(await done('whoAmI', apiKey, '/whoami')).toMatchObject({
      tenantId: tenant.tenantId,
      tenantName: 'Zürich & Söhne',
    });
    expect(await done('listRegions', apiKey, '/regions')).toMatchObject({ items: [{ region: 'eu-de' }] });
    expect(await done('getTenant', operator, `/tenants/${tenant.tenantId}`)).toMatchObject(tenant);
    const logs = house.store
      .entries()
      .filter(({ leaf }) => String(leaf).includes('installation:CreateTenant'))
      .map(({ leaf }) => JSON.parse(String(leaf)) as { tenant: string; changes?: { kind: string }[] });
    const told = logs.map(({ tenant: log, changes }) => [log, changes?.map(({ kind }) => kind)]);
    expect(told).toContainEqual(['installation', ['tenant']]);
    expect(told).toContainEqual([tenant.tenantId, ['instance', 'principal', 'credential', 'credential']]);
  });

  it('opens regions, each once, also for other tenants by the operator', async () => {
    await done('addRegion', administrator, '/regions', { region: 'eu-west-1' });
    expect(refused(await house.send(administrator, 'POST', '/regions', { region: 'eu-west-1' }))).toEqual([
      409,
      'region-exists',
    ]);
    const path = `/tenants/${house.stranger.tenantId}/regions`;
    await done('addTenantRegion', operator, path, { region: 'eu-west-1' });
    expect(refused(await house.send(administrator, 'POST', path, { region: 'eu-west-2' }))[0]).toBe(403);
    const nobody = '/tenants/00000000-0000-4000-8000-000000000000/regions';
    expect(refused(await house.send(operator, 'POST', nobody, { region: 'eu-west-2' }))).toEqual([
      404,
      'tenant-not-found',
    ]);
  });

  it('issues credentials of each type, shows their secrets once and takes them back', async () => {
    const { principalId } = await done('createPrincipal', administrator, '/principals', {
      name: 'host-1',
      policies: ['user'],
    });
    const path = `/principals/${principalId as string}/credentials`;
    const apiKey = await done('createCredential', administrator, path, { type: 'api-key' });
    const session = await done('createCredential', administrator, path, { type: 'session', lifetimeSeconds: 900 });
    const accessKey = await done('createCredential', administrator, path, { type: 'access-key' });
    expect(Object.keys(apiKey).toSorted()).toEqual(['apiKey', 'credential']);
    expect(Object.keys(session).toSorted()).toEqual(['accessKeyId', 'credential', 'secretAccessKey', 'sessionToken']);
    expect(Object.keys(accessKey).toSorted()).toEqual(['accessKeyId', 'credential', 'secretAccessKey']);
    for (const secret of [apiKey['apiKey'], session['secretAccessKey'], session['sessionToken']]) {
      // Not the zeros of a buffer that was wiped too early.
      expect(secret).toMatch(/^[\w+/=-]{40,}$/);
    }
    const list = await done('listCredentials', administrator, '/credentials?limit=1000');
    expect(JSON.stringify(list)).not.toMatch(/secret|token|hash/i);

    await done('whoAmI', apiKey['apiKey'] as string, '/whoami');
    const { credentialId } = apiKey['credential'] as { credentialId: string };
    for (let i = 0; i < 2; i++)
      expect(await done('suspendCredential', administrator, `/credentials/${credentialId}/suspend`)).toMatchObject({
        state: 'suspended',
      });
    expect(refused(await house.send(apiKey['apiKey'] as string, 'GET', '/whoami'))).toEqual([401, 'unauthenticated']);
  });

  it('the list says of each credential whether it proves somebody', async () => {
    const { member } = await house.member(['user']);
    const path = `/principals/${member.id}`;
    const states = async () => {
      const { items } = await done('listCredentials', administrator, '/credentials?limit=1000');
      const own = (items as { principalId: string; state: string }[]).filter((item) => item.principalId === member.id);
      return own.map(({ state }) => state).toSorted();
    };
    const body = { type: 'session', lifetimeSeconds: 900 };
    const session = await done('createCredential', administrator, `${path}/credentials`, body);
    const { directory, clock } = house.services;
    const { credential } = (await directory.byAccessKey(session['accessKeyId'] as string)) as Proof;
    const isInForce = (afterMs: number) => directory.isInForce(house.tenant, credential, clock() + afterMs);
    expect([await isInForce(899_999), await isInForce(900_000)]).toEqual([true, false]);
    const before = await states();
    expect(before).toEqual(before.map(() => 'active'));
    await done('suspendPrincipal', administrator, `${path}/suspend`);
    expect(await states()).toEqual(before.map(() => 'inactive'));
  });

  it.each([
    ['a session without an end', { type: 'session' }, 'lifetime-missing'],
    ['an API key with one', { type: 'api-key', lifetimeSeconds: 900 }, 'lifetime-unwanted'],
    ['a session of 15 minutes less a second', { type: 'session', lifetimeSeconds: 899 }, 'invalid-request'],
    ['a session of 36 hours and a second', { type: 'session', lifetimeSeconds: 129_601 }, 'invalid-request'],
    ['another type', { type: 'password' }, 'invalid-request'],
  ])('refuses %s', async (_, body, code) => {
    const { member } = await house.member(['user']);
    const answer = await house.send(administrator, 'POST', `/principals/${member.id}/credentials`, body);
    expect(refused(answer)).toEqual([400, code]);
  });

  it('lets no administrator become an operator, or switch one off', async () => {
    const before = await house.member(['operator']);
    const { items } = await done('listCredentials', administrator, '/credentials?limit=1000');
    const { credentialId } = (items as { principalId: string; credentialId: string }[]).find(
      ({ principalId }) => principalId === before.member.id,
    ) as { credentialId: string };
    const attempts: [string, unknown][] = [
      ['/principals', { name: 'root', policies: ['operator'] }],
      [`/principals/${before.member.id}/credentials`, { type: 'api-key' }],
      [`/credentials/${credentialId}/suspend`, undefined],
    ];
    for (const [path, body] of attempts)
      expect(refused(await house.send(administrator, 'POST', path, body))).toEqual([403, 'access-denied']);
    await done('createPrincipal', operator, '/principals', { name: 'second-operator', policies: ['operator'] });
  });

  it('keeps tenants apart: ids of one are unknown to the other', async () => {
    const stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    const { member } = await house.member(['user']);
    const { id } = await key();
    const tries: [string, string, unknown, string][] = [
      ['POST', `/principals/${member.id}/credentials`, { type: 'api-key' }, 'principal-not-found'],
      ['GET', `/regions/${REGION_NAME}/keys/${id}`, undefined, 'key-not-found'],
      ['POST', `/regions/${REGION_NAME}/keys/${id}/disable`, undefined, 'key-not-found'],
    ];
    for (const [method, path, body, code] of tries)
      expect(refused(await house.send(stranger, method, path, body))).toEqual([404, code]);
    const listed = JSON.stringify(await done('listPrincipals', stranger, '/principals'));
    expect(listed).not.toContain(member.id);
  });

  it('takes a key through its life', async () => {
    const { id } = await key();
    const path = `/regions/${REGION_NAME}/keys/${id}`;
    expect(await done('getKey', administrator, path)).toMatchObject({ keyId: id, state: 'enabled' });
    expect(await done('rotateKey', administrator, `${path}/rotate`)).toMatchObject({
      versions: [{ stage: 'previous' }, { stage: 'current' }],
    });
    expect(await done('disableKey', administrator, `${path}/disable`)).toMatchObject({ state: 'disabled' });
    expect(refused(await house.send(administrator, 'POST', `${path}/rotate`))).toEqual([409, 'key-disabled']);
    expect(await done('enableKey', administrator, `${path}/enable`)).toMatchObject({ state: 'enabled' });
    expect(
      await done('scheduleKeyDeletion', administrator, `${path}/schedule-deletion`, { windowDays: 7 }),
    ).toMatchObject({ state: 'pending-deletion', deletionDueAt: '2026-11-28T00:00:01.000Z' });
    expect(refused(await house.send(administrator, 'POST', `${path}/enable`))).toEqual([409, 'key-pending-deletion']);
    expect(await done('cancelKeyDeletion', administrator, `${path}/cancel-deletion`)).toMatchObject({
      state: 'disabled',
    });
    expect(JSON.stringify(await done('getKey', administrator, path))).not.toMatch(/checkValue|handle|"material"/);
  });

  it('shows how a key is rotated, where its relatives are, and when it was last used', async () => {
    const { region, services } = house;
    const wanted = {
      spec: keySpec('aes-256') as KeySpecRow,
      usage: 'encrypt-decrypt' as const,
      origin: 'generated' as const,
      description: '',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: JSON.stringify({ Version: '2012-10-17', Statement: [POLICY] }),
      multiRegion: true,
    };
    const nowMs = services.clock();
    const made = createKey(region, wanted, nowMs, services.random);
    await house.commit(...made.writes);
    const { id } = made.value;
    const path = `/regions/${REGION_NAME}/keys/${id}`;
    await done('enableKeyRotation', administrator, `${path}/enable-rotation`, { periodDays: 90 });
    const before = await done('getKey', administrator, path);
    expect(before).toMatchObject({
      keyId: id,
      rotation: { periodDays: 90, nextAt: new Date(nowMs + 90 * 86_400_000).toISOString() },
      multiRegion: { primaryRegion: REGION_NAME, regions: [REGION_NAME] },
    });
    expect(before).not.toHaveProperty('lastUse');
    await house.store.record({
      tenantId: region.tenantId,
      timeMs: nowMs + 5,
      principal: 'somebody',
      action: 'kms:Decrypt',
      key: `${id}@${REGION_NAME}`,
      requestId: 'r-7',
      outcome: 'done',
      details: {},
      salt: services.random(16),
    });
    expect(await done('getKey', administrator, path)).toMatchObject({
      lastUse: { action: 'kms:Decrypt', at: new Date(nowMs + 5).toISOString(), requestId: 'r-7' },
    });
    const after = await done('disableKeyRotation', administrator, `${path}/disable-rotation`);
    expect(after).not.toHaveProperty('rotation');
    const short = await house.send(administrator, 'POST', `${path}/enable-rotation`, { periodDays: 89 });
    expect(short.status).toBe(400);
  });

  it('says which key, region or alias there is none of', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    const tries: [string, string][] = [
      [`/regions/${REGION_NAME}/keys/${nobody}`, 'key-not-found'],
      [`/regions/${REGION_NAME}/keys/alias%2Fnone`, 'key-not-found'],
      [`/regions/eu-nowhere-1/keys/${nobody}`, 'region-not-found'],
      ['/regions/eu-nowhere-1/keys', 'region-not-found'],
      ['/audit/checkpoint', 'checkpoint-not-found'],
    ];
    for (const [path, code] of tries) expect(refused(await house.send(operator, 'GET', path))).toEqual([404, code]);
  });

  it('pages through a list', async () => {
    const all = (await done('listPrincipals', administrator, '/principals')) as { items: { principalId: string }[] };
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const page = (await done('listPrincipals', administrator, `/principals?limit=2${after}`)) as typeof all & {
        next?: string;
      };
      seen.push(...page.items.map(({ principalId }) => principalId));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual(all.items.map(({ principalId }) => principalId));
  });

  it.each([
    ['a member that is not known', '{"name":"n","policies":[],"admin":true}', 400, 'invalid-request'],
    ['a member twice', '{"name":"n","name":"m","policies":[]}', 400, 'invalid-json'],
    ['__proto__', '{"name":"n","policies":[],"__proto__":{"policies":["operator"]}}', 400, 'invalid-request'],
    ['constructor', '{"name":"n","policies":[],"constructor":{"prototype":{}}}', 400, 'invalid-request'],
    ['a lacking member', '{"name":"n"}', 400, 'invalid-request'],
    ['a number as text', '{"name":1,"policies":[]}', 400, 'invalid-request'],
    ['no body', '', 400, 'invalid-request'],
    ['a list', '[]', 400, 'invalid-request'],
    ['a text', '"name"', 400, 'invalid-request'],
    ['null', 'null', 400, 'invalid-request'],
    ['half a body', '{"name":', 400, 'invalid-json'],
    ['deep nesting', `${'['.repeat(50)}${']'.repeat(50)}`, 400, 'invalid-json'],
    ['a body of 64 KiB and a byte', `"${'x'.repeat(65_535)}"`, 413, 'body-too-large'],
    ['a hostile name', '{"name":"a\\u001b[2J\\r\\nb","policies":[]}', 400, 'invalid-request'],
  ])('refuses %s and records the refusal', async (_, body, status, code) => {
    const before = house.store.entries().length;
    expect(refused(await house.send(administrator, 'POST', '/principals', body))).toEqual([status, code]);
    const [entry] = house.store.entries().slice(before);
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({
      action: 'keystead:CreatePrincipal',
      outcome: 'refused',
      reason: code,
    });
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=NaN',
    'limit=1&limit=2',
    'after=a&after=b',
    'x=1',
    '__proto__=1',
  ])('refuses the query %s', async (query) => {
    expect(refused(await house.send(administrator, 'GET', `/principals?${query}`))[0]).toBe(400);
  });

  it('decides for one of two who ask for the same name at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => house.send(administrator, 'POST', '/principals', { name: 'twin', policies: [] })),
    );
    const [made, ...late] = answers.toSorted((a, b) => a.status - b.status);
    expect(made?.status).toBe(201);
    for (const answer of late) expect(refused(answer)).toEqual([409, 'principal-exists']);
  });

  it('lets many change one key at once, each from what is true then', async () => {
    const { id } = await key();
    const path = `/regions/${REGION_NAME}/keys/${id}`;
    const answers = await Promise.all([1, 2, 3, 4].map(() => house.send(administrator, 'POST', `${path}/rotate`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { versions } = (await done('getKey', administrator, path)) as { versions: { stage: string }[] };
    expect(versions.map(({ stage }) => stage)).toEqual([...Array<string>(4).fill('previous'), 'current']);
  });

  it.each(['/%ff', '/principals/%zz', '/regions/%00/keys', '/regions/..%2f..%2f/keys', '//principals'])(
    'gives nothing for the path %s',
    async (path) => {
      const answer = await house.send(administrator, 'GET', path);
      expect([400, 404]).toContain(answer.status);
      expect(answer.body['error']).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
    },
  );

  it('takes no members where an operation has none', async () => {
    const { id } = await key();
    const path = `/regions/${REGION_NAME}/keys/${id}/disable`;
    expect(refused(await house.send(administrator, 'POST', path, { force: true }))).toEqual([400, 'invalid-request']);
    expect((await house.send(administrator, 'POST', path, {})).status).toBe(200);
  });

  it('refuses other content types and paths, and tells a stranger nothing of paths', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(refused(await house.send(administrator, 'POST', '/principals', 'name=n', form))).toEqual([
      415,
      'unsupported-media-type',
    ]);
    expect(refused(await house.send(administrator, 'GET', '/nothing'))).toEqual([404, 'no-such-path']);
    expect(refused(await house.send(administrator, 'DELETE', '/principals'))).toEqual([404, 'no-such-path']);
    expect(refused(await house.send(undefined, 'GET', '/nothing'))).toEqual([401, 'unauthenticated']);
  });

  it('counts who could not be proven, by reason', async () => {
    await house.send(undefined, 'GET', '/whoami');
    await house.refusals.flush(house.store, house.services.clock(), house.services.random);
    const reasons = house.store
      .entries()
      .map(({ leaf }) => JSON.parse(String(leaf)) as { action: string; reason?: string })
      .filter(({ action }) => action === 'installation:Authenticate')
      .map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['no-credential', 'credential-not-valid']));
  });

  it('logs each request in one line, and no secret anywhere', () => {
    const lines = house.logged.filter((line) => line.includes('"message":"request"'));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.every((line) => /"status":\d+/.test(line) && /"path":"/.test(line))).toBe(true);
    const everything =
      house.logged.join('\n') +
      house.store
        .entries()
        .map(({ leaf, details }) => String(leaf) + String(details))
        .join('\n');
    expect(everything).not.toMatch(CANARIES);
    expect(house.logged.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});

describe('a rate of the admin API', () => {
  it('bounds every request of a tenant that is proven, and no other tenant', async () => {
    const house = await adminHouse();
    try {
      const own = (await house.member(['administrator'])).apiKey;
      const other = (await house.member(['administrator'], house.stranger)).apiKey;
      house.rates.admin = { perSecond: 1, burst: 3 };
      const ask = async (apiKey: string | undefined, path: string) => (await house.send(apiKey, 'GET', path)).status;
      for (let i = 0; i < 5; i++) expect(await ask(undefined, '/status')).toBe(401);
      expect([await ask(own, '/status'), await ask(own, '/nowhere'), await ask(own, '/keys?limit=x')]).toEqual([
        200, 404, 404,
      ]);
      const before = house.store.entries().length;
      const { status, body } = await house.send(own, 'GET', '/status');
      expect([status, body['error']]).toEqual([429, expect.objectContaining({ code: 'throttled' })]);
      expect(house.store.entries()).toHaveLength(before);
      expect(await ask(other, '/status')).toBe(200);
    } finally {
      await house.close();
    }
  });
});
