import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { putPrincipal } from '../../identity/principal.ts';
import { issueApiKey, suspendCredential } from '../../identity/credential.ts';
import { StoreFullError } from '../../records/ports.ts';
import { revokeTokenSigningKey, rotateTokenSigningKeys, signingKeyAt } from '../../identity/token-signing-keys.ts';
import type { Put } from '../../records/commit.ts';
import { INSTALLATION } from '../../records/record.ts';
import { World, type Account, type Actor } from '../key-protect/key-protect.fixture.ts';
import { API_KEY_GRANT, issuerOf } from './claims.ts';
import { iamRoutes } from './endpoint.ts';

const world = new World();
const account = await world.account();
const { directory, tokens, pipeline, clock, unauthenticated, signingKeys: keys, faults } = world;
const onFault = (error: unknown) => void faults.push(error);
const issuer = issuerOf('world');
const routes = iamRoutes({ directory, tokens, keys, issuer, pipeline, clock, unauthenticated, onFault });

interface Answered {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function send(method: string, path: string, body = '', headers: readonly string[] = []): Promise<Answered> {
  const route = routes.find((one) => one.method === method && one.path === path);
  const answer = await route?.handler({
    method,
    path,
    query: '',
    rawHeaders: headers,
    body: Buffer.from(body),
    remoteAddress: '127.0.0.1',
    requestId: 'r-1',
  });
  if (answer === undefined) throw new TypeError(`no route for ${method} ${path}`);
  return { status: answer.status, body: JSON.parse(answer.body.toString('utf8')) };
}

function form(apikey: string, more: Readonly<Record<string, string>> = {}): string {
  return String(new URLSearchParams({ grant_type: API_KEY_GRANT, apikey, response_type: 'cloud_iam', ...more }));
}

async function tokenOf({ token: apiKey }: Actor): Promise<string> {
  const { status, body } = await send('POST', '/identity/token', form(apiKey));
  expect(status).toBe(200);
  return body.access_token as string;
}

/** What the Key Protect endpoint says of a token: 404 where it proves somebody, since there is no such path. */
async function knows(token: string, of: Account = account): Promise<number> {
  return (await world.call(of, { id: '', token }, 'GET', '/nothing')).status;
}

const PROVEN = 404;

function logText(): string {
  return world.store
    .entries()
    .map(({ leaf, details }) => leaf.toString('utf8') + details.toString('latin1'))
    .join('\n');
}

describe('a token', () => {
  it.each(['/identity/token', '/oidc/token'])('is given for an API key at %s', async (path) => {
    const { status, body } = await send('POST', path, form(account.admin.token), ['Authorization', 'Basic Yng6Yng=']);
    expect(status).toBe(200);
    const seconds = Math.floor(world.clock() / 1000);
    expect(body).toMatchObject({
      refresh_token: 'not_supported',
      token_type: 'Bearer',
      expires_in: 3600,
      expiration: seconds + 3600,
      scope: 'ibm openid',
    });
    expect(decodeJwt(body.access_token)).toMatchObject({
      iam_id: `IBMid-${account.admin.id}`,
      id: `IBMid-${account.admin.id}`,
      realmid: 'IBMid',
      identifier: account.admin.id,
      sub: 'admin',
      account: { valid: true, bss: account.tenant.accountId },
      iat: seconds,
      exp: seconds + 3600,
      iss: issuerOf('world'),
      grant_type: API_KEY_GRANT,
      scope: 'ibm openid',
      client_id: 'bx',
    });
    expect(await knows(body.access_token)).toBe(PROVEN);
  });

  it('verifies with the published keys, and those are public', async () => {
    const token = await tokenOf(account.admin);
    const { body } = await send('GET', '/identity/keys');
    expect(Object.keys(body.keys[0]).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const verified = await jwtVerify(token, createLocalJWKSet(body as JSONWebKeySet), {
      currentDate: new Date(world.clock()),
    });
    expect(verified.protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: body.keys[0].kid });
  });

  it('leads to its issuer', async () => {
    const { body } = await send('GET', '/identity/.well-known/openid-configuration', '', ['Host', 'kms.example.com']);
    expect(body).toMatchObject({ issuer: issuerOf('world'), jwks_uri: 'http://kms.example.com/identity/keys' });
    const odd = await send('GET', '/identity/.well-known/openid-configuration', '', ['Host', 'a"b/c']);
    expect(odd.body.jwks_uri).toBe('/identity/keys');
  });

  it('is in the log of its tenant, under its id and not itself', async () => {
    const token = await tokenOf(account.admin);
    const entries = logText();
    expect(entries).toContain(decodeJwt(token).jti);
    expect(entries).not.toContain(token.slice(-20));
  });

  it('of a program names a service id', async () => {
    const actor = await world.actor(account.tenant, 'robot', ['user'], { program: true });
    const claims = decodeJwt(await tokenOf(actor));
    expect(claims).toMatchObject({
      iam_id: `iam-ServiceId-${actor.id}`,
      realmid: 'iam',
      sub: `ServiceId-${actor.id}`,
      sub_type: 'ServiceId',
    });
  });
});

describe('a request for a token', () => {
  it.each([
    ['nothing', '', 'BXNIM0109E', "Property 'grant_type'"],
    ['no API key', form(''), 'BXNIM0109E', "Property 'apikey'"],
    ['an API key that nobody has', form(`ks_${'A'.repeat(43)}`), 'BXNIM0415E', 'undefined'],
    ['what is no API key', form('ks_1'), 'BXNIM0415E', 'undefined'],
    ['a refresh token', 'grant_type=refresh_token&refresh_token=x', 'BXNIM0106E', "'grant_type'"],
    ['a password', 'grant_type=password&username=a&password=b', 'BXNIM0106E', "'grant_type'"],
    ['a trusted profile', 'grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=x', 'BXNIM0106E', 'grant'],
    ['another response', form('x', { response_type: 'cloud_iam uaa' }), 'BXNIM0106E', "'response_type'"],
    ['a property twice', `${form(account.admin.token)}&apikey=x`, 'BXNIM0106E', 'twice'],
    ['too much', Array.from({ length: 40 }, (_, i) => `a${i}=1`).join('&'), 'BXNIM0106E', 'At most'],
  ])('with %s is refused', async (_, body, errorCode, details) => {
    const { status, body: answer } = await send('POST', '/identity/token', body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ errorCode, context: { requestId: 'r-1', requestType: 'incoming.Identity_Token' } });
    expect(String(answer.errorDetails)).toContain(details);
  });

  it('is counted where nobody is behind it', async () => {
    const before = logText().length;
    await world.unauthenticated.flush(world.store, world.clock(), world.random);
    const counted = logText().slice(before);
    for (const reason of ['api-key-not-valid', 'malformed-api-key', 'no-api-key', 'malformed-request'])
      expect(counted).toContain(`"reason":"${reason}"`);
  });
});

