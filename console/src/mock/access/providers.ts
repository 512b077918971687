import type { IdentityProvider, SignInSettings } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { ago, DAY, pageOf } from './made-up.ts';

const CALLBACK = 'https://keys.example.com/admin/v1/sign-in/oidc/callback/3e3b2a1f0c9d8e7f6a5b4c3d2e1f0a9b';

const providers = new Map<string, IdentityProvider>();
const put = (provider: IdentityProvider): IdentityProvider => {
  providers.set(provider.providerId, provider);
  return provider;
};
const change = async (providerId: string, members: Partial<IdentityProvider>): Promise<IdentityProvider> =>
  put({ ...(providers.get(providerId) as IdentityProvider), ...members });

put({
  providerId: '4f6b1f0a-7f1e-4a80-9c58-0d2f7a3c1e55',
  name: 'Example Corp',
  issuer: 'https://login.example.com',
  clientId: 'keystead',
  hasClientSecret: true,
  scopes: ['openid', 'email', 'profile'],
  userClaim: 'email',
  emailDomains: ['example.com'],
  allowNewcomers: false,
  newcomerPolicies: [],
  requireMultiFactor: true,
  forOperators: false,
  state: 'active',
  createdAt: ago(120 * DAY),
  callbackUrl: CALLBACK,
  ownCallback: true,
});

let settings: SignInSettings = { passwordSignIn: true, sessionMinutes: 720, idleMinutes: 30 };

/** Identity providers and sign-in settings of the made-up server. */
export const providersMock = {
  listIdentityProviders: () => pageOf([...providers.values()]),
  getIdentityProviderCallback: async () => ({ callbackUrl: CALLBACK }),
  createIdentityProvider: async ({ clientSecret, ...given }) =>
    put({
      scopes: ['openid', 'email', 'profile'],
      userClaim: 'email',
      emailDomains: [],
      allowNewcomers: false,
      newcomerPolicies: [],
      requireMultiFactor: false,
      forOperators: false,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      name: given.name,
      issuer: given.issuer,
      clientId: given.clientId,
      providerId: crypto.randomUUID(),
      hasClientSecret: clientSecret !== undefined,
      state: 'active',
      createdAt: ago(0),
      callbackUrl: CALLBACK,
      ownCallback: true,
    }),
  updateIdentityProvider: (providerId, body) => {
    const { clientSecret, removeClientSecret, ...given } = body ?? {};
    return change(providerId, {
      ...(Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as Partial<IdentityProvider>),
      ...(clientSecret !== undefined && { hasClientSecret: true }),
      ...(removeClientSecret === true && { hasClientSecret: false }),
    });
  },
  suspendIdentityProvider: (providerId) => change(providerId, { state: 'suspended' }),
  resumeIdentityProvider: (providerId) => change(providerId, { state: 'active' }),
  deleteIdentityProvider: async (providerId) => {
    const gone = providers.get(providerId) as IdentityProvider;
    providers.delete(providerId);
    return gone;
  },
  testIdentityProvider: async (providerId) => ({
    works: true,
    authorizationEndpoint: `${providers.get(providerId)?.issuer ?? ''}/authorize`,
    algorithms: ['RS256'],
    keys: 2,
    callbackUrl: CALLBACK,
  }),
  getSignInSettings: async () => settings,
  setSignInSettings: async (given) => {
    settings = given;
    return settings;
  },
} satisfies Partial<Methods>;
