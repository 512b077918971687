import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type CustomFetch,
  type ServerMetadata,
} from 'openid-client';
import type { EgressGuard } from '../egress.ts';
import { issuerDiffers, providerFailureOf } from './provider-failure.ts';
import { ProviderError } from './provider-error.ts';
import { PROVIDER_TIMEOUT_MS, providerFetch } from './provider-fetch.ts';

/** A provider as its record has it, and this server as its client. */
export interface ProviderAccess {
  readonly issuer: string;
  readonly clientId: string;
  /** Bytes of the client secret; absent: a public client. The caller wipes them. */
  readonly clientSecret?: Uint8Array | undefined;
}

/** What one sign-in is asked with: kept by the browser, sealed, until the provider sends it back. */
export interface SignInRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Whoever is signed in there proves anew who they are; with `isTimed` the provider is to say when that was. */
  readonly again?: { readonly isTimed: boolean } | undefined;
}

/** The claims of an ID token that holds: signature, issuer, audience, nonce, times. */
export type IdTokenClaims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/**
 * Algorithms by which ID tokens may be signed (RFC 7518, RFC 8037, RFC 9864): those with a key pair. `none` signs
 * nothing, and whoever knows a client secret, or a public key that is taken for one, could sign by HS256.
 */
const ID_TOKEN_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How long what a provider publishes of itself is kept. Its keys are asked for with every sign-in. */
const METADATA_FOR_MS = 5 * 60_000;
/** How long a failure is remembered: strangers at the door must not make this server knock on and on. */
const FAILURE_FOR_MS = 3_000;
const MAX_KNOWN = 500;
const SECONDS = 1_000;

interface Known {
  readonly metadata: Promise<ServerMetadata>;
  untilMs: number;
}

/** Speaks OpenID Connect with providers: discovery, where to send a browser, and what its return proves. */
export class ProviderClient {
  readonly #fetch: CustomFetch;
  readonly #monotonicMs: () => number;
  readonly #known = new Map<string, Known>();

  /** `monotonicMs`: a clock that never steps. */
  constructor(guard: EgressGuard, monotonicMs: () => number, timeoutMs: number = PROVIDER_TIMEOUT_MS) {
    this.#fetch = providerFetch(guard, timeoutMs);
    this.#monotonicMs = monotonicMs;
  }

  /** Where a browser is sent to sign in. @throws {ProviderError} */
  async authorizationUrl(access: ProviderAccess, request: SignInRequest): Promise<URL> {
    const configuration = this.#configurationOf(access, await this.#metadataOf(access.issuer));
    return buildAuthorizationUrl(configuration, {
      redirect_uri: request.redirectUri,
      response_type: 'code',
      scope: request.scopes.join(' '),
      state: request.state,
      nonce: request.nonce,
      code_challenge: await calculatePKCECodeChallenge(request.codeVerifier),
      code_challenge_method: 'S256',
      // OpenID Connect Core 1.0 section 3.1.2.1: with max_age the ID token has auth_time.
      ...(request.again && { prompt: 'login' }),
      ...(request.again?.isTimed === true && { max_age: '0' }),
    });
  }

  /**
   * What the return of a browser proves: state and issuer of the answer (RFC 9207), the code by exchange with PKCE, the
   * ID token by the keys that the provider publishes now.
   *
   * @throws {ProviderError}
   */
  async redeem(access: ProviderAccess, request: SignInRequest, query: URLSearchParams): Promise<IdTokenClaims> {
    const configuration = this.#configurationOf(access, await this.#metadataOf(access.issuer));
    const returned = new URL(request.redirectUri);
    returned.search = query.toString();
    try {
      const tokens = await authorizationCodeGrant(configuration, returned, {
        expectedState: request.state,
        expectedNonce: request.nonce,
        pkceCodeVerifier: request.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new ProviderError('token-refused', 'the provider sent no ID token');
      return claims;
    } catch (error) {
      throw providerFailureOf(error);
    }
  }

  /**
   * What a provider publishes, asked anew: for an administrator who wants to know whether it would work.
   *
   * @throws {ProviderError} says what is wrong
   */
  async examine(access: ProviderAccess, redirectUri: string): Promise<Examined> {
    this.#known.delete(access.issuer);
    const metadata = await this.#metadataOf(access.issuer);
    const { jwks_uri: keysAt } = metadata;
    const answer = await this.#fetch(keysAt as string, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
    });
    const keys = await usableKeys(answer);
    if (keys === 0)
      throw new ProviderError('no-usable-keys', 'the provider publishes no key by which ID tokens could be verified');
    await this.#tryClient(access, redirectUri);
    return {
      authorizationEndpoint: metadata.authorization_endpoint as string,
      algorithms: algorithmsOf(metadata),
      keys,
      saysIssuer: metadata.authorization_response_iss_parameter_supported === true,
    };
  }

