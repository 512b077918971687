import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostileProvider } from '../../../clients/oidc/hostile-provider.fixture.ts';
import { realProvider, type Account, type RealProvider } from '../../../clients/oidc/real-provider.fixture.ts';
import {
  identityProviderRef,
  readIdentityProvider,
  setIdentityProviderState,
} from '../../../identity/oidc/identity-provider.ts';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { navigate, NavigatingBrowser } from './navigating-browser.fixture.ts';
import { ownCallbackUrl } from './callback-url.ts';

let house: AdminHouse;
let provider: RealProvider;
let operator: string;
let providerId: string;

beforeAll(async () => {
  house = await adminHouse({ egress: { allowedHosts: ['127.0.0.1'] } });
  provider = await realProvider((issuer) => ownCallbackUrl(house.url, issuer));
  operator = (await house.member(['administrator', 'operator'])).apiKey;
  providerId = (await call('/identity-providers', given()))['providerId'] as string;
});
afterEach(async () => {
  // Tries from one address are bounded: a minute later there is room again.
  house.setClock(house.services.clock() + 60_000);
  await call(`/identity-providers/${providerId}/update`, {
    issuer: provider.issuer,
    clientSecret: provider.clientSecret,
    userClaim: 'email',
    emailDomains: [],
    allowNewcomers: false,
    requireMultiFactor: false,
    forOperators: false,
  });
  await call(`/identity-providers/${providerId}/resume`);
});
afterAll(async () => {
  await house.close();
  await provider.close();
});

const given = () => ({
  name: 'Example Corp',
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
});

