import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';

/** What a lying provider says in place of what it should. */
export interface Lies {
  /** Members of the discovery document. */
  metadata?: Record<string, unknown>;
  /** Claims of the ID token. */
  claims?: Record<string, unknown>;
  /** Signs the ID token some other way. */
  sign?: (claims: JWTPayload, keys: HostileKeys) => Promise<string> | string;
  /** Answers instead, at the path that it wants. @returns whether it did */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** The keys of a lying provider: `own` is the one that it publishes. */
export interface HostileKeys {
  readonly own: KeyObject;
  readonly ownPublic: KeyObject;
  readonly other: KeyObject;
}

export interface HostileProvider {
  readonly issuer: string;
  lies: Lies;
  /** The nonce that the next ID token bears. */
  nonce: string;
  readonly asked: string[];
  close(): Promise<void>;
}

/** A provider that tells the truth until it is told to lie. */
export async function hostileProvider(clientId: string): Promise<HostileProvider> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const keys: HostileKeys = { own: own.privateKey, ownPublic: own.publicKey, other: other.privateKey };
  const published = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }] };
  const answers: Readonly<Record<string, () => unknown>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: house.issuer,
      authorization_endpoint: `${house.issuer}/authorize`,
      token_endpoint: `${house.issuer}/token`,
      jwks_uri: `${house.issuer}/jwks`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
      ...house.lies.metadata,
    }),
    '/jwks': () => published,
    '/token': async () => {
      const now = Math.floor(Date.now() / 1000);
      const honest = { iss: house.issuer, aud: clientId, sub: 'u-1', iat: now, exp: now + 60, nonce: house.nonce };
      const claims: JWTPayload = { ...honest, ...house.lies.claims };
      const { sign = signed } = house.lies;
      return { access_token: 'at', token_type: 'Bearer', id_token: await sign(claims, keys) };
    },
  };
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0] as string;
    house.asked.push(path);
    if (house.lies.answer?.(request, response) === true) return;
    void Promise.resolve(answers[path]?.()).then((body) => {
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const house: HostileProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies: {},
    nonce: '',
    asked: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return house;
}

function signed(claims: JWTPayload, { own }: HostileKeys): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(own);
}

/** Ways to sign an ID token that prove nothing. */
export const FORGERIES: Readonly<Record<string, NonNullable<Lies['sign']>>> = {
  'nothing at all': (claims) => new UnsecuredJWT(claims).encode(),
  'nothing, spelt another way': async (claims, keys) => withHeader(await signed(claims, keys), { alg: 'NONE' }, ''),
  'the public key as a shared secret': (claims, { ownPublic }) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(Buffer.from(ownPublic.export({ format: 'pem', type: 'spki' }))),
  'a shared secret': (claims) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('a-secret-of-the-client-of-32-chars')),
  'a key that it does not publish': (claims, { other }) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(other),
  'a key that the token brings': async (claims, { other }) => {
    const { n, e } = other.export({ format: 'jwk' }) as { readonly n: string; readonly e: string };
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', jwk: { kty: 'RSA', n, e } }).sign(other);
  },
  'another algorithm than the key has': async (claims, { own }) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'one' }).sign(own),
  'a signature of other claims': async (claims, keys) => {
    const [header, , signature] = (await signed(claims, keys)).split('.');
    const [, payload] = (await signed({ ...claims, sub: 'u-2' }, keys)).split('.');
    return [header, payload, signature].join('.');
  },
};

function withHeader(token: string, header: object, signature: string): string {
  const [, payload] = token.split('.');
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.');
}
