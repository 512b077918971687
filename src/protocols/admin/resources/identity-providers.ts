import Type from 'typebox';
import { IdentityError } from '../../../identity/errors.ts';
import { LIMITS } from '../../../identity/limits.ts';
import {
  changeIdentityProvider,
  makeIdentityProvider,
  readIdentityProvider,
  removeIdentityProvider,
  setIdentityProviderState,
} from '../../../identity/oidc/identity-provider.ts';
import { USER_CLAIMS } from '../../../identity/oidc/provider-terms.ts';
import { ownCallbackUrl } from '../sign-in/callback-url.ts';
import { examineProvider } from '../sign-in/provider-examination.ts';
import {
  PROVIDER,
  providerAt,
  requireProvider,
  secretOf,
  showProvider,
  termsFrom,
  withPolicyNames,
  targetsOf,
} from '../identity-providers.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed, DISPLAY_NAME, named, PAGE, paged, pageFrom, pageOf, POLICY_NAMES, UUID } from '../schema.ts';

const TERMS = {
  scopes: Type.Optional(
    Type.Array(Type.String(), { maxItems: 20, description: 'openid among them; by default openid, email, profile' }),
  ),
  userClaim: Type.Optional(
    Type.Enum(USER_CLAIMS, {
      description:
        'which claim is compared with the name of an invited user: email (which the provider must have verified; the default), preferred_username, sub',
    }),
  ),
  emailDomains: Type.Optional(
    Type.Array(Type.String(), { maxItems: 50, description: 'domains whose people are let in; none: any' }),
  ),
  allowNewcomers: Type.Optional(
    Type.Boolean({ description: 'whether a user is made for whoever the provider vouches for; by default none is' }),
  ),
  newcomerPolicies: Type.Optional(POLICY_NAMES),
  requireMultiFactor: Type.Optional(
    Type.Boolean({ description: 'whether the provider must say that it asked for more than a password' }),
  ),
  forOperators: Type.Optional(
    Type.Boolean({ description: 'whether operators may sign in by it; takes an operator to say so' }),
  ),
};
const ISSUER = Type.String({
  minLength: 8,
  maxLength: 1_000,
  description: 'as the provider calls itself, to the letter',
});
const CLIENT_ID = Type.String({ minLength: 1, maxLength: 500 });
const CLIENT_SECRET = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'kept wrapped, never shown again; none for a public client, which proves itself by PKCE alone',
});
const PARAMS = closed({ providerId: UUID });
const EXAMPLE = { providerId: '4f6b1f0a-7f1e-4a80-9c58-0d2f7a3c1e55' };

export const createIdentityProvider = adminRoute({
  id: 'createIdentityProvider',
  method: 'POST',
  path: '/identity-providers',
  action: 'keystead:CreateIdentityProvider',
  summary: 'Has people of the own tenant sign in by an OpenID provider. Register the callback URL of the answer there',
  status: 201,
  body: closed({
    name: DISPLAY_NAME,
    issuer: ISSUER,
    clientId: CLIENT_ID,
    clientSecret: Type.Optional(CLIENT_SECRET),
    ...TERMS,
  }),
  answer: PROVIDER,
  example: { body: { name: 'Example Corp', issuer: 'https://login.example.com', clientId: 'keystead' } },
  prepare: (context, { body }) => ({
    targets: targetsOf(context, 'keystead:CreateIdentityProvider', undefined, body),
    details: detailsOf(body),
    run: async (nowMs) => {
      const { services, proof } = context;
      const { tenant } = proof;
      const terms = await termsFrom(context, body, undefined);
      const secret = secretOf(body.clientSecret);
      context.wipeLater(secret);
      const { provider, write } = makeIdentityProvider(tenant, terms, secret, nowMs, services.random);
      return { value: await withPolicyNames(context, provider), writes: [write], rooms: [roomFor(tenant.tenantId)] };
    },
  }),
  show: showProvider,
});

