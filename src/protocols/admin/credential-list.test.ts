import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suspendCredential, readCredential, credentialRef } from '../../identity/credential.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';
import { withPasskey } from './sign-in/person.fixture.ts';

const DAY_MS = 86_400_000;

interface Listed {
  readonly credentialId: string;
  readonly state: string;
  readonly lastUsedAt?: string;
}

describe('the list of credentials', () => {
  let house: AdminHouse;
  let admin: string;
  let aliceId: string;
  let startMs: number;
  const ids: Record<string, string> = {};
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    house = await adminHouse();
    startMs = house.services.clock();
    admin = (await house.member(['administrator'])).apiKey;
    aliceId = (await house.member(['user'])).member.id;
    const end = new Date(startMs + 10 * DAY_MS).toISOString();
    await issue('plain', { type: 'api-key' });
    await issue('ending', { type: 'access-key', expiresAt: end, description: 'nightly job' });
    await issue('used', { type: 'api-key', scopes: ['user', 'auditor'] });
    await issue('off', { type: 'api-key' });
    await issue('session', { type: 'session', lifetimeSeconds: 3600 });
    const { tenant, store } = house;
    const off = readCredential(tenant, store.read(credentialRef(tenant.tenantId, ids['off']!))!);
    await house.commit(suspendCredential(tenant, off));
    house.setClock(startMs + 2 * DAY_MS);
    await house.send(keys['used'], 'GET', '/whoami');
    house.setClock(startMs + 3 * DAY_MS);
    await house.send(keys['used'], 'GET', '/principals');
  });
  afterAll(() => house.close());

  async function issue(name: string, body: object) {
    const answer = await house.send(admin, 'POST', `/principals/${aliceId}/credentials`, body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const { credential, apiKey } = answer.body as { credential: Listed; apiKey?: string };
    ids[name] = credential.credentialId;
    if (apiKey !== undefined) keys[name] = apiKey;
  }

  async function list(query: Record<string, string>): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    let after: string | undefined;
    do {
      const search = new URLSearchParams({ ...query, ...(after !== undefined && { after }) });
      const { status, body } = await house.send(admin, 'GET', `/credentials?${search.toString()}`);
      expect([status, body]).toEqual([200, expect.anything()]);
      found.push(...(body['items'] as Listed[]));
      after = body['next'] as string | undefined;
    } while (after !== undefined);
    return found;
  }
  const nameOf = ({ credentialId }: Listed) => Object.entries(ids).find(([, id]) => id === credentialId)?.[0] ?? '?';
  const day = (days: number) => new Date(startMs + days * DAY_MS).toISOString();

  it('tells when each was last used, from where and how, whatever came of it', async () => {
    const found = await list({ principal: aliceId });
    expect(found.find((one) => nameOf(one) === 'used')).toMatchObject({
      lastUsedAt: day(3),
      lastUsedFrom: '127.0.0.1',
      lastUsedBy: 'admin',
      scopes: ['user', 'auditor'],
    });
    const ending = found.find((one) => nameOf(one) === 'ending');
    expect(ending).toMatchObject({ expiresAt: day(10), description: 'nightly job' });
    expect(ending).not.toHaveProperty('lastUsedAt');
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['of a type', { type: 'api-key' }, ['plain', 'used', 'off']],
    ['of a state', { state: 'suspended' }, ['off']],
    ['whose time is over', { state: 'inactive' }, ['session']],
    ['that nobody used since', { unusedSince: '+3', state: 'active' }, ['plain', 'ending']],
    ['that nobody used, in pages of one', { unusedSince: '+3', type: 'api-key', limit: '1' }, ['plain', 'off']],
    [
      'that nobody used since a moment after the last use',
      { unusedSince: '+3.5', state: 'active' },
      ['plain', 'ending', 'used'],
    ],
    ['that are younger than the question', { unusedSince: '-1' }, []],
    ['that end', { expiringBefore: '+11' }, ['ending', 'session']],
    ['that end before the last one does', { expiringBefore: '+10' }, ['session']],
  ])('finds those %s', async (_, query, expected) => {
    const given = Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, /^[+-]/.test(value) ? day(Number(value)) : value]),
    );
    const found = (await list({ principal: aliceId, ...given })).map(nameOf);
    // The one that the house gave her beside.
    expect(found.filter((name) => name !== '?').toSorted()).toEqual(expected.toSorted());
  });

  it.each([{ unusedSince: 'yesterday' }, { expiringBefore: '2026-13-45' }, { type: 'passkey' }, { state: 'Active' }])(
    'refuses a question that it does not understand: %j',
    async (query) => {
      const search = new URLSearchParams(query as Record<string, string>);
      const { status, body } = await house.send(admin, 'GET', `/credentials?${search.toString()}`);
      expect([status, body]).toMatchObject([400, { error: { code: 'invalid-request' } }]);
    },
  );

  it('has its like for console sessions: when and from where each was last used', async () => {
    const { browser, member } = await withPasskey(house, ['auditor']);
    const nowMs = house.services.clock() + 1000;
    house.setClock(nowMs);
    expect((await browser.send('GET', '/whoami')).status).toBe(200);
    const used = { lastUsedAt: new Date(nowMs).toISOString(), lastUsedFrom: '127.0.0.1' };
    const listed = await house.send(admin, 'GET', `/sessions?principalId=${member.id}`);
    expect(listed.body['items']).toMatchObject([{ ...used, isCurrent: false }]);
    expect((await browser.send('GET', '/me/sessions')).body['items']).toMatchObject([{ ...used, isCurrent: true }]);
    // They are not among the credentials that programs hold: there is the one that the house issued.
    expect(await list({ principal: member.id })).toHaveLength(1);
  });
});
