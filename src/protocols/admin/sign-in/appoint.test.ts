import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { byPasskey, invited, TestBrowser, withPasskey } from './person.fixture.ts';

let house: AdminHouse;
let operator: string;
/** A person who has been here for a while: signed in by a passkey, with an API key. */
let person: Awaited<ReturnType<typeof withPasskey>>;
let olderKey: string;

const code = (answer: { body: Record<string, unknown> }) =>
  (answer.body['error'] as { code: string } | undefined)?.code ?? 'done';
const message = (answer: { body: Record<string, unknown> }) => (answer.body['error'] as { message: string }).message;

async function keyOf(principalId: string): Promise<string> {
  const { body } = await house.send(operator, 'POST', `/principals/${principalId}/credentials`, { type: 'api-key' });
  return body['apiKey'] as string;
}

const attach = (policy: string) =>
  house.send(operator, 'POST', `/principals/${person.member.id}/policies/attach`, { policy });
const detach = (policy: string) =>
  house.send(operator, 'POST', `/principals/${person.member.id}/policies/detach`, { policy });

async function linkOf(principalId: string): Promise<string> {
  return (await house.send(operator, 'POST', `/principals/${principalId}/enrolment`, {})).body['token'] as string;
}

beforeAll(async () => {
  house = await adminHouse();
  operator = (await house.member(['owner', 'operator'])).apiKey;
});
afterAll(() => house.close());
beforeEach(async () => {
  person = await withPasskey(house, ['auditor']);
  olderKey = await keyOf(person.member.id);
});

describe('who becomes an operator', () => {
  it('is nobody by what was there before: link, session, passkey', async () => {
    const link = await linkOf(person.member.id);
    expect(code(await attach('operator'))).toBe('done');
    expect((await person.browser.send('GET', '/whoami')).status).toBe(401);
    expect(code(await byPasskey(new TestBrowser(house), person.authenticator))).toBe('sign-in-refused');
    expect(code(await new TestBrowser(house).post('/enrolment/look', { token: link }))).toBe('enrolment-refused');
  });

  it('commands nothing by an older API key, which is good for what it was, and told so', async () => {
    await attach('operator');
    const refused = await house.send(olderKey, 'GET', '/tenants');
    expect(code(refused)).toBe('access-denied');
    expect(message(refused)).toMatch(/by this credential: it was issued before its user came to command here/);
    expect((await house.send(olderKey, 'GET', '/principals')).status).toBe(200);
    const { body } = await house.send(olderKey, 'GET', '/whoami');
    expect(body['policies']).toEqual(['auditor']);
    const entry = house.store.entries().findLast(({ leaf }) => String(leaf).includes('installation:ListTenants'));
    expect(String(entry?.details)).toContain('issued-before-appointment');
  });

  it('is shown with each older credential what it has no part in, and with no newer one', async () => {
    await attach('operator');
    const newerKey = await keyOf(person.member.id);
    expect((await house.send(newerKey, 'GET', '/tenants')).status).toBe(200);
    const listed = async () => {
      const { body } = await house.send(operator, 'GET', `/credentials?principal=${person.member.id}`);
      const items = body['items'] as { createdAt: string; withheld?: string[] }[];
      return items.map(({ withheld = [] }) => withheld.join(' ')).toSorted();
    };
    expect(await listed()).toEqual(['', 'operator', 'operator']);
    await attach('owner');
    expect(await listed()).toEqual(['owner', 'owner operator', 'owner operator']);
    await detach('operator');
    expect(await listed()).toEqual(['owner', 'owner', 'owner']);
  });

  it('commands by what an operator gave out since', async () => {
    await attach('operator');
    const token = await linkOf(person.member.id);
    const browser = new TestBrowser(house);
    const started = await browser.post('/enrolment/passkey/start', { token });
    const { challenge, user } = started.body['options'] as { challenge: string; user: { id: string } };
    const credential = person.authenticator.create({ challenge, user });
    expect(code(await browser.post('/enrolment/passkey/finish', { token, credential, name: 'New' }))).toBe('done');
    expect((await browser.send('GET', '/tenants')).status).toBe(200);
    expect((await house.send(await keyOf(person.member.id), 'GET', '/tenants')).status).toBe(200);
  });

  it('a second time: what was issued the first time does not come back', async () => {
    await attach('operator');
    const first = await keyOf(person.member.id);
    expect((await house.send(first, 'GET', '/tenants')).status).toBe(200);
    await detach('operator');
    await attach('operator');
    expect(code(await house.send(first, 'GET', '/tenants'))).toBe('access-denied');
    expect((await house.send(await keyOf(person.member.id), 'GET', '/tenants')).status).toBe(200);
  });

  it('with the making of the user needs nothing anew', async () => {
    const { apiKey } = await house.member(['operator']);
    expect((await house.send(apiKey, 'GET', '/tenants')).status).toBe(200);
  });
});

