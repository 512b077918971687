import { wipe } from '../../../bytes/bytes.ts';
import { ProviderError, type ProviderFailure } from '../../../clients/oidc/provider-error.ts';
import { openClientSecret, type IdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { AdminServices } from '../services.ts';
import { callbackUrlOf } from './callback-url.ts';

/** What an examination of a provider came to. */
export interface ProviderExamination {
  readonly works: boolean;
  readonly failure?: ProviderFailure;
  readonly message?: string;
  readonly action?: string;
  readonly authorizationEndpoint?: string;
  readonly algorithms?: string[];
  readonly keys?: number;
  readonly callbackUrl: string;
}

/** What to do about each failure. */
const ACTIONS: Readonly<Record<ProviderFailure, string>> = {
  'not-allowed': 'Have the operator of this server let it call that host (KEYSTEAD_EGRESS_HOSTS).',
  unreachable: 'Check the issuer, and whether this server may reach it through your firewall.',
  tls: 'The provider must have a certificate of a CA that this server trusts; NODE_EXTRA_CA_CERTS adds one.',
  'timed-out': 'Try again; if it stays slow, look at the way between this server and the provider.',
  'answer-too-large': 'Check the issuer: this does not look like an OpenID provider.',
  redirect: 'Give the issuer to which the provider redirects.',
  'not-a-provider': 'Check the issuer: below it must lie /.well-known/openid-configuration.',
  'issuer-differs': 'Give the issuer to the letter as the provider calls itself.',
  unsupported: 'Switch on the authorization code flow and RS256 or ES256 for ID tokens at the provider.',
  'no-usable-keys': 'Have the provider publish the keys by which it signs ID tokens.',
  'client-refused':
    'Check client id and client secret, that the client is enabled at the provider, and the callback URL registered there.',
  'code-refused': 'Register the callback URL at the provider.',
  'response-refused': 'Look into the log of the provider.',
  'token-refused': 'Look into the log of the provider, and compare the clocks.',
};

/** Asks a provider everything that can be asked without a person. */
export async function examineProvider(
  services: AdminServices,
  tenant: Tenant,
  provider: IdentityProvider,
): Promise<ProviderExamination> {
  const callbackUrl = callbackUrlOf(services, provider);
  const clientSecret = openClientSecret(tenant, provider);
  try {
    const access = { issuer: provider.issuer, clientId: provider.clientId, clientSecret };
    const examined = await services.providers.examine(access, callbackUrl);
    const { authorizationEndpoint, algorithms, keys } = examined;
    return { works: true, authorizationEndpoint, algorithms: [...algorithms], keys, callbackUrl };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { failure, message } = error;
    return { works: false, failure, message, action: ACTIONS[failure], callbackUrl };
  } finally {
    if (clientSecret) wipe(clientSecret);
  }
}
