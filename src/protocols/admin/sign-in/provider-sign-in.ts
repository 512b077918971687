import { userArn } from '../../../identity/arn.ts';
import { isBuiltInPolicy } from '../../../identity/built-in-policies.ts';
import type { ClaimedPerson } from '../../../identity/oidc/claimed-person.ts';
import { findIdentityProvider, identityProviderRef } from '../../../identity/oidc/identity-provider.ts';
import { makePrincipal, principalName, principalRef, type Member } from '../../../identity/principal.ts';
import { provenAtMs } from '../../../identity/oidc/proof-time.ts';
import { roomFor } from '../../../identity/quotas.ts';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { openSession, type OpenedSession } from '../../../identity/sign-in/console-session.ts';
import { endEnrolment } from '../../../identity/sign-in/enrolment.ts';
import { putSignIn, readSignIn, signInRef, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { linkIdentity } from '../../../identity/sign-in/ways-in.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Needed } from '../../../pipeline/act.ts';
import type { Precondition, Write } from '../../../records/commit.ts';
import type { Attachable } from '../attached-policies.ts';
import { attach } from '../holder-changes.ts';
import type { AdminServices } from '../services.ts';
import { callbackUrlOf } from './callback-url.ts';
import type { OpenContext } from './open-route.ts';
import { callFor, settingsOf } from './person.ts';
import { admit, type Admission } from './provider-admission.ts';
import { asked, callOf, detailsOf, refuseReturn, returnedWith, sameProvider } from './provider-exchange.ts';
import { ownCall, type Owner } from './provider-owner.ts';
import { providerNamed, type Found } from './provider-found.ts';
import { ProviderRefusedError } from './provider-refusal.ts';
import { makeTicket, type ProviderTicket } from './provider-ticket.ts';
import { fromBrowser, SIGN_IN_ACTION } from './sign-in.ts';

/** Providers by which people of a tenant may sign in now: what their buttons say. */
export async function signInProviders(
  { records }: AdminServices,
  tenant: Tenant,
): Promise<{ providerId: string; name: string }[]> {
  const found: { providerId: string; name: string }[] = [];
  for (const { id } of await records.list(tenant.tenantId, 'identity-provider', '', { limit: 100 })) {
    const provider = await findIdentityProvider(records, tenant, id);
    if (provider?.state === 'active') found.push({ providerId: id, name: provider.name });
  }
  return found;
}

/** Where a browser goes to sign in, and what it keeps meanwhile. @throws {ProviderRefusedError} */
export async function beginProviderSignIn(
  context: OpenContext,
  providerId: string,
  own?: Owner,
): Promise<{ readonly location: string; readonly ticket: ProviderTicket }> {
  const { services } = context;
  const found = await providerNamed(services, providerId);
  const isOfTenant = own === undefined || found?.tenant.tenantId === own.proof.tenant.tenantId;
  if (found?.provider.state !== 'active' || !isOfTenant) {
    services.refusals.note('admin', context.browser.address, 'unknown-identity-provider');
    throw new ProviderRefusedError('provider-not-active', 'there is no such identity provider, or it is suspended');
  }
  const { tenant, provider } = found;
  const redirectUri = callbackUrlOf(services, provider);
  const { errand, proof } = own ?? {};
  const ticket = makeTicket(
    {
      tenantId: tenant.tenantId,
      providerId,
      redirectUri,
      ...(errand && proof && { own: { errand, sessionId: proof.credential.id } }),
    },
    services.clock(),
  );
  const again = errand && { isTimed: errand === 'prove' };
  const location = await asked(context, found, own ? ownCall(context, own) : callOf(context, found), (access) =>
    services.providers.authorizationUrl(access, { ...ticket, scopes: provider.scopes, again }),
  );
  return { location: location.href, ticket };
}

/**
 * Signs in whom the provider vouches for: in one commit the link of its identity, the end of its invitation, or the new
 * user, and the session. Every refusal is in the tenant's log.
 *
 * @throws {ProviderRefusedError}
 */
export async function finishProviderSignIn(
  context: OpenContext,
  ticket: ProviderTicket,
  query: URLSearchParams,
): Promise<OpenedSession> {
  const { services } = context;
  const returned = await returnedWith(context, ticket, query, (found) => callOf(context, found));
  const { found, claimed } = returned;
  const { provider, tenant } = found;
  let admission: Admission;
  try {
    admission = await admit(services, tenant, provider, claimed, services.clock());
  } catch (error) {
    return refuseReturn(context, returned, callOf(context, found), error);
  }
  const call =
    admission.as === 'newcomer'
      ? callOf(context, found)
      : callFor(context, { tenant, member: admission.member }, SIGN_IN_ACTION);
  const name = admission.as === 'newcomer' ? admission.name : admission.member.name;
  return services.pipeline.execute(call, () => ({
    targets: [{ action: SIGN_IN_ACTION, resource: userArn(tenant.accountId, name), isFree: true }],
    details: { ...detailsOf(provider, claimed), as: admission.as },
    run: async (nowMs) => {
      const now = await requireSame(services, found, claimed, admission, nowMs);
      const once = challengeName(ticket.state);
      if ((await services.records.resolve(once)) !== undefined)
        throw new ProviderRefusedError('ticket-used', 'this sign-in was used already');
      const change = await changeFor(services, now, claimed, nowMs);
      const settings = await settingsOf(services, tenant);
      const { isMultiFactor, amr, acr } = claimed;
      const by = { providerId: provider.id, amr, ...(acr !== undefined && { acr }) };
      const opened = openSession(
        tenant,
        change.member,
        {
          method: 'oidc',
          isMultiFactor,
          provider: by,
          // Who was let pass there without being asked has proven nothing now.
          provenAtMs: provenAtMs(claimed.authTime, nowMs) ?? 'unknown',
          ...fromBrowser(context),
        },
        settings,
        nowMs,
        services.random,
        [once],
      );
      context.wipeLater(opened.token);
      return {
        value: opened,
        writes: [...change.writes, opened.write],
        preconditions: [
          // Suspended in between, it would be a session by a provider that is switched off.
          { ref: identityProviderRef(tenant.tenantId, provider.id), revision: now.found.provider.revision },
          ...change.preconditions,
        ],
        rooms: change.rooms,
        result: { session: opened.session.id, user: change.member.id },
        // Whoever is known and is to switch something off on a full disk gets in first.
        urgent: now.admission.as === 'linked',
      };
    },
  }));
}

/** What is true at the commit: the same provider, the same person, or the sign-in begins again. */
async function requireSame(
  services: AdminServices,
  { tenant, provider }: Found,
  claimed: ClaimedPerson,
  before: Admission,
  nowMs: number,
): Promise<{ readonly found: Found; readonly admission: Admission }> {
  const found = await sameProvider(services, { tenant, provider });
  const admission = await admit(services, tenant, provider, claimed, nowMs);
  const isSame =
    admission.as === 'newcomer' || before.as === 'newcomer'
      ? admission.as === before.as
      : admission.member.id === before.member.id;
  if (!isSame) throw new ProviderRefusedError('overtaken', 'users were changed meanwhile');
  return { found, admission };
}

interface Change {
  readonly member: Member;
  readonly writes: readonly Write[];
  readonly preconditions: readonly Precondition[];
  readonly rooms: readonly Needed[];
}

/** What signing in changes besides the session that it opens. */
async function changeFor(
  services: AdminServices,
  { found, admission }: { readonly found: Found; readonly admission: Admission },
  claimed: ClaimedPerson,
  nowMs: number,
): Promise<Change> {
  const { tenant, provider } = found;
  const { issuer, subject } = claimed;
  const link = { providerId: provider.id, issuer, subject, linkedAtMs: nowMs };
  const linked = (before: SignIn) => putSignIn(tenant, before, linkIdentity(before, link));
  if (admission.as === 'newcomer') {
    const made = await newcomer(services, found, admission.name, nowMs);
    const none = readSignIn(tenant, made.member.id, undefined);
    return { ...made, writes: [...made.writes, linked(none)], preconditions: [] };
  }
  const { member, signIn } = admission;
  const user = { ref: principalRef(tenant.tenantId, member.id), revision: member.revision };
  if (admission.as === 'invited') {
    const writes = [linked(signIn), endEnrolment(admission.enrolment)];
    return { member, writes, preconditions: [user], rooms: [] };
  }
  // A link that is taken away in between signs nobody in.
  const ways = { ref: signInRef(tenant.tenantId, member.id), revision: signIn.revision };
  return { member, writes: [], preconditions: [user, ways], rooms: [] };
}

async function newcomer(
  services: AdminServices,
  { tenant, provider }: Found,
  name: string,
  nowMs: number,
): Promise<Omit<Change, 'preconditions'>> {
  // That of somebody who was deleted is taken too: policies may go on naming it.
  if ((await services.records.resolve(principalName(tenant.tenantId, name))) !== undefined)
    throw new ProviderRefusedError('name-taken', `${name} is or was the name of another user`);
  const policies: Attachable[] = [];
  for (const id of provider.newcomers?.policies ?? []) {
    const policy = isBuiltInPolicy(id) ? id : await services.directory.policy(tenant, id);
    if (policy === undefined)
      throw new ProviderRefusedError('newcomer-policy-missing', `the policy ${id} that newcomers get was deleted`);
    policies.push(policy);
  }
  const wanted = attach(tenant, { name, policies: [], inline: [], tags: [] }, policies);
  const { member, write } = makePrincipal(tenant, name, wanted.holder.policies, nowMs, services.random);
  const { room, refusal } = roomFor(tenant.tenantId, 'usersPerTenant', services.quotas);
  return {
    member,
    writes: [write, ...wanted.writes],
    rooms: [{ room, refusal: new ProviderRefusedError('quota-reached', refusal.message) }],
  };
}