  /** A code that nobody was given: a provider that knows the client refuses the code, and else the client. */
  async #tryClient(access: ProviderAccess, redirectUri: string): Promise<void> {
    const request = { redirectUri, scopes: [], state: 'none', nonce: 'none', codeVerifier: 'x'.repeat(43) };
    const query = new URLSearchParams({ code: 'keystead-connection-test', state: request.state, iss: access.issuer });
    try {
      await this.redeem(access, request, query);
    } catch (error) {
      if (error instanceof ProviderError && error.failure === 'code-refused') return;
      throw error;
    }
  }

  async #metadataOf(issuer: string): Promise<ServerMetadata> {
    const nowMs = this.#monotonicMs();
    const known = this.#known.get(issuer);
    if (known !== undefined && known.untilMs > nowMs) return known.metadata;
    if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
    const asked: Known = { metadata: this.#discover(issuer), untilMs: nowMs + METADATA_FOR_MS };
    this.#known.set(issuer, asked);
    asked.metadata.catch(() => (asked.untilMs = this.#monotonicMs() + FAILURE_FOR_MS));
    return asked.metadata;
  }

  async #discover(issuer: string): Promise<ServerMetadata> {
    let metadata: ServerMetadata;
    try {
      const found = await discovery(new URL(issuer), 'discovery', undefined, None(), {
        [customFetch]: this.#fetch,
        timeout: PROVIDER_TIMEOUT_MS / SECONDS,
        ...insecure(issuer),
      });
      metadata = { ...found.serverMetadata() };
    } catch (error) {
      throw providerFailureOf(error, 'not-a-provider');
    }
    return checkedMetadata(issuer, metadata);
  }

  #configurationOf({ issuer, clientId, clientSecret }: ProviderAccess, metadata: ServerMetadata): Configuration {
    // Objects of its own for each sign-in: the library keeps keys beside the metadata, and keys may have been withdrawn.
    const own = { ...metadata, id_token_signing_alg_values_supported: algorithmsOf(metadata) };
    const configuration = new Configuration(own, clientId, undefined, authenticationOf(metadata, clientSecret));
    configuration[customFetch] = this.#fetch;
    configuration.timeout = PROVIDER_TIMEOUT_MS / SECONDS;
    if (insecure(issuer).execute) allowInsecureRequests(configuration);
    enableNonRepudiationChecks(configuration);
    return configuration;
  }
}

/** What a provider was found to publish. */
export interface Examined {
  readonly authorizationEndpoint: string;
  /** Those of its algorithms for ID tokens that count here. */
  readonly algorithms: readonly string[];
  /** How many keys it publishes that could verify an ID token. */
  readonly keys: number;
  /** Whether it names itself when it sends a browser back (RFC 9207). */
  readonly saysIssuer: boolean;
}

/** Where the guard lets a plain address pass, this machine mostly, the library must not refuse it. */
function insecure(issuer: string): { readonly execute?: [typeof allowInsecureRequests] } {
  return issuer.startsWith('http:') ? { execute: [allowInsecureRequests] } : {};
}

function checkedMetadata(issuer: string, metadata: ServerMetadata): ServerMetadata {
  if (metadata.issuer !== issuer) throw issuerDiffers(metadata.issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const)
    if (typeof metadata[name] !== 'string' || !URL.canParse(metadata[name]))
      throw new ProviderError('not-a-provider', `the provider publishes no ${name}`);
  // A browser is sent there: nothing but a page may open.
  const { protocol } = new URL(metadata.authorization_endpoint as string);
  if (protocol !== 'https:' && !(protocol === 'http:' && issuer.startsWith('http:')))
    throw new ProviderError('not-a-provider', 'the authorization_endpoint of the provider is no https:// address');
  const types = metadata.response_types_supported;
  if (Array.isArray(types) && !types.includes('code'))
    throw new ProviderError('unsupported', 'the provider does not offer the authorization code flow');
  if (algorithmsOf(metadata).length === 0)
    throw new ProviderError('unsupported', `the provider signs ID tokens by none of ${ID_TOKEN_ALGORITHMS.join(', ')}`);
  return metadata;
}

/** OpenID Connect Discovery 1.0 section 3: a provider that says nothing signs by RS256. */
function algorithmsOf({ id_token_signing_alg_values_supported: said }: ServerMetadata): string[] {
  const offered = Array.isArray(said) ? said : ['RS256'];
  return ID_TOKEN_ALGORITHMS.filter((algorithm) => offered.includes(algorithm));
}

/** OpenID Connect Discovery 1.0 section 3: a provider that says nothing takes client_secret_basic. */
function authenticationOf(metadata: ServerMetadata, secret: Uint8Array | undefined): ClientAuth {
  if (secret === undefined) return None();
  const text = Buffer.from(secret).toString('utf8');
  const offered = metadata.token_endpoint_auth_methods_supported;
  const isByPost =
    Array.isArray(offered) && !offered.includes('client_secret_basic') && offered.includes('client_secret_post');
  return isByPost ? ClientSecretPost(text) : ClientSecretBasic(text);
}

async function usableKeys(answer: Response): Promise<number> {
  const text = await answer.text();
  let published: unknown;
  try {
    published = JSON.parse(text);
  } catch {
    published = undefined;
  }
  const keys = (published as { readonly keys?: unknown } | null | undefined)?.keys;
  if (answer.status !== 200 || !Array.isArray(keys))
    throw new ProviderError('no-usable-keys', `the provider's jwks_uri answered ${answer.status} and no set of keys`);
  return keys.filter(isUsable).length;
}

function isUsable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, use } = key as { readonly kty?: unknown; readonly use?: unknown };
  return ['RSA', 'EC', 'OKP'].includes(kty as string) && (use === undefined || use === 'sig');
}