const PART = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(header: object, claims: object, key: KeyObject): string {
  const text = `${PART(header)}.${PART(claims)}`;
  return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`;
}

describe('a token that is none', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each<[string, (good: Good) => string]>([
    ['has no signature', ({ header, claims }) => `${PART({ ...header, alg: 'none' })}.${PART(claims)}.`],
    [
      'has no signature, in other words',
      ({ header, claims }) => `${PART({ ...header, alg: 'nOnE' })}.${PART(claims)}.`,
    ],
    ['has its signature cut off', ({ token }) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['is signed by HMAC with the public key in PEM', (good) => hmac(good, good.publicKey.export(PEM))],
    ['is signed by HMAC with the public key in DER', (good) => hmac(good, good.publicKey.export(DER))],
    ['is signed by another key under our key id', ({ header, claims }) => signed(header, claims, other.privateKey)],
    [
      'brings its own key',
      ({ header, claims }) =>
        signed({ ...header, jwk: other.publicKey.export({ format: 'jwk' }) }, claims, other.privateKey),
    ],
    ['has another key id', ({ header, claims, privateKey }) => signed({ ...header, kid: 'x' }, claims, privateKey)],
    ['has no key id', ({ header, claims, privateKey }) => signed({ ...header, kid: undefined }, claims, privateKey)],
    ['claims RS512', ({ header, claims, privateKey }) => signed({ ...header, alg: 'RS512' }, claims, privateKey)],
    [
      'has a critical header',
      ({ header, claims, privateKey }) => signed({ ...header, crit: ['x'], x: 1 }, claims, privateKey),
    ],
    [
      'is of another issuer',
      ({ header, claims, privateKey }) =>
        signed(header, { ...claims, iss: 'https://iam.cloud.ibm.com/identity' }, privateKey),
    ],
    ['ended', ({ header, claims, privateKey, now }) => signed(header, { ...claims, exp: now }, privateKey)],
    ['never ends', ({ header, claims, privateKey }) => signed(header, { ...claims, exp: undefined }, privateKey)],
    [
      'has yet to begin',
      ({ header, claims, privateKey, now }) => signed(header, { ...claims, nbf: now + 1 }, privateKey),
    ],
    [
      'leads to no credential',
      ({ header, claims, privateKey }) => signed(header, { ...claims, keystead: undefined }, privateKey),
    ],
    ['leads to nothing', ({ header, claims, privateKey }) => signed(header, { ...claims, keystead: null }, privateKey)],
    [
      'leads to a credential of nobody',
      ({ header, claims, privateKey }) =>
        signed(header, { ...claims, keystead: { tenant: account.tenant.tenantId, credential: 'x' } }, privateKey),
    ],
    [
      'was tampered with',
      ({ token, header, claims }) => `${PART(header)}.${PART({ ...claims, sub: 'x' })}.${token.split('.')[2]}`,
    ],
    [
      'is of another type',
      ({ header, claims, privateKey }) => signed({ ...header, typ: 'at+jwt' }, claims, privateKey),
    ],
    ['has a part too many', ({ token }) => `${token}.x`],
    ['has a part too few', ({ token }) => token.split('.').slice(0, 2).join('.')],
    ['is rubbish', () => 'a.b.c'],
    ['is empty but for its dots', () => '..'],
  ])('because it %s proves nobody', async (_, forge) => {
    const good = await goodToken();
    expect(await knows(good.token)).toBe(PROVEN);
    expect(await knows(forge(good))).toBe(401);
  });

  it('is refused in the form that Bearer must have, too', async () => {
    expect(await knows('a b')).toBe(400);
  });

  const PEM = { format: 'pem', type: 'spki' } as const;
  const DER = { format: 'der', type: 'spki' } as const;

  function hmac({ header, claims }: Good, key: string | Buffer): string {
    const text = `${PART({ ...header, alg: 'HS256' })}.${PART(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }
});

