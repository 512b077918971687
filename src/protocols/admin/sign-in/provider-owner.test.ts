import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { realProvider, type Account, type RealProvider } from '../../../clients/oidc/real-provider.fixture.ts';
import { hostileProvider, type HostileProvider } from '../../../clients/oidc/hostile-provider.fixture.ts';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { Tries } from './tries.ts';
import { NavigatingBrowser } from './navigating-browser.fixture.ts';
import { ownCallbackUrl } from './callback-url.ts';

const ACCOUNT = '/console/account';

let house: AdminHouse;
let provider: RealProvider;
let hostile: HostileProvider;
let operator: string;
let providerId: string;
let otherId: string;
let aheadMs = 0;

beforeAll(async () => {
  house = await adminHouse({ egress: { allowedHosts: ['127.0.0.1'] } });
  house.setClock(Date.now());
  provider = await realProvider((issuer) => ownCallbackUrl(house.url, issuer));
  hostile = await hostileProvider(provider.clientId);
  operator = (await house.member(['administrator', 'operator'])).apiKey;
  const { issuer, clientId, clientSecret } = provider;
  const made = (name: string) => call('/identity-providers', { name, issuer, clientId, clientSecret });
  providerId = (await made('Example Corp'))['providerId'] as string;
  otherId = (await made('Other Corp'))['providerId'] as string;
});
afterEach(() => {
  aheadMs = 0;
  house.setClock(Date.now());
  hostile.lies = {};
  // Tries from one address are bounded.
  Object.assign(house.services.signIn, { tries: new Tries(() => performance.now()) });
});
afterAll(async () => {
  await house.close();
  await provider.close();
  await hostile.close();
});

