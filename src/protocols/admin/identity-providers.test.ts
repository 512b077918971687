import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, realProvider, type RealProvider } from '../../clients/oidc/real-provider.fixture.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';
import { ownCallbackUrl } from './sign-in/callback-url.ts';

let house: AdminHouse;
let provider: RealProvider;
let [admin, operator, user]: string[] = [];

beforeAll(async () => {
  house = await adminHouse({ egress: { allowedHosts: ['127.0.0.1', 'login.example.com', '169.254.169.254'] } });
  provider = await realProvider((issuer) => ownCallbackUrl(house.url, issuer));
  admin = (await house.member(['administrator'])).apiKey;
  operator = (await house.member(['administrator', 'operator'])).apiKey;
  user = (await house.member(['user'])).apiKey;
});
afterAll(async () => {
  await house.close();
  await provider.close();
});

const BASE = { name: 'Example Corp', issuer: 'https://login.example.com', clientId: 'keystead' };

async function make(more: object = {}, apiKey = admin): Promise<Record<string, unknown>> {
  const { status, body } = await house.send(apiKey, 'POST', '/identity-providers', { ...BASE, ...more });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

describe('the record', () => {
  it('is made, shown, listed, changed, switched and deleted; the secret is in none of it', async () => {
    const made = await make({ clientSecret: CLIENT.clientSecret, emailDomains: ['Example.com'] });
    expect(made).toMatchObject({
      hasClientSecret: true,
      scopes: ['openid', 'email', 'profile'],
      userClaim: 'email',
      emailDomains: ['example.com'],
      allowNewcomers: false,
      requireMultiFactor: false,
      forOperators: false,
      state: 'active',
      callbackUrl: ownCallbackUrl(house.url, BASE.issuer),
      ownCallback: true,
    });
    const query = new URLSearchParams({ issuer: BASE.issuer }).toString();
    const { body: callback } = await house.send(admin, 'GET', `/identity-provider-callback?${query}`);
    expect(callback).toEqual({ callbackUrl: made['callbackUrl'] });
    const path = `/identity-providers/${made['providerId'] as string}`;
    expect((await house.send(admin, 'GET', path)).body).toEqual(made);
    const changed = await house.send(admin, 'POST', `${path}/update`, {
      allowNewcomers: true,
      newcomerPolicies: ['user'],
    });
    expect(changed.body).toEqual({ ...made, allowNewcomers: true, newcomerPolicies: ['user'] });
    expect((await house.send(admin, 'POST', `${path}/suspend`)).body['state']).toBe('suspended');
    expect((await house.send(admin, 'POST', `${path}/resume`)).body['state']).toBe('active');
    expect((await house.send(admin, 'GET', '/identity-providers')).body['items']).toEqual([changed.body]);
    const stored = house.store.list(house.tenant.tenantId, 'identity-provider', '', { limit: 10 })[0];
    expect(stored?.body.toString('utf8')).not.toContain(CLIENT.clientSecret);
    expect((await house.send(admin, 'POST', `${path}/delete`)).status).toBe(200);
    expect((await house.send(admin, 'GET', path)).body).toMatchObject({
      error: { code: 'identity-provider-not-found' },
    });
    const entries = house.store
      .entries()
      .map(({ leaf, details }) => `${leaf.toString()}${details.toString()}`)
      .join('');
    expect(entries.includes('keystead:UpdateIdentityProvider')).toBe(true);
    expect((entries + house.logged.join('')).includes(CLIENT.clientSecret)).toBe(false);
  });

  it('vouches for nobody else by the word of somebody who may not give what newcomers get', async () => {
    const path = `/identity-providers/${(await make({ allowNewcomers: true, newcomerPolicies: ['owner'] }))['providerId'] as string}`;
    const { member, apiKey } = await house.member([]);
    const document =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["keystead:*IdentityProvider","keystead:CreateEnrolment"],"Resource":"*"}}';
    const inline = `/principals/${member.id}/inline-policies/put`;
    expect((await house.send(admin, 'POST', inline, { name: 'providers', document })).status).toBe(200);
    const update = (body: object) => house.send(apiKey, 'POST', `${path}/update`, body);
    expect((await update({ issuer: 'https://127.0.0.1:1' })).body).toMatchObject({ error: { code: 'access-denied' } });
    // Nothing is in the way of switching it off, or of taking that away from newcomers.
    expect((await house.send(apiKey, 'POST', `${path}/suspend`)).status).toBe(200);
    expect((await update({ allowNewcomers: false, newcomerPolicies: [] })).status).toBe(200);
    expect((await update({ issuer: 'https://127.0.0.1:1' })).status).toBe(200);
  });

  it('is as good as a sign-in link of whoever has one, and takes that right', async () => {
    const { member, apiKey } = await house.member([]);
    const document =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"keystead:*IdentityProvider","Resource":"*"}}';
    const inline = `/principals/${member.id}/inline-policies/put`;
    expect((await house.send(admin, 'POST', inline, { name: 'providers', document })).status).toBe(200);
    const denied = {
      error: { code: 'access-denied', message: expect.stringContaining('keystead:CreateEnrolment') as string },
    };
    expect((await house.send(apiKey, 'POST', '/identity-providers', BASE)).body).toMatchObject(denied);
    const path = `/identity-providers/${(await make())['providerId'] as string}`;
    expect((await house.send(apiKey, 'POST', `${path}/update`, { userClaim: 'sub' })).body).toMatchObject(denied);
    for (const verb of ['suspend', 'resume', 'delete'])
      expect([verb, (await house.send(apiKey, 'POST', `${path}/${verb}`)).status]).toEqual([verb, 200]);
  });

  it('keeps a secret for the issuer and the client for which it was given', async () => {
    const made = await make({ clientSecret: 'given once' });
    const path = `/identity-providers/${made['providerId'] as string}/update`;
    const missing = { error: { code: 'identity-provider-secret-missing' } };
    expect((await house.send(admin, 'POST', path, { issuer: 'https://127.0.0.1:1' })).body).toMatchObject(missing);
    expect((await house.send(admin, 'POST', path, { clientId: 'other' })).body).toMatchObject(missing);
    const anew = await house.send(admin, 'POST', path, { clientId: 'other', clientSecret: 'given anew' });
    expect(anew.body).toMatchObject({ clientId: 'other', hasClientSecret: true });
    const without = await house.send(admin, 'POST', path, { clientId: 'third', removeClientSecret: true });
    expect(without.body).toMatchObject({ clientId: 'third', hasClientSecret: false });
    const both = await house.send(admin, 'POST', path, { clientSecret: 'x', removeClientSecret: true });
    expect(both.body).toMatchObject({ error: { code: 'identity-provider-malformed' } });
  });

  it.each([
    ['a query in the issuer', { issuer: 'https://login.example.com/?x=1' }, 'identity-provider-malformed'],
    [
      'the address of the document',
      { issuer: 'https://login.example.com/.well-known/openid-configuration' },
      'identity-provider-malformed',
    ],
    ['a password in the issuer', { issuer: 'https://a:b@login.example.com' }, 'address-refused'],
    ['an issuer without TLS', { issuer: 'http://login.example.com' }, 'address-refused'],
    ['a metadata address', { issuer: 'http://169.254.169.254/latest' }, 'address-refused'],
    ['this machine, which nobody has named', { issuer: 'https://localhost' }, 'address-refused'],
    ['scopes without openid', { scopes: ['email'] }, 'identity-provider-malformed'],
    ['offline access', { scopes: ['openid', 'offline_access'] }, 'identity-provider-malformed'],
    ['a domain in another script', { emailDomains: ['exämple.com'] }, 'identity-provider-malformed'],
    ['newcomers as operators', { allowNewcomers: true, newcomerPolicies: ['operator'] }, 'identity-provider-malformed'],
    ['policies for newcomers that are not let in', { newcomerPolicies: ['user'] }, 'identity-provider-malformed'],
    ['a policy that is not there', { allowNewcomers: true, newcomerPolicies: ['nope'] }, 'access-policy-not-found'],
  ])('refuses %s', async (_, more, code) => {
    const { body } = await house.send(operator, 'POST', '/identity-providers', { ...BASE, ...more });
    expect(body).toMatchObject({ error: { code } });
  });

  it('has an operator decide over providers by which operators sign in', async () => {
    const denied = { error: { code: 'access-denied' } };
    expect(
      (await house.send(admin, 'POST', '/identity-providers', { ...BASE, forOperators: true })).body,
    ).toMatchObject(denied);
    const made = await make({ forOperators: true }, operator);
    const path = `/identity-providers/${made['providerId'] as string}`;
    expect((await house.send(admin, 'POST', `${path}/update`, { forOperators: false })).body).toMatchObject(denied);
    expect((await house.send(admin, 'POST', `${path}/update`, { emailDomains: [] })).body).toMatchObject(denied);
    expect((await house.send(admin, 'POST', `${path}/suspend`)).body).toMatchObject(denied);
    expect((await house.send(user, 'GET', path)).body).toMatchObject(denied);
  });
});

describe('the examination', () => {
  it('finds a provider that works, and one that does not', async () => {
    const made = await make({ issuer: provider.issuer, clientSecret: provider.clientSecret });
    const path = `/identity-providers/${made['providerId'] as string}`;
    const works = await house.send(admin, 'POST', `${path}/test`);
    expect(works.body).toMatchObject({ works: true, keys: 1, algorithms: ['RS256'] });
    await house.send(admin, 'POST', `${path}/update`, { clientSecret: 'wrong' });
    const wrong = await house.send(admin, 'POST', `${path}/test`);
    expect(wrong.body).toMatchObject({ works: false, failure: 'client-refused' });
    await house.send(admin, 'POST', `${path}/update`, { issuer: 'http://127.0.0.1:1', clientSecret: 'wrong' });
    expect((await house.send(admin, 'POST', `${path}/test`)).body).toMatchObject({
      works: false,
      failure: 'unreachable',
    });
  });
});