describe('a token with one character changed', () => {
  it('proves nobody, wherever it is', async () => {
    const { token } = await goodToken();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    // The last character of a signature of 256 bytes has four bits that mean nothing.
    const at = fc.nat({ max: token.length - 2 });
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom(...alphabet.split('')), async (i, character) => {
        fc.pre(token[i] !== character);
        expect(await knows(token.slice(0, i) + character + token.slice(i + 1))).toBe(401);
      }),
      { numRuns: 150 },
    );
  });
});

interface Good {
  readonly token: string;
  readonly header: object;
  readonly claims: object;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly now: number;
}

async function goodToken(): Promise<Good> {
  const token = await tokenOf(account.admin);
  const { keys } = await world.signingKeys.take(world.clock());
  const [{ privateKey, publicKey }] = keys as [(typeof keys)[number]];
  const now = Math.floor(world.clock() / 1000);
  return { token, header: decodeProtectedHeader(token), claims: decodeJwt(token), privateKey, publicKey, now };
}

it('says that there is no room to record a token, and what goes on without one', async () => {
  const record = vi.spyOn(world.store, 'record').mockRejectedValue(new StoreFullError('full'));
  // What is kept for switching off is not all gone: whoever comes for that gets a token.
  expect((await send('POST', '/identity/token', form(account.admin.token))).status).toBe(200);
  const commit = vi.spyOn(world.store, 'commit').mockRejectedValue(new StoreFullError('full'));
  const { status, body } = await send('POST', '/identity/token', form(account.admin.token));
  record.mockRestore();
  commit.mockRestore();
  expect([status, body.errorCode]).toEqual([500, 'BXNIM0060E']);
  expect(body.errorDetails).toContain('disabled');
  expect(faults.splice(0)).toHaveLength(1);
});

