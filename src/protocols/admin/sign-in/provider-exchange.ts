import { wipe } from '../../../bytes/bytes.ts';
import type { IdTokenClaims } from '../../../clients/oidc/provider-client.ts';
import { ProviderError } from '../../../clients/oidc/provider-error.ts';
import { claimedPerson, isClaimProblem, type ClaimedPerson } from '../../../identity/oidc/claimed-person.ts';
import { openClientSecret, type IdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import type { Principal } from '../../../identity/principal.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Call } from '../../../pipeline/call.ts';
import type { AdminServices } from '../services.ts';
import type { OpenContext } from './open-route.ts';
import { providerOf, type Found } from './provider-found.ts';
import { ProviderRefusedError } from './provider-refusal.ts';
import type { ProviderTicket } from './provider-ticket.ts';
import { SIGN_IN_ACTION } from './sign-in.ts';

/** What the return of a browser from a provider proves. */
export interface Returned {
  readonly found: Found;
  readonly claims: IdTokenClaims;
  readonly claimed: ClaimedPerson;
}

/**
 * Redeems the return of a browser. What fails is recorded as `callFor` says.
 *
 * @throws {ProviderRefusedError}
 */
export async function returnedWith(
  context: OpenContext,
  ticket: ProviderTicket,
  query: URLSearchParams,
  callFor: (found: Found) => Call,
): Promise<Returned> {
  const { services } = context;
  const found = await providerOf(services, ticket.tenantId, ticket.providerId);
  if (found?.provider.state !== 'active') {
    const error = new ProviderRefusedError('provider-not-active', 'the identity provider is suspended or deleted');
    if (found) await services.pipeline.refuse({ ...callFor(found), details: { failure: error.code } }, error);
    throw error;
  }
  const { provider } = found;
  const call = callFor(found);
  const claims = await asked(context, found, call, (access) =>
    services.providers.redeem(access, { ...ticket, scopes: provider.scopes }, query),
  );
  const claimed = claimedPerson(claims, provider);
  if (!isClaimProblem(claimed)) return { found, claims, claimed };
  return refuseReturn(context, { found, claims }, call, new ProviderRefusedError(claimed, claimed));
}

/** Asks the provider something with this server's credentials there. What fails is recorded as of this call. */
export async function asked<Answer>(
  context: OpenContext,
  { provider, tenant }: Found,
  call: Call,
  ask: (access: { issuer: string; clientId: string; clientSecret: Buffer | undefined }) => Promise<Answer>,
): Promise<Answer> {
  const clientSecret = openClientSecret(tenant, provider);
  try {
    return await ask({ issuer: provider.issuer, clientId: provider.clientId, clientSecret });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const refused = new ProviderRefusedError(error.failure, error.message);
    const details = { method: 'oidc', provider: provider.id, problem: error.message };
    await context.services.pipeline.refuse({ ...call, details }, refused);
    throw refused;
  } finally {
    if (clientSecret) wipe(clientSecret);
  }
}

/** Records that somebody whom the provider vouches for does not get what the browser went there for. */
export async function refuseReturn(
  context: OpenContext,
  { found, claims }: Pick<Returned, 'found' | 'claims'>,
  call: Call,
  error: unknown,
): Promise<never> {
  if (error instanceof ProviderRefusedError) {
    const subject = claims.sub.slice(0, 255);
    const details = { method: 'oidc', provider: found.provider.id, subject, problem: error.message };
    await context.services.pipeline.refuse({ ...call, details }, error);
  }
  throw error;
}

/** The provider as it is at the commit: as it was when it was asked, or it begins again. @throws {ProviderRefusedError} */
export async function sameProvider(services: AdminServices, { tenant, provider }: Found): Promise<Found> {
  const found = await providerOf(services, tenant.tenantId, provider.id);
  if (found?.provider.state !== 'active')
    throw new ProviderRefusedError('provider-not-active', 'the identity provider was suspended or deleted meanwhile');
  if (found.provider.revision !== provider.revision)
    throw new ProviderRefusedError('overtaken', 'the identity provider was changed meanwhile');
  return found;
}

/** How an entry says whom a provider vouched for. */
export function detailsOf(provider: IdentityProvider, { subject, amr, acr }: ClaimedPerson) {
  return { method: 'oidc', provider: provider.id, subject, amr: [...amr], ...(acr !== undefined && { acr }) };
}

/** A request about nobody who is known yet, as it stands in the log of the provider's tenant. */
export function callOf(context: OpenContext, { tenant, provider }: Found): Call {
  const { address, userAgent } = context.browser;
  return {
    principal: principalOfProvider(tenant, provider),
    requestId: context.requestId,
    action: SIGN_IN_ACTION,
    source: {
      protocol: 'admin',
      address,
      isSecure: context.isSecure,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

/** Whoever a provider vouches for, before it is anybody here: it may nothing. */
function principalOfProvider({ tenantId, accountId }: Tenant, { id, name }: IdentityProvider): Principal {
  return {
    tenantId,
    accountId,
    kind: 'server',
    id,
    name,
    arn: `arn:aws:keystead::${accountId}:identity-provider/${id}`,
    policies: [],
    credentialId: 'none',
    strength: 'server',
    cacheKey: `identity-provider/${id}`,
  };
}
