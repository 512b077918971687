import Type, { type Static } from 'typebox';
import type { CredentialUse } from '../../../audit/credential-uses.ts';
import { userArn } from '../../../identity/arn.ts';
import { CONSOLE_SCOPE, credentialRef, readCredential, suspendCredential } from '../../../identity/credential.ts';
import {
  isConsoleSession,
  renewedSession,
  withoutSessions,
  type ConsoleSession,
} from '../../../identity/sign-in/console-session.ts';
import { findIdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import type { Member } from '../../../identity/principal.ts';
import type { SignInSettings } from '../../../identity/sign-in/sign-in-settings.ts';
import { operatorTargets } from '../attached-policies.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed, PAGE, pageFrom, paged, pageOf, UUID } from '../schema.ts';
import { aliveAmong, sessionsOf } from '../sign-in/alive-sessions.ts';
import { ownRoute, type Own } from '../sign-in/own.ts';
import { settingsOf } from '../sign-in/person.ts';
import { CONSOLE_SESSION } from '../sign-in/schemas.ts';
import { showSession } from '../sign-in/show-session.ts';
import { holderChange } from '../holder-routes.ts';
import { USERS } from './principal-changes.ts';

/** A renewal that follows another this soon changes nothing. */
const RENEWED_MS = 60_000;

const showOwn = ({ member, session }: Own) => showSession(session, member, session.id);

export const renewSession = ownRoute({
  id: 'renewSession',
  path: '/me/session/renew',
  action: 'keystead:RenewSession',
  summary: 'Sets the idle end of the session off again; nothing moves its last end',
  answer: CONSOLE_SESSION,
  step: async (own, _input, nowMs, { services }) => {
    if (nowMs - own.session.console.renewedAtMs < RENEWED_MS) return { value: own };
    const settings = await settingsOf(services, own.tenant);
    await requireStillAdmitted(services, own, settings);
    const session = renewedSession(own.session, settings, nowMs);
    return { value: { ...own, session }, session };
  },
  show: showOwn,
});

/** What a sign-in would be refused for now, a renewal is. @throws {AdminRefusal} `session-needed` */
async function requireStillAdmitted(
  { records }: AdminContext['services'],
  { tenant, session: { console } }: Own,
  { passwordSignIn }: SignInSettings,
): Promise<void> {
  const provider = console.provider && (await findIdentityProvider(records, tenant, console.provider.providerId));
  const problem =
    console.method === 'password' && !passwordSignIn
      ? 'your tenant lets nobody sign in by a password any more'
      : provider?.isMultiFactorRequired === true && !console.isMultiFactor
        ? 'your tenant asks for a second factor now, and you gave none'
        : undefined;
  if (problem !== undefined) throw new AdminRefusal('session-needed', `your session is not renewed: ${problem}`);
}

export const signOut = ownRoute({
  id: 'signOut',
  path: '/me/session/end',
  action: 'keystead:SignOut',
  summary: 'Ends the session: from the answer on it proves nobody',
  answer: CONSOLE_SESSION,
  urgent: true,
  step: (own) => ({ value: own, session: { ...own.session, state: 'suspended' } }),
  show: (own: Own, { browser }) => {
    browser.forget();
    return showOwn(own);
  },
});

const SESSION_PARAMS = closed({ sessionId: UUID });
const EXAMPLE = { sessionId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21' };

export const listOwnSessions = ownRoute({
  id: 'listOwnSessions',
  method: 'GET',
  path: '/me/sessions',
  action: 'keystead:ListOwnSessions',
  summary: 'Lists the sessions that one has open',
  answer: closed({ items: Type.Array(CONSOLE_SESSION) }),
  // Whoever is to end one asks for its id first.
  urgent: true,
  step: async ({ tenant, member, session }, _input, nowMs, context) => {
    const found = await sessionsOf(context.services, tenant, member.id, nowMs);
    const items: Static<typeof CONSOLE_SESSION>[] = [];
    for (const one of found) {
      const use = await context.services.records.lastUseOfCredential(tenant.tenantId, one.id);
      items.push(showSession(one, member, session.id, use));
    }
    return { value: { items } };
  },
  show: (value: { items: Static<typeof CONSOLE_SESSION>[] }) => value,
});

export const endOwnSession = ownRoute({
  id: 'endOwnSession',
  path: '/me/sessions/{sessionId}/end',
  action: 'keystead:EndOwnSession',
  summary: 'Ends another session of oneself: from the answer on it proves nobody',
  params: SESSION_PARAMS,
  answer: CONSOLE_SESSION,
  example: { params: EXAMPLE },
  urgent: true,
  step: async (own, { params }, _nowMs, context) => {
    const session = await sessionOf(context, params.sessionId);
    if (session?.principalId !== own.member.id) throw noSession(params.sessionId);
    const value = { ...own, session, currentId: own.session.id };
    return session.state === 'suspended' ? { value } : { value, session: { ...session, state: 'suspended' } };
  },
  show: ({ member, session, currentId }: Own & { currentId: string }) => showSession(session, member, currentId),
});

export const listSessions = adminRoute({
  id: 'listSessions',
  method: 'GET',
  path: '/sessions',
  action: 'keystead:ListSessions',
  summary: "Lists the console sessions of the tenant that are alive; with `principalId` one user's",
  status: 200,
  query: closed({ ...PAGE.properties, principalId: Type.Optional(UUID) }),
  answer: pageOf(CONSOLE_SESSION),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListSessions', resource: '*' }],
    run: async (nowMs) => {
      const { services, proof } = context;
      const rows = await services.records.list(proof.tenant.tenantId, 'credential', CONSOLE_SCOPE, pageFrom(query));
      const alive = await aliveOf(context, rows, nowMs, query.principalId);
      const items = alive.map(({ session, member, use }) => showSession(session, member, proof.credential.id, use));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: Static<typeof CONSOLE_SESSION>[]; next?: string }) => page,
});

export const endSession = adminRoute({
  id: 'endSession',
  method: 'POST',
  path: '/sessions/{sessionId}/end',
  action: 'keystead:EndSession',
  summary: 'Ends a console session of the tenant: from the answer on it proves nobody',
  status: 200,
  params: SESSION_PARAMS,
  answer: CONSOLE_SESSION,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    const session = await sessionOf(context, params.sessionId);
    const member = session && (await services.directory.member(tenant, session.principalId));
    return {
      targets: [
        { action: 'keystead:EndSession', resource: member ? userArn(tenant.accountId, member.name) : '*' },
        ...operatorTargets(member?.policies ?? [], 'installation:SuspendCredential'),
      ],
      details: { session: params.sessionId },
      run: () => {
        if (session === undefined || member === undefined) throw noSession(params.sessionId);
        const value = { session: { ...session, state: 'suspended' as const }, member };
        if (session.state === 'suspended') return { value };
        return { value, writes: [suspendCredential(tenant, session)], urgent: true };
      },
    };
  },
  show: ({ session, member }: Listed, { proof }) => showSession(session, member, proof.credential.id),
});

