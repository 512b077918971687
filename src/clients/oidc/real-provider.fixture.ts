import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import Provider, { type JWK } from 'oidc-provider';

/** Somebody who has an account at the provider. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly preferred_username?: string;
  readonly amr?: readonly string[];
}

/** A real OpenID provider on loopback, whose people need no screen to sign in. */
export interface RealProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where browsers may be sent back to: set it before somebody signs in. */
  readonly redirectUris: string[];
  /** Goes the way of a browser through the provider as this person: the address that the provider sends it back to. */
  signIn(authorizationUrl: string, account: Account): Promise<string>;
  /** Who signs in next, for browsers that find their own way. */
  willSignIn(account: Account): void;
  /** Signs with another key from now on, and publishes that alone. */
  rotateKeys(): Promise<void>;
  /** The paths that it was asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

export const CLIENT = { clientId: 'keystead', clientSecret: 'a-secret-of-the-client-of-32-chars' } as const;

/** @param callbackOf where the provider that calls itself so may send browsers back to */
export async function realProvider(callbackOf: (issuer: string) => string): Promise<RealProvider> {
  const accounts = new Map<string, Account>();
  const asked: string[] = [];
  let next: Account = { sub: 'nobody' };
  let handle: (...args: Parameters<Exclude<Parameters<typeof createServer>[1], undefined>>) => unknown;
  const server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    asked.push((request.url ?? '').split('?')[0] as string);
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const redirectUris = [callbackOf(issuer)];

  const start = (): void => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: redirectUris,
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      jwks: { keys: [signingKey()] },
      cookies: { keys: ['of the test'] },
      pkce: { required: () => true },
      conformIdTokenClaims: false,
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, sub: string) => ({
        accountId: sub,
        claims: async () => ({ ...accounts.get(sub), sub }),
      }),
    });
    const answer = provider.callback();
    handle = async (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) return answer(request, response);
      const { params } = await provider.interactionDetails(request, response);
      const grant = new provider.Grant({ accountId: next.sub, clientId: params['client_id'] as string });
      grant.addOIDCScope('openid email profile');
      const login = { accountId: next.sub, ...(next.amr && { amr: [...next.amr] }) };
      await provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } });
    };
  };
  start();
  const willSignIn = (account: Account): void => {
    accounts.set(account.sub, account);
    next = account;
  };

  return {
    issuer,
    ...CLIENT,
    redirectUris,
    asked,
    willSignIn,
    async signIn(authorizationUrl, account) {
      willSignIn(account);
      const jar = new Map<string, string>();
      let url = authorizationUrl;
      for (let hops = 0; hops < 10; hops++) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
        await response.arrayBuffer();
        for (const set of response.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) as unknown as [string, string, string];
          jar.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) throw new Error(`the provider answered ${response.status} at ${url}`);
        url = new URL(location, url).href;
        if (!url.startsWith(issuer)) return url;
      }
      throw new Error('the provider goes on redirecting');
    },
    rotateKeys: async () => start(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let keysMade = 0;

function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: `key-${keysMade++}` };
}
