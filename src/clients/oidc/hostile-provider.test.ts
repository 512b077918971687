import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EgressGuard } from '../egress.ts';
import { FORGERIES, hostileProvider, type HostileProvider, type Lies } from './hostile-provider.fixture.ts';
import { ProviderClient, type SignInRequest } from './provider-client.ts';

const CLIENT_ID = 'keystead';
const REQUEST: SignInRequest = {
  redirectUri: 'http://127.0.0.1:9/callback',
  scopes: ['openid'],
  state: 'the-state',
  nonce: 'the-nonce',
  codeVerifier: 'v'.repeat(43),
};
/** More than any answer takes on a busy machine. */
const TIMEOUT_MS = 60_000;

let provider: HostileProvider;

beforeAll(async () => {
  provider = await hostileProvider(CLIENT_ID);
});
afterEach(() => {
  provider.lies = {};
  provider.asked.length = 0;
});
afterAll(() => provider.close());

let nowMs = 0;

function client(allowedHosts: readonly string[] = ['127.0.0.1'], timeoutMs = TIMEOUT_MS): ProviderClient {
  return new ProviderClient(new EgressGuard({ allowedHosts }), () => nowMs, timeoutMs);
}

function redeem(lies: Lies, query: Record<string, string> = {}, by = client()) {
  provider.lies = lies;
  provider.nonce = REQUEST.nonce;
  const access = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: Buffer.from('a-secret-of-the-client-of-32-chars'),
  };
  return by.redeem(access, REQUEST, new URLSearchParams({ code: 'code', state: REQUEST.state, ...query }));
}

it('believes the truth', async () => expect((await redeem({})).sub).toBe('u-1'));

describe('an ID token signed by', () => {
  it.each(Object.entries(FORGERIES))('%s is refused', async (_, sign) => {
    await expect(redeem({ sign })).rejects.toMatchObject({ failure: 'token-refused' });
  });
});

const NOW_S = Math.floor(Date.now() / 1000);

describe('an ID token with', () => {
  it.each<[string, Lies['claims']]>([
    ['another issuer', { iss: 'https://other.example.com' }],
    ['the issuer with a slash', { iss: 'http://127.0.0.1/' }],
    ['another audience', { aud: 'other' }],
    ['several audiences and another party', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['an end that is over', { exp: NOW_S - 600 }],
    ['a beginning that is to come', { nbf: NOW_S + 600 }],
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['no subject', { sub: undefined }],
    ['no end', { exp: undefined }],
  ])('%s is refused', async (_, claims) => {
    await expect(redeem({ claims: claims ?? {} })).rejects.toMatchObject({ failure: 'token-refused' });
  });
});

describe('a provider that', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['calls itself something else', { issuer: 'https://login.example.com' }, 'issuer-differs'],
    ['has no token endpoint', { token_endpoint: undefined }, 'not-a-provider'],
    ['has no keys', { jwks_uri: undefined }, 'not-a-provider'],
    [
      'signs by nothing and by secrets alone',
      { id_token_signing_alg_values_supported: ['none', 'HS256'] },
      'unsupported',
    ],
    ['offers the implicit flow alone', { response_types_supported: ['id_token'] }, 'unsupported'],
    ['sends browsers to a script', { authorization_endpoint: 'javascript:alert(1)' }, 'not-a-provider'],
    ['keeps its codes at a metadata address', { token_endpoint: 'http://169.254.169.254/token' }, 'not-allowed'],
    ['keeps its codes on this machine', { token_endpoint: 'http://localhost:1/token' }, 'not-allowed'],
    ['keeps its keys at a metadata address', { jwks_uri: 'http://169.254.169.254/jwks' }, 'not-allowed'],
    ['keeps its keys in a file', { jwks_uri: 'file:///etc/passwd' }, 'not-allowed'],
  ])('%s is refused', async (_, metadata, failure) => {
    await expect(redeem({ metadata })).rejects.toMatchObject({ failure });
  });

  it.each<[string, NonNullable<Lies['answer']>, string]>([
    [
      'redirects',
      (_, response) => !!response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'redirect',
    ],
    ['says nothing', () => true, 'timed-out'],
    [
      'goes on and on',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(Buffer.alloc(300 * 1024, ' '));
        return true;
      },
      'answer-too-large',
    ],
    [
      'answers in HTML',
      (_, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'not-a-provider',
    ],
    ['breaks off', (request) => !!request.socket.destroy(), 'unreachable'],
  ])('%s is refused', async (_, answer, failure) => {
    const by = client(undefined, failure === 'timed-out' ? 300 : TIMEOUT_MS);
    await expect(redeem({ answer }, {}, by)).rejects.toMatchObject({ failure });
  });

  it('is down is refused, and works when it is back', async () => {
    const by = client();
    await expect(redeem({ answer: (request) => !!request.socket.destroy() }, {}, by)).rejects.toMatchObject({
      failure: 'unreachable',
    });
    const knocks = provider.asked.length;
    await expect(redeem({}, {}, by)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(provider.asked.length).toBe(knocks);
    nowMs += 3_001;
    expect((await redeem({}, {}, by)).sub).toBe('u-1');
  });

  it('is on this machine is not called unless the operator names the machine', async () => {
    await expect(redeem({}, {}, client([]))).rejects.toMatchObject({ failure: 'not-allowed' });
    const byDefault = new ProviderClient(new EgressGuard(), () => nowMs);
    await expect(redeem({}, {}, byDefault)).rejects.toMatchObject({ failure: 'not-allowed' });
    expect(provider.asked).toEqual([]);
  });

  it('has another state or sends an error gets no code', async () => {
    await expect(redeem({}, { state: 'other' })).rejects.toMatchObject({ failure: 'token-refused' });
    await expect(redeem({}, { error: 'access_denied' })).rejects.toMatchObject({ failure: 'response-refused' });
    await expect(redeem({}, { iss: 'https://other.example.com' })).rejects.toMatchObject({ failure: 'token-refused' });
    expect(provider.asked).not.toContain('/token');
  });

  it.each([
    ['invalid_grant', undefined],
    ['invalid_client', 'client-refused'],
    ['invalid_request', 'client-refused'],
    ['server_error', 'client-refused'],
  ])('answers the examination with %s works only where it is the code that it refuses', async (error, failure) => {
    provider.lies = {
      answer: (request, response) => {
        if (request.url !== '/token') return false;
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
        return true;
      },
    };
    const access = { issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: Buffer.from('s'.repeat(34)) };
    const examined = await client()
      .examine(access, REQUEST.redirectUri)
      .then(
        () => undefined,
        (thrown: { failure: string }) => thrown.failure,
      );
    expect(examined).toBe(failure);
  });
});