export const endPrincipalSessions = holderChange(USERS, {
  id: 'endPrincipalSessions',
  action: 'keystead:EndSession',
  below: '/sessions/end',
  summary: 'Ends every console session of a user at once',
  urgent: true,
  step: (_, member) => ({ holder: withoutSessions(member), writes: [] }),
});

interface Listed {
  readonly session: ConsoleSession;
  readonly member: Member;
  readonly use?: CredentialUse | undefined;
}

async function aliveOf(
  { services, proof: { tenant } }: AdminContext,
  rows: readonly Parameters<typeof readCredential>[1][],
  nowMs: number,
  principalId: string | undefined,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  for (const session of await aliveAmong(services, tenant, rows, nowMs, principalId)) {
    const member = await services.directory.member(tenant, session.principalId);
    const use = await services.records.lastUseOfCredential(tenant.tenantId, session.id);
    if (member !== undefined) listed.push({ session, member, use });
  }
  return listed;
}

async function sessionOf(
  { services, proof: { tenant } }: AdminContext,
  sessionId: string,
): Promise<ConsoleSession | undefined> {
  const record = await services.records.read(credentialRef(tenant.tenantId, sessionId));
  const credential = record && readCredential(tenant, record);
  return credential && isConsoleSession(credential) ? credential : undefined;
}

function noSession(sessionId: string): AdminRefusal {
  return new AdminRefusal('session-not-found', `there is no session ${sessionId}`);
}

/** Every endpoint on console sessions. */
export const SESSION_ROUTES: readonly AdminRoute[] = [
  renewSession,
  signOut,
  listOwnSessions,
  endOwnSession,
  listSessions,
  endSession,
  endPrincipalSessions,
];