async function call(path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await house.send(operator, 'POST', path, body);
  if (answer.status > 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** Lets time pass for the server alone. */
function later(ms: number): void {
  aheadMs += ms;
  atOnce();
}

/** The provider says by its own clock when somebody signed in: the server's must not lag behind it. */
function atOnce(): void {
  house.setClock(Date.now() + aheadMs);
}

/** Comes back from the provider. */
function comeBack(by: NavigatingBrowser, back: string) {
  atOnce();
  return by.go(back);
}

let people = 0;

async function signedIn(policies = ['user']) {
  const name = `owner-${people++}@example.com`;
  const made = await call('/principals/invite', { name, policies });
  const { principalId } = made['principal'] as { readonly principalId: string };
  const account: Account = { sub: `sub-of-${name}`, email: name, email_verified: true };
  const by = new NavigatingBrowser(house.url);
  await through(by, account);
  return { by, name, account, principalId };
}

const start = (query = '', id = providerId) => `/admin/v1/sign-in/oidc/start?provider=${id}${query}`;

async function through(by: NavigatingBrowser, account: Account, query = '', id = providerId): Promise<string> {
  const away = await by.go(start(query, id));
  if (!away.location.startsWith(provider.issuer)) return away.location;
  return (await comeBack(by, await provider.signIn(away.location, account))).location;
}

const session = async (by: NavigatingBrowser) =>
  (await by.whoAmI()).body['session'] as { readonly sessionId: string; readonly authenticatedAt?: string };
/** Whether the session may change how its user signs in: it is refused for another reason then, as there is no password. */
async function canChange(by: NavigatingBrowser): Promise<boolean> {
  const { error } = (await by.ask('POST', '/me/recovery-codes')).body as { readonly error: { readonly code: string } };
  expect(['sign-in-again', 'password-not-set']).toContain(error.code);
  return error.code === 'password-not-set';
}
const problem = (code: string) => `${ACCOUNT}?problem=${code}`;

describe('a proof by a provider', () => {
  it('that is of nobody knows when changes no way to sign in, until it is given anew', async () => {
    const { by, account } = await signedIn();
    const before = await session(by);
    expect(before).not.toHaveProperty('authenticatedAt');
    expect((await by.ask('POST', '/me/passkeys/start')).body).toMatchObject({ error: { code: 'sign-in-again' } });
    const away = new URL((await by.go(start('&fresh=1'))).location);
    expect(Object.fromEntries(away.searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
    expect(await through(by, account, '&fresh=1')).toBe(`${ACCOUNT}?done=prove`);
    const after = await session(by);
    expect(after.sessionId).toBe(before.sessionId);
    expect(Date.parse(after.authenticatedAt as string)).toBeGreaterThan(Date.now() - 10 * 60_000);
    expect(await canChange(by)).toBe(true);
    const last = await by.ask('POST', `/me/identities/${providerId}/unlink`);
    expect(last.body).toMatchObject({ error: { code: 'last-way-in' } });
    later(11 * 60_000);
    expect(await canChange(by)).toBe(false);
    const entries = house.store.entries().map(({ leaf, details }) => `${leaf.toString()}${details.toString()}`);
    expect(entries.some((one) => one.includes('keystead:Reauthenticate') && one.includes(account.sub))).toBe(true);
  });

  it('of somebody else, or of an old session, moves nothing', async () => {
    const { by } = await signedIn();
    const other = await signedIn();
    expect(await through(by, other.account, '&fresh=1')).toBe(problem('somebody-else'));
    expect(await through(by, { sub: 'of nobody', email: 'x@example.com' }, '&fresh=1')).toMatch(/problem=/);
    expect(await canChange(by)).toBe(false);
    // As if the provider had let somebody pass who proved it long before the browser left.
    const away = await by.go(start('&fresh=1'));
    const back = await provider.signIn(away.location, other.account);
    expect((await comeBack(by, back)).location).toBe(problem('somebody-else'));
    expect((await comeBack(by, back)).location).toBe('/console/sign-in?problem=sign-in-expired');
  });

  it('takes whoever is signed in at this page alone: nobody, another site, an ended session get nowhere', async () => {
    const { by, account } = await signedIn();
    const none = new NavigatingBrowser(house.url);
    for (const query of ['&fresh=1', '&link=1']) {
      expect((await none.go(start(query))).location).toBe(problem('sign-in-expired'));
      for (const from of ['same-site', 'cross-site', 'none'])
        expect((await by.go(start(query), { 'sec-fetch-site': from })).location).toBe(problem('sign-in-expired'));
      const elsewhere = { host: `localhost:${new URL(house.url).port}` };
      expect((await by.go(start(query), elsewhere)).location).toBe(problem('other-address'));
    }
    expect(none.jar.size).toBe(0);
    const back = await provider.signIn((await by.go(start('&fresh=1'))).location, account);
    await by.ask('POST', '/me/session/end');
    expect((await comeBack(by, back)).location).toBe(problem('sign-in-expired'));
  });

  it('serves once, and not where somebody else has signed in meanwhile', async () => {
    const { by, account } = await signedIn();
    const back = await provider.signIn((await by.go(start('&fresh=1'))).location, account);
    const ticket = by.jar.get('keystead-provider') as string;
    const mine = by.jar.get('keystead') as string;
    by.jar.set('keystead', (await signedIn()).by.jar.get('keystead') as string);
    expect((await comeBack(by, back)).location).toBe(problem('sign-in-expired'));
    by.jar.set('keystead-provider', ticket);
    // A browser that comes from another site brings no strict cookie.
    by.jar.delete('keystead');
    expect((await comeBack(by, back)).location).toBe(`${ACCOUNT}?done=prove`);
    by.jar.set('keystead-provider', ticket);
    expect((await comeBack(by, back)).location).toMatch(/problem=/);
    by.jar.set('keystead', mine);
    expect(await canChange(by)).toBe(true);
  });

  it.each<[string, (nowS: number) => unknown, string]>([
    ['no time', () => undefined, problem('proof-undated')],
    ['a time before the browser left', (nowS) => nowS - 3600, problem('proof-not-fresh')],
    ['a time ahead', (nowS) => nowS + 3600, problem('proof-not-fresh')],
    ['the time', (nowS) => nowS, `${ACCOUNT}?done=prove`],
  ])('says %s', async (_, authTime, location) => {
    const { by, account } = await signedIn();
    const { providerId: id } = await call('/identity-providers', {
      name: `Lying ${people}`,
      issuer: hostile.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
    });
    await through(by, account, '&fresh=1');
    const go = async (query: string) => {
      const away = new URL((await by.go(start(query, id as string))).location);
      hostile.nonce = away.searchParams.get('nonce') as string;
      const { sub, email } = account;
      const time = authTime(Math.floor(Date.now() / 1000));
      hostile.lies = { claims: { sub, email, email_verified: true, auth_time: time } };
      const { state } = Object.fromEntries(away.searchParams);
      return (await comeBack(by, `${ownCallbackUrl('', hostile.issuer)}?code=c&state=${state}`)).location;
    };
    expect(await go('&link=1')).toBe(`${ACCOUNT}?done=link`);
    expect(await go('&fresh=1')).toBe(location);
    await call(`/identity-providers/${id as string}/delete`);
  });
});

describe('a link to a provider', () => {
  it('is made by who is signed in and has proven it now; it signs in, and goes again', async () => {
    const { by, account, name } = await signedIn();
    expect(await through(by, account, '&link=1', otherId)).toBe(problem('sign-in-again'));
    await through(by, account, '&fresh=1');
    const elsewhere = { sub: `${account.sub} elsewhere`, email: 'me@other.example', email_verified: true };
    expect(await through(by, elsewhere, '&link=1', otherId)).toBe(`${ACCOUNT}?done=link`);
    const { body } = await by.ask('GET', '/me/sign-in');
    expect(body['links']).toMatchObject([{ providerId }, { providerId: otherId, subject: elsewhere.sub }]);
    const there = new NavigatingBrowser(house.url);
    expect(await through(there, elsewhere, '', otherId)).toBe('/console/');
    expect((await there.whoAmI()).body).toMatchObject({ name });
    // Another identity of the same provider takes its place only once that is away.
    const third = { ...elsewhere, sub: 'third' };
    expect(await through(by, third, '&link=1', otherId)).toBe(problem('linked-otherwise'));
    const unlinked = await by.ask('POST', `/me/identities/${otherId}/unlink`);
    expect(unlinked.body).toMatchObject({ links: [{ providerId }], endedSessions: 1 });
    expect((await there.whoAmI()).status).toBe(401);
    expect(await through(there, elsewhere, '', otherId)).toBe('/console/sign-in?problem=not-admitted');
  });

  it('is refused where the identity is somebody else’s', async () => {
    const { by, account } = await signedIn();
    const other = await signedIn();
    await through(by, account, '&fresh=1');
    expect(await through(by, other.account, '&link=1')).toBe(problem('linked-to-another'));
    expect((await by.ask('GET', '/me/sign-in')).body['links']).toMatchObject([{ subject: account.sub }]);
    expect((await other.by.whoAmI()).body).toMatchObject({ name: other.name });
  });

  it('is refused to an operator by a provider that is not for operators, and by one that is switched off', async () => {
    await call(`/identity-providers/${providerId}/update`, { forOperators: true });
    const { by, account } = await signedIn(['user', 'operator']);
    await through(by, account, '&fresh=1');
    await call(`/identity-providers/${otherId}/suspend`);
    expect(await through(by, account, '&link=1', otherId)).toBe(problem('provider-unavailable'));
    await call(`/identity-providers/${otherId}/resume`);
    expect(await through(by, account, '&link=1', otherId)).toBe(problem('not-admitted'));
    await call(`/identity-providers/${providerId}/update`, { forOperators: false });
  });
});
