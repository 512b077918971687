import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { bytesOf } from '../../bytes/bytes.ts';
import { authorizationsOf } from '../../identity/authorization.ts';
import { makeService } from '../../identity/service.ts';
import type { Instance } from '../../identity/tenant.ts';
import { lifecycleEventsOf, putLifecycleEvent } from '../../keys/lifecycle-event-record.ts';
import { sendEvents, type EventSender } from '../../pipeline/send-events.ts';
import { ConflictError } from '../../records/ports.ts';
import { whileItLasts } from '../../identity/tenant.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';

let house: AdminHouse;
let administrator: string;

beforeAll(async () => {
  house = await adminHouse();
  administrator = (await house.member(['administrator'])).apiKey;
});
afterAll(() => house.close());

const post = (path: string, body?: object) => house.send(administrator, 'POST', path, body);
const add = (region: string) => post('/regions', { region });
const remove = (region: string) => post(`/regions/${region}/delete`);
const instance = async (region: string) =>
  (await house.services.directory.instance(house.tenant.tenantId, region)) as Instance;
const SPEC = keySpec('aes-256') as KeySpecRow;
const wanted = { spec: SPEC, usage: 'encrypt-decrypt', origin: 'generated', description: '', tags: [] } as const;
const keyIn = (space: Instance) => {
  const accessPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
  });
  const { clock, random } = house.services;
  return createKey(space, { ...wanted, accessPolicy, instancePolicies: NO_INSTANCE_POLICIES }, clock(), random);
};

const KEY_ID = '75e404f3-a6c8-4703-b1ae-f8b4e9747b59';
const keyOf = ({ tenantId, region }: Instance) => ({ tenantId, region, keyId: KEY_ID });

