import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { getInstanceMetrics } from './resources/instance-metrics.ts';
import { getInstancePolicies, setInstancePolicies } from './resources/instance-policies.ts';

let house: AdminHouse;
let ann: string;
let bob: string;

beforeEach(async () => {
  house = await adminHouse();
  ann = (await house.member(['administrator'])).apiKey;
  bob = (await house.member(['administrator'])).apiKey;
});
afterEach(() => house.close());

const PATH = `/regions/${REGION_NAME}/policies`;
const set = (body: object) => house.send(ann, 'POST', PATH, body);
const OPEN = {
  region: REGION_NAME,
  network: 'public-and-private',
  addresses: [],
  dualAuthorization: false,
  creation: {
    createWrapping: true,
    createSecret: true,
    importWrapping: true,
    importSecret: true,
    enforceToken: false,
  },
  metrics: false,
};

it('policies of an instance are shown and set, one by one, whatever they say of addresses', async () => {
  expect((await house.send(ann, 'GET', PATH)).body).toEqual(OPEN);
  const locked = await set({ network: 'private-only', addresses: ['192.0.2.77/24'], rotationMonths: 3 });
  expect([locked.status, fits(setInstancePolicies, locked.body)]).toEqual([200, true]);
  expect(locked.body).toEqual({ ...OPEN, network: 'private-only', addresses: ['192.0.2.0/24'], rotationMonths: 3 });
  // Nobody is locked out here: this is the way back.
  const opened = await set({ network: 'public-and-private', addresses: [] });
  expect(opened.body).toEqual({ ...OPEN, rotationMonths: 3 });
  const shown = await house.send(ann, 'GET', PATH);
  expect([shown.body, fits(getInstancePolicies, shown.body)]).toEqual([{ ...OPEN, rotationMonths: 3 }, true]);
  expect((await set({ rotationMonths: 0 })).body).toEqual(OPEN);
});

it('what the policy metrics has counted is told to whoever may read policies', async () => {
  const path = `/regions/${REGION_NAME}/metrics`;
  const { instanceId } = (await house.services.directory.instance(house.tenant.tenantId, REGION_NAME))!;
  const { clock, meter } = house.services;
  const since = Math.floor(clock() / 60_000) * 60_000 - 60_000;
  meter.note(instanceId, 'kms.secrets.wrap', 200, 3, since);
  const gauges = [{ api: 'kms.secrets.wrap', responseCode: 200, requests: 1, latencyMs: 3 }];
  const told = { region: REGION_NAME, instanceId, enabled: false, since: new Date(since).toISOString(), gauges };
  const shown = await house.send(ann, 'GET', path);
  expect([shown.status, shown.body, fits(getInstanceMetrics, shown.body)]).toEqual([200, told, true]);
  await set({ metrics: true });
  expect((await house.send(ann, 'GET', path)).body).toEqual({ ...told, enabled: true });
  expect((await house.send((await house.member([])).apiKey, 'GET', path)).status).toBe(403);
});

it.each([
  [{ addresses: ['10.0.0.0/33'] }, 'invalid-addresses'],
  [{ network: 'private' }, 'invalid-request'],
  [{ rotationMonths: 13 }, 'invalid-request'],
])('policies of an instance are not %j', async (body, code) => {
  expect(await set(body)).toMatchObject({ status: 400, body: { error: { code } } });
  expect((await house.send(ann, 'GET', PATH)).body).toEqual(OPEN);
});

it('keys are made as the policies of the instance say, and deleted by two people', async () => {
  const make = (body: object = {}) => house.send(ann, 'POST', `/regions/${REGION_NAME}/keys`, body);
  await set({ dualAuthorization: true, creation: { importWrapping: false } });
  expect(await make({ origin: 'imported' })).toMatchObject({
    status: 409,
    body: { error: { code: 'creation-forbidden' } },
  });
  const { body: key } = await make();
  expect(key['dualAuthorization']).toEqual({});
  const on = (apiKey: string, verb: string, body?: object) =>
    house.send(apiKey, 'POST', `/regions/${REGION_NAME}/keys/${String(key['keyId'])}/${verb}`, body);
  const refused = { status: 409, body: { error: { code: 'authorization-missing' } } };
  expect(await on(ann, 'schedule-deletion', { windowDays: 7 })).toMatchObject(refused);
  expect(await on(ann, 'delete', {})).toMatchObject(refused);
  const authorized = await on(ann, 'authorize-deletion');
  expect(authorized).toMatchObject({
    status: 200,
    body: {
      dualAuthorization: {
        authorizedBy: expect.stringMatching(/^IBMid-/) as string,
        authorizedUntil: expect.any(String) as string,
      },
    },
  });
  expect(await on(ann, 'delete', { force: true })).toMatchObject(refused);
  expect((await on(bob, 'withdraw-authorization')).body['dualAuthorization']).toEqual({});
  expect(await on(bob, 'schedule-deletion', { windowDays: 7 })).toMatchObject(refused);
  await on(ann, 'authorize-deletion');
  expect(await on(bob, 'schedule-deletion', { windowDays: 7 })).toMatchObject({ status: 200 });
});
