import { identityProviderRef, type IdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import { freshlyProvenAtMs } from '../../../identity/oidc/proof-time.ts';
import type { ClaimedPerson } from '../../../identity/oidc/claimed-person.ts';
import { isCredentialValid } from '../../../identity/credential.ts';
import { principalRef } from '../../../identity/principal.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { isAhead, isConsoleSession, putSession, reauthenticated } from '../../../identity/sign-in/console-session.ts';
import { putSignIn, signInRef } from '../../../identity/sign-in/sign-in-record.ts';
import { linkIdentity } from '../../../identity/sign-in/ways-in.ts';
import type { Call } from '../../../pipeline/call.ts';
import type { Precondition, Write } from '../../../records/commit.ts';
import type { AdminServices } from '../services.ts';
import type { OpenContext } from './open-route.ts';
import { ownOf, type Own } from './own.ts';
import { linkedTo, requireAdmissible } from './provider-admission.ts';
import { detailsOf, returnedWith, sameProvider } from './provider-exchange.ts';
import { ProviderRefusedError } from './provider-refusal.ts';
import { TICKET_MS, type OwnErrand, type ProviderTicket } from './provider-ticket.ts';

/** Somebody in a session who is sent to a provider, and what for. */
export interface Owner {
  readonly errand: OwnErrand['errand'];
  readonly proof: Proof;
}

const ACTIONS = { prove: 'keystead:Reauthenticate', link: 'keystead:ChangeOwnSignIn' } as const;

/**
 * Whom a ticket was given to, where that session still proves its user: a browser comes back from another site without
 * its cookie, which is strict; the ticket, which it got with that cookie, stands for it.
 *
 * @throws {ProviderRefusedError}
 */
export async function ownerOf(services: AdminServices, tenantId: string, own: OwnErrand): Promise<Owner> {
  const proof = await services.directory.byCredential(tenantId, own.sessionId);
  const nowMs = services.clock();
  const isOver =
    proof === undefined ||
    !isConsoleSession(proof.credential) ||
    isAhead(proof.credential, nowMs) ||
    !isCredentialValid(proof.credential, nowMs);
  if (isOver) throw new ProviderRefusedError('session-over', 'the session that went to the provider has ended');
  return { errand: own.errand, proof };
}

/** A request of somebody in a session that comes by way of a provider, as it stands in the log. */
export function ownCall({ requestId, isSecure, browser }: OpenContext, { errand, proof }: Owner): Call {
  const { address, userAgent } = browser;
  return {
    principal: proof.principal,
    requestId,
    action: ACTIONS[errand],
    source: { protocol: 'admin', address, isSecure, ...(userAgent !== undefined && { userAgent }) },
  };
}

/** What a provider's word changes for who is signed in. */
interface Change {
  readonly writes: readonly Write[];
  readonly preconditions: readonly Precondition[];
}

/**
 * Ends an errand of a session at a provider, in one commit: it counts as proven anew, or its user is linked to who it is
 * there. Nothing else of the session moves.
 *
 * @throws {ProviderRefusedError}
 */
export async function finishOwnErrand(
  context: OpenContext,
  ticket: ProviderTicket & { readonly own: OwnErrand },
  query: URLSearchParams,
): Promise<void> {
  const { services } = context;
  const owner = await ownerOf(services, ticket.tenantId, ticket.own);
  const call = ownCall(context, owner);
  const { found, claimed } = await returnedWith(context, ticket, query, () => call);
  const { tenant } = found;
  const change = { prove: proven, link: linked }[owner.errand];
  await services.pipeline.execute(call, () => ({
    targets: [{ action: call.action, resource: owner.proof.principal.arn, isFree: true }],
    details: { ...detailsOf(found.provider, claimed), errand: owner.errand },
    run: async (nowMs) => {
      const { provider } = await sameProvider(services, found);
      const { proof } = await ownerOf(services, ticket.tenantId, ticket.own);
      const own = await ownOf({ services, proof });
      if ((await services.records.resolve(challengeName(ticket.state))) !== undefined)
        throw new ProviderRefusedError('ticket-used', 'this return was used already');
      const { writes, preconditions } = await change(services, own, provider, claimed, ticket, nowMs);
      const { tenantId } = tenant;
      return {
        value: undefined,
        writes,
        preconditions: [
          { ref: identityProviderRef(tenantId, provider.id), revision: provider.revision },
          { ref: principalRef(tenantId, own.member.id), revision: own.member.revision },
          ...preconditions,
        ],
      };
    },
  }));
}

type MakeChange = (
  services: AdminServices,
  own: Own,
  provider: IdentityProvider,
  claimed: ClaimedPerson,
  ticket: ProviderTicket,
  nowMs: number,
) => Promise<Change>;

/** A fresh proof: by a link of the very user, and after the browser left for it. */
const proven: MakeChange = async (services, { tenant, member, signIn, session }, provider, claimed, ticket, nowMs) => {
  const to = await linkedTo(services, tenant, provider, claimed);
  if (to?.member.id !== member.id)
    throw new ProviderRefusedError('another-identity', `${member.name} is not linked to this identity`);
  requireAdmissible(member, provider);
  const atMs = freshlyProvenAtMs(claimed.authTime, ticket.endsAtMs - TICKET_MS, nowMs);
  if (typeof atMs === 'string') {
    const what =
      atMs === 'auth-time-missing' ? 'the provider did not say when' : 'the provider says that it was before';
    throw new ProviderRefusedError(atMs, `${member.name} was to prove who that is now, and ${what}`);
  }
  const after = reauthenticated(session, claimed.isMultiFactor, atMs);
  return {
    writes: [putSession(tenant, after, [challengeName(ticket.state)]).write],
    // A link that is taken away in between proves nobody.
    preconditions: [{ ref: signInRef(tenant.tenantId, member.id), revision: signIn.revision }],
  };
};

/** A link to who the user is at the provider: to nobody whom it stands for elsewhere, and to one identity at each. */
const linked: MakeChange = async (services, { tenant, member, signIn, session }, provider, claimed, ticket, nowMs) => {
  const { issuer, subject } = claimed;
  const to = await linkedTo(services, tenant, provider, claimed);
  if (to !== undefined && to.member.id !== member.id)
    throw new ProviderRefusedError('identity-taken', `this identity is linked to ${to.member.name}`);
  requireAdmissible(member, provider);
  if (to === undefined && signIn.links.some(({ providerId }) => providerId === provider.id))
    throw new ProviderRefusedError('linked-otherwise', `${member.name} is linked to another identity of this provider`);
  const link = { providerId: provider.id, issuer, subject, linkedAtMs: nowMs };
  const served = putSession(tenant, session, [challengeName(ticket.state)]).write;
  return { writes: [putSignIn(tenant, signIn, linkIdentity(signIn, link)), served], preconditions: [] };
};
