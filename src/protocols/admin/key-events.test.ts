import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { register } from '../../keys/registration.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { listKeyEvents, listKeyRegistrations } from './resources/key-events.ts';
import { setEvents, stopEvents } from './resources/service-events.ts';

let house: AdminHouse;
let admin: string;
let operator: string;
const SERVICE = 'storage.example.com';

beforeAll(async () => {
  house = await adminHouse();
  admin = (await house.member(['administrator'])).apiKey;
  operator = (await house.member(['operator'])).apiKey;
  await house.send(operator, 'POST', '/services', { name: SERVICE });
});
afterAll(() => house.close());

const set = (body: object) => house.send(operator, 'POST', `/services/${SERVICE}/events`, body);

describe('where a service is told', () => {
  it('is set with a secret that is shown once, and changed without another', async () => {
    const first = await set({ url: 'https://example.com/a' });
    expect(first.status).toBe(200);
    expect(fits(setEvents, first.body)).toBe(true);
    expect(first.body['secret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const second = await set({ url: 'http://127.0.0.1:8080/b' });
    expect(second.body).toMatchObject({ service: { name: SERVICE, eventsUrl: 'http://127.0.0.1:8080/b' } });
    expect(second.body).not.toHaveProperty('secret');
    const third = await set({ url: 'https://example.com/a', newSecret: true });
    expect(third.body['secret']).toMatch(/^whsec_/);
    expect(third.body['secret']).not.toBe(first.body['secret']);
    const bytes = Buffer.from((third.body['secret'] as string).slice(6), 'base64');
    const stored = house.store.listAll('service').map(({ body }) => body);
    for (const body of stored) expect(body.includes(bytes.toString('base64'))).toBe(false);
    const said = house.store.entries().map(({ leaf, details }) => Buffer.concat([leaf, details]));
    for (const bytesOf of said) expect(bytesOf.includes(bytes.toString('base64'))).toBe(false);
  });

  it('is taken away', async () => {
    await set({ url: 'https://example.com/a' });
    const { status, body } = await house.send(operator, 'POST', `/services/${SERVICE}/stop-events`);
    expect([status, fits(stopEvents, body)]).toEqual([200, true]);
    expect(body['service']).not.toHaveProperty('eventsUrl');
  });

  it.each([
    ['http://example.com/', 400, 'address-refused'],
    ['https://169.254.169.254/latest', 400, 'address-refused'],
    ['https://user:secret@example.com/', 400, 'address-refused'],
    ['file:///etc/passwd', 400, 'address-refused'],
    ['nonsense', 400, 'address-refused'],
  ])('is not %s', async (url, status, code) => {
    expect(await set({ url })).toMatchObject({ status, body: { error: { code } } });
  });

  it('is for services that there are', async () => {
    const answer = await house.send(operator, 'POST', '/services/other.example.com/events', {
      url: 'https://a.example',
    });
    expect(answer.body['error']).toMatchObject({ code: 'service-not-found' });
  });
});

it('what was told of a key, and what is registered with it, is listed', async () => {
  const { clock, random } = house.services;
  const wanted = {
    spec: keySpec('aes-256') as KeySpecRow,
    usage: 'encrypt-decrypt',
    origin: 'generated',
    description: '',
    tags: [],
    instancePolicies: NO_INSTANCE_POLICIES,
    accessPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: house.tenant.accountId }, Action: 'kms:*', Resource: '*' },
    }),
  } as const;
  const { value: key, writes } = createKey(house.region, wanted, clock(), random);
  await house.commit(...writes);
  const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:2:bucket:x';
  const registrar = { service: SERVICE, iamId: 'x' };
  await house.commit(...register(house.region, key, crn, { preventsDeletion: true }, registrar, [], clock()).writes);
  const path = `/regions/${REGION_NAME}/keys/${key.id}`;
  await house.send(admin, 'POST', `${path}/disable`);

  const events = await house.send(admin, 'GET', `${path}/events`);
  expect(fits(listKeyEvents, events.body)).toBe(true);
  expect(events.body['items']).toEqual([
    {
      eventId: expect.any(String),
      service: SERVICE,
      kind: 'disable',
      at: expect.any(String),
      delivery: 'waiting',
      attempts: 0,
      nextAttemptAt: expect.any(String),
      isLate: false,
      resources: 1,
    },
  ]);
  const registrations = await house.send(admin, 'GET', `${path}/registrations`);
  expect(fits(listKeyRegistrations, registrations.body)).toBe(true);
  expect(registrations.body['items']).toMatchObject([{ resourceCrn: crn, service: SERVICE, preventsDeletion: true }]);
  const refused = await house.send(admin, 'POST', `${path}/schedule-deletion`, { windowDays: 7 });
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'key-protected' } } });
});