describe('a link that is made while a user', () => {
  it.each([
    ['becomes an operator', '/policies/attach', { policy: 'operator' }],
    ['becomes an owner', '/policies/attach', { policy: 'owner' }],
    ['is switched off', '/suspend', undefined],
  ])('%s ends with what was there before', async (_, path, body) => {
    const { member } = await house.member(['auditor']);
    const commit = house.store.commit.bind(house.store);
    let token = '';
    const held = vi.spyOn(house.store, 'commit').mockImplementationOnce(async (change) => {
      token = await linkOf(member.id);
      await commit(change);
    });
    expect(code(await house.send(operator, 'POST', `/principals/${member.id}${path}`, body))).toBe('done');
    held.mockRestore();
    expect(token).toMatch(/^kse_/);
    await house.send(operator, 'POST', `/principals/${member.id}/resume`);
    expect(code(await new TestBrowser(house).post('/enrolment/look', { token }))).toBe('enrolment-refused');
  });
});

describe('who becomes an owner', () => {
  it.each(['owner', 'administrator'])(
    '%s: older keys do not grow, an open link ends, the person goes on',
    async (policy) => {
      const link = await linkOf(person.member.id);
      expect(code(await attach(policy))).toBe('done');
      expect(code(await new TestBrowser(house).post('/enrolment/look', { token: link }))).toBe('enrolment-refused');
      expect(code(await house.send(olderKey, 'POST', '/principals', { name: 'eve', policies: ['owner'] }))).toBe(
        'access-denied',
      );
      expect((await house.send(olderKey, 'GET', '/principals')).status).toBe(200);
      const { body } = await person.browser.send('GET', '/whoami');
      expect(body['policies']).toEqual(['auditor', policy]);
      const name = `by-${policy}`;
      expect(code(await person.browser.post('/principals', { name, policies: [] }))).toBe('done');
      expect(code(await byPasskey(new TestBrowser(house), person.authenticator))).toBe('done');
    },
  );

  it('keeps what it had when a command that it has is given once more', async () => {
    await attach('owner');
    const key = await keyOf(person.member.id);
    await attach('owner');
    expect(code(await house.send(key, 'POST', '/principals', { name: 'once-more', policies: [] }))).toBe('done');
  });

  it('gets no newer key by an older one, whatever a policy of its own lets it issue', async () => {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: ['keystead:CreateCredential', 'keystead:CreateEnrolment'], Resource: '*' },
    });
    const path = `/principals/${person.member.id}`;
    await house.send(operator, 'POST', `${path}/inline-policies/put`, { name: 'issue', document });
    expect(code(await house.send(olderKey, 'POST', `${path}/credentials`, { type: 'api-key' }))).toBe('done');
    await attach('owner');
    expect(code(await house.send(olderKey, 'POST', `${path}/credentials`, { type: 'api-key' }))).toBe(
      'credential-bounded',
    );
    expect(code(await house.send(olderKey, 'POST', `${path}/enrolment`, {}))).toBe('credential-bounded');
  });

  it('keeps an open link when it is given another role', async () => {
    const { member, token } = await invited(house);
    await house.send(operator, 'POST', `/principals/${member.id}/policies/attach`, { policy: 'key-user' });
    expect((await new TestBrowser(house).post('/enrolment/look', { token })).body).toMatchObject({
      policies: ['key-user'],
    });
  });
});