describe('a token stands on the key that signed it', () => {
  const signing = async () => {
    const found = await world.signingKeys.take(world.clock());
    return { found, kid: signingKeyAt(found, world.clock()).kid };
  };
  const put = (write: Put) => world.commit(account.tenant, [write], INSTALLATION);
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;

  it('while another one signs', async () => {
    const token = await tokenOf(account.admin);
    const { found } = await signing();
    await put(await rotateTokenSigningKeys(world.barrier, found, world.clock(), world.random));
    const next = await tokenOf(account.admin);
    expect(kidOf(next)).not.toBe(kidOf(token));
    expect([await knows(token), await knows(next)]).toEqual([PROVEN, PROVEN]);
  });

  it('until that is revoked, at once, known or not', async () => {
    const [token, unknown] = [await tokenOf(account.admin), await tokenOf(account.admin)];
    expect(await knows(token)).toBe(PROVEN);
    const { found, kid } = await signing();
    await put(await revokeTokenSigningKey(world.barrier, found, kid, world.clock(), world.random));
    expect([await knows(token), await knows(unknown)]).toEqual([401, 401]);
    const next = await tokenOf(account.admin);
    expect(await knows(next)).toBe(PROVEN);
    const { body } = await send('GET', '/identity/keys');
    expect((body.keys as { kid: string }[]).map((key) => key.kid)).not.toContain(kid);
  });
});

describe('a token stands on its API key', () => {
  it('until its hour is over', async () => {
    const token = await tokenOf(account.admin);
    const start = world.clock();
    world.clock.set(start + 3_599_000);
    expect(await knows(token)).toBe(PROVEN);
    world.clock.set(start + 3_600_000);
    expect(await knows(token)).toBe(401);
    world.clock.set(start);
  });

  it('and ends with it', async () => {
    const { tenant } = account;
    const actor = await world.actor(tenant, 'ending', ['user']);
    const nowMs = world.clock();
    const more = { expiresAtMs: nowMs + 600_500 };
    const issued = issueApiKey(tenant, actor.id, nowMs, world.random, more);
    await world.commit(tenant, [issued.write], tenant.tenantId);
    const { body } = await send('POST', '/identity/token', form(issued.secret.toString('ascii')));
    expect(body).toMatchObject({ expires_in: 600, expiration: Math.floor(nowMs / 1000) + 600 });
    expect(await knows(body.access_token)).toBe(PROVEN);
    world.clock.set(nowMs + 600_500);
    expect(await knows(body.access_token)).toBe(401);
    expect((await send('POST', '/identity/token', form(issued.secret.toString('ascii')))).status).toBe(400);
    world.clock.set(nowMs);
  });

  it('until the API key is suspended, at once', async () => {
    const actor = await world.actor(account.tenant, 'left', ['user']);
    const token = await tokenOf(actor);
    expect(await knows(token)).toBe(PROVEN);
    const { keystead } = decodeJwt<{ keystead: { tenant: string; credential: string } }>(token);
    const proof = await world.directory.byCredential(keystead.tenant, keystead.credential);
    if (proof === undefined) throw new TypeError('it was there');
    await world.commit(account.tenant, [suspendCredential(account.tenant, proof.credential)], account.tenant.tenantId);
    expect(await knows(token)).toBe(401);
    expect((await send('POST', '/identity/token', form(actor.token))).body.errorCode).toBe('BXNIM0415E');
  });

  it('until its user is suspended, at once', async () => {
    const actor = await world.actor(account.tenant, 'suspended', ['user']);
    const token = await tokenOf(actor);
    expect(await knows(token)).toBe(PROVEN);
    const member = await world.directory.member(account.tenant, actor.id);
    if (member === undefined) throw new TypeError('it was there');
    const { write } = putPrincipal(account.tenant, { ...member, state: 'suspended' });
    await world.commit(account.tenant, [write], account.tenant.tenantId);
    expect(await knows(token)).toBe(401);
  });
});