async function call(path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await house.send(operator, 'POST', path, body);
  if (answer.status > 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const terms = (more: object) => call(`/identity-providers/${providerId}/update`, more);

const browser = () => new NavigatingBrowser(house.url);

const start = (id = providerId) => `/admin/v1/sign-in/oidc/start?provider=${id}`;

/** A provider of before issuers had an address of their own. */
async function asBefore(id: string) {
  const { tenant, store } = house;
  const record = store.read(identityProviderRef(tenant.tenantId, id));
  const { ownCallback: _, ...before } = readIdentityProvider(tenant, record as NonNullable<typeof record>);
  await house.commit(setIdentityProviderState(tenant, before, 'active').write);
}

/** The whole way, up to what the server says to the return. */
async function signIn(account: Account, by = browser(), id = providerId) {
  const away = await by.go(start(id));
  const back = await provider.signIn(away.location, account);
  const { location } = await by.go(back);
  return { by, back, location };
}

let people = 0;

async function invited(name = `person-${people++}@example.com`, policies = ['user']) {
  const made = await call('/principals/invite', { name, policies });
  const { principalId } = made['principal'] as { readonly principalId: string };
  return { name, principalId, account: { sub: `sub-of-${name}`, email: name, email_verified: true } };
}

const problem = (code: string) => `/console/sign-in?problem=${code}`;

describe('the way through a provider', () => {
  it('signs in who was invited, links the identity, and ends the invitation', async () => {
    const { name, principalId, account } = await invited();
    const { by, location } = await signIn(account);
    expect(location).toBe('/console/');
    expect((await by.whoAmI()).body).toMatchObject({ name, session: { method: 'oidc' } });
    expect(by.jar.has('keystead-provider')).toBe(false);
    const open = (await house.send(operator, 'GET', '/enrolments')).body['items'] as { readonly principalId: string }[];
    expect(open.some((one) => one.principalId === principalId)).toBe(false);
    // From now on the link counts, not the name.
    const renamed = await signIn({ ...account, email: 'other@example.com' });
    expect((await renamed.by.whoAmI()).body).toMatchObject({ name });
    const heir = await signIn({ ...account, sub: 'somebody-else' });
    expect(heir.location).toBe(problem('not-admitted'));
  });

  it('goes on no more once the link is taken away, until a sign-in link opens it again', async () => {
    const { principalId, account } = await invited();
    const { by } = await signIn(account);
    const links = (await house.send(operator, 'GET', `/principals/${principalId}/sign-in`)).body['links'];
    expect(links).toMatchObject([{ providerId, subject: account.sub }]);
    const path = `/principals/${principalId}/identities/${providerId}/unlink`;
    expect((await house.send(operator, 'POST', path)).body).toEqual({ links: [] });
    expect((await by.whoAmI()).status).toBe(401);
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
    const again = await house.send(operator, 'POST', path);
    expect(again.body).toMatchObject({ error: { code: 'identity-link-not-found' } });
    await call(`/principals/${principalId}/enrolment`, {});
    expect((await signIn(account)).location).toBe('/console/');
  });

  it('goes on no more after a reset, whose link is for whoever has it and not for whoever has the name', async () => {
    const { principalId, account } = await invited();
    const { by } = await signIn(account);
    await call(`/principals/${principalId}/enrolment`, { reset: true });
    expect((await by.whoAmI()).status).toBe(401);
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
    // Another link says that the provider is believed again.
    await call(`/principals/${principalId}/enrolment`, {});
    expect((await signIn(account)).location).toBe('/console/');
  });

  it('is on the list of ways to sign in while the provider is active', async () => {
    const options = async () => {
      const query = `?account=${house.tenant.accountId}`;
      return (await house.send(undefined, 'GET', `/sign-in/options${query}`)).body['providers'];
    };
    expect(await options()).toEqual([{ providerId, name: 'Example Corp' }]);
    await call(`/identity-providers/${providerId}/suspend`);
    expect(await options()).toEqual([]);
  });

  it('gives the session two factors where the provider says so', async () => {
    const { account } = await invited();
    const once = await signIn(account);
    await terms({ requireMultiFactor: true });
    expect((await signIn(account)).location).toBe(problem('multi-factor-needed'));
    const twice = await signIn({ ...account, amr: ['pwd', 'otp'] });
    expect(twice.location).toBe('/console/');
    const stored = house.store.list(house.tenant.tenantId, 'credential', 'console', { limit: 1000 });
    const sessions = stored.map(({ body }) => JSON.parse(body.toString()).console as Record<string, unknown>);
    expect(sessions).toContainEqual(
      expect.objectContaining({ isMultiFactor: true, provider: { providerId, amr: ['pwd', 'otp'] } }),
    );
    expect((await once.by.whoAmI()).status).toBe(200);
  });

  it('makes newcomers where it may, with their policies, and only of its domains', async () => {
    const account = { sub: 'new', email: 'new@example.com', email_verified: true };
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
    await terms({ allowNewcomers: true, newcomerPolicies: ['auditor'], emailDomains: ['example.com'] });
    const { by } = await signIn(account);
    expect((await by.whoAmI()).body).toMatchObject({ name: 'new@example.com' });
    const [made] = (await house.send(operator, 'GET', '/principals?name=new@example.com')).body['items'] as object[];
    expect(made).toMatchObject({ policies: ['auditor'] });
    expect((await signIn({ ...account, sub: 'n2', email: 'x@example.org' })).location).toBe(problem('not-admitted'));
    // The same name of another subject is nobody's: it is taken.
    expect((await signIn({ ...account, sub: 'n3' })).location).toBe(problem('not-admitted'));
  });
});

describe('who is not let in', () => {
  it.each<[string, (name: string) => Partial<Account>]>([
    ['an address that is not verified', () => ({ email_verified: false })],
    ['a homoglyph of the name', (name) => ({ email: name.replace('e', '\u0435') })],
    ['no address at all', () => ({ email: undefined as never })],
  ])('%s', async (_, change) => {
    const { name, account } = await invited();
    expect((await signIn({ ...account, ...change(name) })).location).toBe(problem('not-admitted'));
  });

  it('a user without an open sign-in link, suspended, a program, or an operator', async () => {
    const { member } = await house.member(['user']);
    await terms({ userClaim: 'preferred_username' });
    const named = { sub: 'm', preferred_username: member.name };
    expect((await signIn(named)).location).toBe(problem('not-admitted'));
    await call(`/principals/${member.id}/enrolment`, { reset: false });
    await call(`/principals/${member.id}/suspend`);
    expect((await signIn(named)).location).toBe(problem('not-admitted'));
    const boss = await invited('boss@example.com', ['administrator', 'operator']);
    await terms({ userClaim: 'email' });
    expect((await signIn(boss.account)).location).toBe(problem('not-admitted'));
    await terms({ forOperators: true });
    expect((await signIn(boss.account)).location).toBe('/console/');
  });

  it('an operator in a session, once the provider is for operators no more', async () => {
    await terms({ forOperators: true });
    const { account } = await invited('operator@example.com', ['operator']);
    const { by } = await signIn(account);
    expect((await by.whoAmI()).status).toBe(200);
    await terms({ forOperators: false });
    expect((await by.whoAmI()).status).toBe(401);
    await terms({ forOperators: true });
    expect((await by.whoAmI()).status).toBe(200);
  });

  it('whoever became an operator since, in a session and by the link of before', async () => {
    await terms({ forOperators: true });
    const { principalId, account } = await invited();
    const { by } = await signIn(account);
    await call(`/principals/${principalId}/policies/attach`, { policy: 'operator' });
    expect((await by.whoAmI()).status).toBe(401);
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
  });

  it('a session again that gave one factor, once two are asked for', async () => {
    const { account } = await invited();
    const [once, twice] = [(await signIn(account)).by, (await signIn({ ...account, amr: ['mfa'] })).by];
    await terms({ requireMultiFactor: true });
    house.setClock(house.services.clock() + 120_000);
    const renewed = async ({ jar }: typeof once) => {
      const headers = { cookie: `keystead=${jar.get('keystead') as string}`, origin: house.url };
      return (await fetch(`${house.url}/admin/v1/me/session/renew`, { method: 'POST', headers })).status;
    };
    expect(await renewed(once)).toBe(403);
    expect(await renewed(twice)).toBe(200);
  });

  it('whoever is suspended, by the link too, and in the session that is open', async () => {
    const { principalId, account } = await invited();
    const { by } = await signIn(account);
    expect((await by.whoAmI()).status).toBe(200);
    await call(`/principals/${principalId}/suspend`);
    expect((await by.whoAmI()).status).toBe(401);
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
  });

  it('anybody by a provider that is switched off: begun before, signed in before', async () => {
    const { account } = await invited();
    const { by } = await signIn(account);
    const other = browser();
    const back = await provider.signIn((await other.go(start())).location, account);
    await call(`/identity-providers/${providerId}/suspend`);
    expect((await by.whoAmI()).status).toBe(401);
    expect((await other.go(back)).location).toBe(problem('provider-unavailable'));
    expect((await other.go(start())).location).toBe(problem('provider-unavailable'));
    await call(`/identity-providers/${providerId}/resume`);
    expect((await by.whoAmI()).status).toBe(200);
  });
});

describe('a return', () => {
  it('to another browser, twice, with another state, or after its time is refused', async () => {
    const { account } = await invited();
    const by = browser();
    const back = await provider.signIn((await by.go(start())).location, account);
    expect((await browser().go(back)).location).toBe(problem('sign-in-expired'));
    const ticket = by.jar.get('keystead-provider') as string;
    expect((await by.go(back)).location).toBe('/console/');
    by.jar.set('keystead-provider', ticket);
    expect((await by.go(back)).location).toBe(problem('provider-refused'));
    by.jar.set('keystead-provider', ticket);
    expect((await by.go(back.replace(/state=[^&]*/, 'state=other'))).location).toBe(problem('sign-in-expired'));
    by.jar.set('keystead-provider', ticket);
    house.setClock(house.services.clock() + 10 * 60_000);
    expect((await by.go(back)).location).toBe(problem('sign-in-expired'));
  });

  it('with an error, with another issuer, in a frame or by a script is refused', async () => {
    const { account } = await invited();
    const by = browser();
    const back = await provider.signIn((await by.go(start())).location, account);
    const ticket = by.jar.get('keystead-provider') as string;
    const again = (url: string, headers = {}) => {
      by.jar.set('keystead-provider', ticket);
      return by.go(url, headers);
    };
    const error = back.replace(/code=[^&]*/, 'error=access_denied');
    expect((await again(error)).location).toBe(problem('sign-in-cancelled'));
    const mixed = back.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fother.example.com');
    expect((await again(mixed)).location).toBe(problem('provider-refused'));
    expect((await again(back, { 'sec-fetch-dest': 'iframe' })).location).toBe(problem('sign-in-expired'));
    expect((await again(back, { 'sec-fetch-mode': 'cors' })).location).toBe(problem('sign-in-expired'));
    expect((await again(back, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).location).toBe(
      '/console/',
    );
  });

  it('counts against the provider of its ticket, not against another that would believe it', async () => {
    const { account } = await invited();
    const other = await call('/identity-providers', { ...given(), name: 'Other' });
    const { location } = await signIn(account, browser(), other['providerId'] as string);
    expect(location).toBe('/console/');
    // The same subject at the first provider is another identity, and its invitation is used.
    expect((await signIn(account)).location).toBe(problem('not-admitted'));
    await call(`/identity-providers/${other['providerId'] as string}/delete`);
  });

  it('leaves no token, code or secret in any record, entry or line of the log', async () => {
    const { account } = await invited();
    const { by, back } = await signIn(account);
    const code = new URL(back).searchParams.get('code') as string;
    const entries = house.store.entries().map(({ leaf, details }) => `${leaf.toString()}${details.toString()}`);
    const records = ['identity-provider', 'sign-in', 'credential'].flatMap((kind) =>
      house.store
        .list(house.tenant.tenantId, kind as 'credential', '', { limit: 1000 })
        .map(({ body }) => body.toString()),
    );
    const everything = [...entries, ...records, ...house.logged].join('\n');
    for (const secret of [code, provider.clientSecret, by.jar.get('keystead') as string])
      expect(everything.includes(secret)).toBe(false);
    expect(everything.includes('"method":"oidc"')).toBe(true);
    expect(everything.includes(account.sub)).toBe(true);
  });
});

describe('the start', () => {
  it('leads to the address that providers know first, and asks nobody for what is no provider', async () => {
    const by = browser();
    const { host, port } = new URL(house.url);
    for (const other of [`localhost:${port}`, 'keys.example.com']) {
      const { headers } = await navigate(new URL(start(), `http://${host}`), { host: other });
      expect(headers.location).toBe(`${house.url}${start()}&again=1`);
    }
    for (const id of ['8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10', 'x', '']) {
      expect((await by.go(start(id))).location).toBe(problem('provider-unavailable'));
    }
    expect(by.jar.size).toBe(0);
  });

  it('leads nowhere where a session would go beyond this machine without TLS', async () => {
    const own = Object.getOwnPropertyDescriptor(house.services, 'publicUrl') as PropertyDescriptor;
    const at = (value: string) => Object.defineProperty(house.services, 'publicUrl', { value, configurable: true });
    const by = browser();
    for (const [url, location] of [
      ['http://keys.example.com', problem('provider-unavailable')],
      ['https://keys.example.com', `https://keys.example.com${start()}&again=1`],
    ] as const) {
      at(url);
      expect((await by.go(start())).location).toBe(location);
    }
    Object.defineProperty(house.services, 'publicUrl', own);
  });

  it('says that a provider is away, and records what was wrong', async () => {
    await terms({ issuer: 'http://127.0.0.1:1', clientSecret: 'x' });
    expect((await browser().go(start())).location).toBe(problem('provider-unavailable'));
    const entries = house.store.entries().map(({ leaf }) => leaf.toString());
    expect(entries.some((leaf) => leaf.includes('"keystead:SignIn"') && leaf.includes('"unreachable"'))).toBe(true);
  });
});

describe('the address to which browsers come back', () => {
  it('is of one issuer: a code of another provider goes to nobody who sent the browser there', async () => {
    const evil = await hostileProvider(provider.clientId);
    const { providerId: evilId } = await call('/identity-providers', { ...given(), issuer: evil.issuer });
    try {
      // Whoever runs the other provider has a sign-in of its own under way, and sends a victim through in its place.
      const attacker = browser();
      const wanted = new URL((await attacker.go(start())).location);
      const victim = browser();
      const away = new URL((await victim.go(start(evilId as string))).location);
      wanted.searchParams.set('state', away.searchParams.get('state') as string);
      const account = { sub: 'mixed-up', email: 'mixed@example.com', email_verified: true };
      const back = new URL(await provider.signIn(wanted.href, account));
      expect(back.searchParams.get('code')).toBeTruthy();
      // As of the many that do not say who they are (RFC 9207).
      back.searchParams.delete('iss');
      expect((await victim.go(back.href)).location).toBe('/console/sign-in?problem=sign-in-expired');
      expect(evil.asked).not.toContain('/token');
    } finally {
      await call(`/identity-providers/${evilId as string}/delete`);
      await evil.close();
    }
  });

  it('stays what it was for a provider from before, until somebody says otherwise', async () => {
    const shared = `${house.url}/admin/v1/sign-in/oidc/callback`;
    const own = ownCallbackUrl(house.url, provider.issuer);
    const { providerId: id } = await call('/identity-providers', given());
    const path = `/identity-providers/${id as string}`;
    await asBefore(id as string);
    expect(await call(`${path}/update`, { name: 'Former Corp' })).toMatchObject({
      callbackUrl: shared,
      ownCallback: false,
    });
    const away = async () => new URL((await browser().go(start(id as string))).location).searchParams;
    expect((await away()).get('redirect_uri')).toBe(shared);
    provider.redirectUris.push(shared);
    await provider.rotateKeys();
    const account = { sub: 'former', email: 'former@example.com', email_verified: true };
    await call('/principals/invite', { name: account.email, policies: [] });
    expect((await signIn(account, browser(), id as string)).location).toBe('/console/');
    expect(await call(`${path}/update`, { ownCallback: true })).toMatchObject({ callbackUrl: own, ownCallback: true });
    expect((await signIn(account, browser(), id as string)).location).toBe('/console/');
    const back = await house.send(operator, 'POST', `${path}/update`, { ownCallback: false });
    expect(back.body).toMatchObject({ error: { code: 'identity-provider-malformed' } });
    await asBefore(id as string);
    const { issuer } = given();
    expect(
      await call(`${path}/update`, { issuer: `${issuer}/other`, clientSecret: provider.clientSecret }),
    ).toMatchObject({ callbackUrl: ownCallbackUrl(house.url, `${issuer}/other`) });
    await call(`${path}/delete`);
  });
});