describe('an instance', () => {
  it('is an account and a region to one cloud, and a CRN to the other', async () => {
    const { status, body } = await add('eu-de');
    const { instanceId, accountId } = body as Record<string, string>;
    expect(status).toBe(201);
    expect(body).toMatchObject({
      region: 'eu-de',
      accountId: house.tenant.accountId,
      instanceCrn: `crn:v1:bluemix:public:kms:eu-de:a/${accountId}:${instanceId}::`,
    });
  });

  it('is gone when it is deleted, from lists and look-ups, and comes back as another one', async () => {
    const first = (await add('eu-gb')).body['instanceId'] as string;
    expect(await remove('eu-gb')).toMatchObject({ status: 200, body: { instanceId: first } });
    const { items } = (await house.send(administrator, 'GET', '/regions')).body as { items: { region: string }[] };
    expect(items.map(({ region }) => region)).not.toContain('eu-gb');
    expect(await house.services.directory.instanceById(first)).toBeUndefined();
    expect(await remove('eu-gb')).toMatchObject({ status: 404, body: { error: { code: 'region-not-found' } } });
    expect(await post('/regions/eu-gb/keys', {})).toMatchObject({ status: 404 });
    const second = await add('eu-gb');
    expect(second.status).toBe(201);
    expect(second.body['instanceId']).not.toBe(first);
    expect(await post('/regions/eu-gb/keys', {})).toMatchObject({ status: 201 });
  });

  it('stays as long as it holds a key, also one that waits for its deletion', async () => {
    await add('us-south');
    const { body } = await post('/regions/us-south/keys', {});
    const inTheWay = { status: 409, body: { error: { code: 'region-not-empty' } } };
    expect(await remove('us-south')).toMatchObject(inTheWay);
    const deletion = `/regions/us-south/keys/${body['keyId'] as string}/schedule-deletion`;
    expect(await post(deletion, { windowDays: 7 })).toMatchObject({ status: 200 });
    expect(await remove('us-south')).toMatchObject(inTheWay);
  });

  it('stays as long as an endpoint of an external key store is in it', async () => {
    await add('jp-tok');
    const made = await post('/xks-endpoints', { name: 'tokyo', region: 'jp-tok' });
    const { endpointId } = made.body['endpoint'] as { endpointId: string };
    expect(await remove('jp-tok')).toMatchObject({ status: 409, body: { error: { code: 'region-not-empty' } } });
    await post(`/xks-endpoints/${endpointId}/delete`);
    expect((await remove('jp-tok')).status).toBe(200);
  });

  it('and a key that is made meanwhile: one of both is refused', async () => {
    for (let i = 0; i < 10; i++) {
      await add('ca-tor');
      const [removed, ...made] = await Promise.all([
        remove('ca-tor'),
        ...Array.from({ length: 3 }, () => post('/regions/ca-tor/keys', {})),
      ]);
      const statuses = made.map(({ status }) => status);
      const outcome = [removed.status, ...new Set(statuses)].join(' ');
      expect(outcome).toMatch(/^(?:200 404|409 201)$/);
      if (removed.status === 409) break;
    }
  });

  it('takes with it what roles and authorizations were given over it', async () => {
    const first = (await add('us-east')).body['instanceId'];
    const { member, apiKey } = await house.member([]);
    const roles = `/principals/${member.id}/key-roles/assign`;
    const assigned = await post(roles, { roles: ['Reader'], region: 'us-east' });
    expect(assigned.body['keyRoles']).toMatchObject([{ region: 'us-east', instanceId: first }]);
    const policies = async () => {
      const proof = await house.services.directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(apiKey, 'ascii')));
      return proof?.principal.policies.length;
    };
    await house.commit(makeService(house.tenant, 'backup.example.com', 0, house.services.random).write);
    const authorized = await post('/authorizations', {
      service: 'backup.example.com',
      roles: ['Reader'],
      region: 'us-east',
    });
    expect(authorized.body).toMatchObject({ region: 'us-east', instanceId: first });
    const authorizations = async () => (await authorizationsOf(house.store, house.tenant, 'backup.example.com')).length;
    expect([await policies(), await authorizations()]).toEqual([1, 1]);
    await remove('us-east');
    expect([await policies(), await authorizations()]).toEqual([0, 0]);
    await add('us-east');
    expect([await policies(), await authorizations()]).toEqual([0, 0]);
    await post(roles, { roles: ['Reader'], region: 'us-east' });
    expect(await policies()).toBe(1);
  });

  it('is what roles are given over: of a region without one they are refused', async () => {
    const { member } = await house.member([]);
    const refused = { status: 404, body: { error: { code: 'region-not-found' } } };
    const roles = { roles: ['Reader'], region: 'eu-es' };
    expect(await post(`/principals/${member.id}/key-roles/assign`, roles)).toMatchObject(refused);
  });

  it('takes with it what services were to be told of its keys', async () => {
    await add('au-syd');
    const space = await instance('au-syd');
    const nowMs = house.services.clock();
    const events = Array.from({ length: 201 }, (_, i) => ({
      ...keyOf(space),
      id: `5c1f0f0e-6d0b-4b7a-9a53-${String(i).padStart(12, '0')}`,
      revision: 1,
      service: 'backup.example.com',
      kind: 'rotate' as const,
      atMs: nowMs - 10 * 60_000,
      keyRevision: i,
      keyState: 'active' as const,
      resources: [],
      resourceCount: 0,
      delivery: { state: 'waiting' as const, attempts: 0, nextAtMs: nowMs },
    }));
    await house.commit(...events.map((event) => putLifecycleEvent(space.tenantKey, undefined, event).write));
    const left = () => lifecycleEventsOf(house.store, space.tenantKey, { ...keyOf(space), id: KEY_ID });
    expect(await left()).toHaveLength(201);
    expect((await remove('au-syd')).status).toBe(200);
    expect(await left()).toHaveLength(1);
    await add('au-syd');
    const sent: string[] = [];
    const sender: EventSender = { send: async ({ id }) => (sent.push(id), undefined) };
    const { directory, random } = house.services;
    const later = () => nowMs + 2;
    expect(await sendEvents({ store: house.store, directory, sender, clock: later, random })).toBe(1);
    expect([sent, await left()]).toEqual([[], []]);
  });

  it('lets nothing in that was made for one before it', async () => {
    await add('br-sao');
    const old = await instance('br-sao');
    const { writes } = keyIn(old);
    await remove('br-sao');
    await add('br-sao');
    const entry = {
      tenantId: house.tenant.tenantId,
      timeMs: 0,
      principal: 'test',
      action: 'kms:CreateKey',
      requestId: 'late',
      outcome: 'done',
      change: true,
      details: {},
      salt: Buffer.alloc(16),
    } as const;
    const late = house.store.commit({ writes, preconditions: [whileItLasts(old)], entries: [entry] });
    await expect(late).rejects.toThrow(ConflictError);
  });
});