export const listIdentityProviders = adminRoute({
  id: 'listIdentityProviders',
  method: 'GET',
  path: '/identity-providers',
  action: 'keystead:ListIdentityProviders',
  summary: 'Lists the OpenID providers by which people of the own tenant sign in',
  status: 200,
  query: PAGE,
  answer: pageOf(PROVIDER),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListIdentityProviders', resource: '*' }],
    run: async () => {
      const { tenant } = context.proof;
      const rows = await context.services.records.list(tenant.tenantId, 'identity-provider', '', pageFrom(query));
      const items = [];
      for (const row of rows)
        items.push(showProvider(await withPolicyNames(context, readIdentityProvider(tenant, row)), context));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: ReturnType<typeof showProvider>[]; next?: string }) => page,
});

export const getIdentityProviderCallback = adminRoute({
  id: 'getIdentityProviderCallback',
  method: 'GET',
  path: '/identity-provider-callback',
  action: 'keystead:ListIdentityProviders',
  summary: 'Tells where an OpenID provider is to send browsers back to, before it is made here',
  status: 200,
  query: closed({ issuer: ISSUER }),
  answer: closed({ callbackUrl: PROVIDER.properties.callbackUrl }),
  example: { query: { issuer: 'https://login.example.com' } },
  prepare: ({ services }, { query: { issuer } }) => ({
    targets: [{ action: 'keystead:ListIdentityProviders', resource: '*' }],
    run: () => ({ value: { callbackUrl: ownCallbackUrl(services.publicUrl, issuer) } }),
  }),
  show: (shown) => shown,
});

export const getIdentityProvider = adminRoute({
  id: 'getIdentityProvider',
  method: 'GET',
  path: '/identity-providers/{providerId}',
  action: 'keystead:GetIdentityProvider',
  summary: 'Describes an OpenID provider, without its client secret',
  status: 200,
  params: PARAMS,
  answer: PROVIDER,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await providerAt(context, params.providerId);
    return {
      targets: [{ action: 'keystead:GetIdentityProvider', resource: '*' }],
      details: { provider: params.providerId },
      run: async () => ({ value: await withPolicyNames(context, requireProvider(found, params.providerId)) }),
    };
  },
  show: showProvider,
});

export const updateIdentityProvider = adminRoute({
  id: 'updateIdentityProvider',
  method: 'POST',
  path: '/identity-providers/{providerId}/update',
  action: 'keystead:UpdateIdentityProvider',
  summary:
    'Changes an OpenID provider; what is left out stays. With another issuer or client the secret must be given again, or removed',
  status: 200,
  params: PARAMS,
  body: closed({
    name: Type.Optional(DISPLAY_NAME),
    issuer: Type.Optional(ISSUER),
    clientId: Type.Optional(CLIENT_ID),
    clientSecret: Type.Optional(CLIENT_SECRET),
    removeClientSecret: Type.Optional(Type.Boolean({ description: 'it is a public client from now on' })),
    ownCallback: Type.Optional(
      Type.Boolean({
        description:
          'true: browsers come back to the address of this issuer alone, which is to be registered there first; for good',
      }),
    ),
    ...TERMS,
  }),
  answer: PROVIDER,
  example: { params: EXAMPLE, body: { emailDomains: ['example.com'] } },
  prepare: async (context, { params, body }) => {
    const found = await providerAt(context, params.providerId);
    return {
      targets: targetsOf(context, 'keystead:UpdateIdentityProvider', found, body),
      details: { provider: params.providerId, ...detailsOf(body) },
      run: async () => {
        const before = requireProvider(found, params.providerId);
        const { clientSecret, removeClientSecret = false, ownCallback } = body;
        if (removeClientSecret && clientSecret !== undefined)
          throw new IdentityError('identity-provider-malformed', 'a client secret is given and taken away at once');
        const terms = await termsFrom(context, body, before);
        const secret = secretOf(clientSecret);
        context.wipeLater(secret);
        const change = removeClientSecret ? 'none' : secret;
        const { random } = context.services;
        const { tenant } = context.proof;
        const { provider, write } = changeIdentityProvider(tenant, before, terms, change, random, { ownCallback });
        return { value: await withPolicyNames(context, provider), writes: [write] };
      },
    };
  },
  show: showProvider,
});

const suspendIdentityProvider = switched(
  'suspend',
  'Suspend',
  'suspended',
  'Lets nobody sign in by a provider any more',
);
const resumeIdentityProvider = switched('resume', 'Resume', 'active', 'Lets people sign in by a provider again');

