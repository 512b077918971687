import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EgressGuard } from '../egress.ts';
import { ProviderClient, type SignInRequest } from './provider-client.ts';
import { realProvider, type RealProvider } from './real-provider.fixture.ts';

const REDIRECT = 'http://127.0.0.1:9/callback';
const REQUEST: SignInRequest = {
  redirectUri: REDIRECT,
  scopes: ['openid', 'email', 'profile'],
  state: 'state-of-this-sign-in',
  nonce: 'nonce-of-this-sign-in',
  codeVerifier: 'v'.repeat(43),
};
const ANNA = { sub: 'u-1', email: 'anna@example.com', email_verified: true, amr: ['pwd', 'otp'] };

let provider: RealProvider;
const client = new ProviderClient(new EgressGuard({ allowedHosts: ['127.0.0.1'] }), () => performance.now(), 60_000);

beforeAll(async () => {
  provider = await realProvider(() => REDIRECT);
});
afterAll(() => provider.close());

const access = () => ({
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: Buffer.from(provider.clientSecret),
});

async function returned(request = REQUEST): Promise<URLSearchParams> {
  const url = await client.authorizationUrl(access(), request);
  return new URL(await provider.signIn(url.href, ANNA)).searchParams;
}

describe('with a real provider', () => {
  it('sends a browser there with PKCE, state and nonce, and believes its return', async () => {
    const url = await client.authorizationUrl(access(), REQUEST);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: REQUEST.state,
      nonce: REQUEST.nonce,
      redirect_uri: REDIRECT,
    });
    expect(url.searchParams.get('code_challenge')).not.toBe(REQUEST.codeVerifier);
    const claims = await client.redeem(access(), REQUEST, await returned());
    expect(claims).toMatchObject({ iss: provider.issuer, ...ANNA });
  });

  it('believes a provider right after it changed its keys', async () => {
    await client.redeem(access(), REQUEST, await returned());
    await provider.rotateKeys();
    expect((await client.redeem(access(), REQUEST, await returned())).sub).toBe(ANNA.sub);
  });

  it('asks for the discovery document once for many, and for the keys each time', async () => {
    provider.asked.length = 0;
    await client.redeem(access(), REQUEST, await returned());
    await client.redeem(access(), REQUEST, await returned());
    const count = (path: string) => provider.asked.filter((one) => one === path).length;
    expect([count('/.well-known/openid-configuration'), count('/jwks')]).toEqual([0, 2]);
  });

  it.each([
    ['another state', { state: 'of another sign-in' }, 'token-refused'],
    ['another nonce', { nonce: 'of another sign-in' }, 'token-refused'],
    ['another verifier', { codeVerifier: 'w'.repeat(43) }, 'code-refused'],
  ])('refuses %s', async (_, other, failure) => {
    const query = await returned();
    await expect(client.redeem(access(), { ...REQUEST, ...other }, query)).rejects.toMatchObject({ failure });
  });

  it('refuses a code that was used, a wrong client secret, and another issuer in the answer', async () => {
    const query = await returned();
    await client.redeem(access(), REQUEST, query);
    await expect(client.redeem(access(), REQUEST, query)).rejects.toMatchObject({ failure: 'code-refused' });
    const wrong = { ...access(), clientSecret: Buffer.from('wrong') };
    await expect(client.redeem(wrong, REQUEST, await returned())).rejects.toMatchObject({ failure: 'client-refused' });
    const mixed = await returned();
    mixed.set('iss', 'https://other.example.com');
    await expect(client.redeem(access(), REQUEST, mixed)).rejects.toMatchObject({ failure: 'token-refused' });
    const unnamed = await returned();
    unnamed.delete('iss');
    await expect(client.redeem(access(), REQUEST, unnamed)).rejects.toMatchObject({ failure: 'token-refused' });
  });

  it('examines it, and finds a wrong secret without anybody signing in', async () => {
    expect(await client.examine(access(), REDIRECT)).toMatchObject({
      algorithms: ['RS256'],
      keys: 1,
      saysIssuer: true,
    });
    const wrong = { ...access(), clientSecret: Buffer.from('wrong') };
    await expect(client.examine(wrong, REDIRECT)).rejects.toMatchObject({ failure: 'client-refused' });
    const slashed = { ...access(), issuer: `${provider.issuer}/` };
    await expect(client.examine(slashed, REDIRECT)).rejects.toMatchObject({ failure: 'issuer-differs' });
  });
});