export const deleteIdentityProvider = adminRoute({
  id: 'deleteIdentityProvider',
  method: 'POST',
  path: '/identity-providers/{providerId}/delete',
  action: 'keystead:DeleteIdentityProvider',
  summary: 'Forgets a provider and its client secret: nobody signs in by it any more',
  status: 200,
  params: PARAMS,
  answer: PROVIDER,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await providerAt(context, params.providerId);
    return {
      targets: targetsOf(context, 'keystead:DeleteIdentityProvider', found, {}),
      details: { provider: params.providerId, ...(found && { name: found.name, issuer: found.issuer }) },
      run: async () => {
        const before = requireProvider(found, params.providerId);
        const value = await withPolicyNames(context, before);
        return { value, writes: [removeIdentityProvider(before)], urgent: true };
      },
    };
  },
  show: showProvider,
});

const TEST = named('IdentityProviderTest', {
  works: Type.Boolean(),
  failure: Type.Optional(Type.String({ description: 'for programs: what is wrong' })),
  message: Type.Optional(Type.String({ description: 'what is wrong' })),
  action: Type.Optional(Type.String({ description: 'what to do' })),
  authorizationEndpoint: Type.Optional(Type.String({ description: 'where browsers are sent' })),
  algorithms: Type.Optional(
    Type.Array(Type.String(), { description: 'by which it signs ID tokens, as far as they count' }),
  ),
  keys: Type.Optional(Type.Integer({ description: 'how many keys it publishes that could verify an ID token' })),
  callbackUrl: Type.String({ description: 'what must be registered at the provider' }),
});

export const testIdentityProvider = adminRoute({
  id: 'testIdentityProvider',
  method: 'POST',
  path: '/identity-providers/{providerId}/test',
  action: 'keystead:TestIdentityProvider',
  summary: 'Asks a provider what it publishes of itself, for its keys, and whether it knows this client and its secret',
  status: 200,
  params: PARAMS,
  answer: TEST,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await providerAt(context, params.providerId);
    return {
      targets: [{ action: 'keystead:TestIdentityProvider', resource: '*' }],
      details: { provider: params.providerId },
      run: async () => {
        const provider = requireProvider(found, params.providerId);
        const value = await examineProvider(context.services, context.proof.tenant, provider);
        return {
          value,
          result: { works: value.works, ...(value.failure !== undefined && { failure: value.failure }) },
        };
      },
    };
  },
  show: (examined) => examined,
});

/** Every route about identity providers. */
export const IDENTITY_PROVIDER_ROUTES: readonly AdminRoute[] = [
  createIdentityProvider,
  listIdentityProviders,
  getIdentityProviderCallback,
  getIdentityProvider,
  updateIdentityProvider,
  suspendIdentityProvider,
  resumeIdentityProvider,
  deleteIdentityProvider,
  testIdentityProvider,
];

function switched(verb: string, permission: string, state: 'active' | 'suspended', summary: string): AdminRoute {
  const action = `keystead:${permission}IdentityProvider`;
  return adminRoute({
    id: `${verb}IdentityProvider`,
    method: 'POST',
    path: `/identity-providers/{providerId}/${verb}`,
    action,
    summary,
    status: 200,
    params: PARAMS,
    answer: PROVIDER,
    example: { params: EXAMPLE },
    prepare: async (context: AdminContext, { params }) => {
      const found = await providerAt(context, params.providerId);
      return {
        targets: targetsOf(context, action, found, {}),
        details: { provider: params.providerId, ...(found && { name: found.name }) },
        run: async () => {
          const before = requireProvider(found, params.providerId);
          const { provider, write } = setIdentityProviderState(context.proof.tenant, before, state);
          const value = await withPolicyNames(context, provider);
          return { value, writes: [write], urgent: state === 'suspended' };
        },
      };
    },
    show: showProvider,
  });
}

/** What the entry tells: everything but the secret, of which it says that there was one. */
function detailsOf<Body extends { readonly clientSecret?: string }>({ clientSecret, ...rest }: Body) {
  return { ...rest, ...(clientSecret !== undefined && { clientSecret: 'given' }) };
}

function roomFor(tenantId: string) {
  const below = LIMITS.identityProviders;
  return {
    room: { tenantId, kind: 'identity-provider', scope: '', below } as const,
    refusal: new IdentityError(
      'too-many-identity-providers',
      `your tenant has ${below} identity providers, as many as it may`,
    ),
  };
}
