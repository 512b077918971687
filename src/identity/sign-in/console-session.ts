import { randomBytes } from 'node:crypto';
import { bytesOf, wipe } from '../../bytes/bytes.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { putBody } from '../body.ts';
import {
  CONSOLE_SCOPE,
  credentialRef,
  endName,
  hashOfToken,
  type ConsoleTerms,
  type Credential,
  type CredentialBody,
  type Secret,
  type SessionProvider,
  type SignInMethod,
} from '../credential.ts';
import type { Member, Principal } from '../principal.ts';
import type { Tenant } from '../tenant.ts';
import type { SessionLengths } from './sign-in-settings.ts';

/** A console session, as its record says. */
export interface ConsoleSession extends Credential {
  readonly console: ConsoleTerms;
}

/** How a person proved who they are, and from where. */
export interface Authenticated {
  readonly method: SignInMethod;
  /** Whether two factors proved it: `aws:MultiFactorAuthPresent`. */
  readonly isMultiFactor: boolean;
  readonly address: string;
  readonly userAgent?: string | undefined;
  /** When that was; absent: now. A provider may not say. */
  readonly provenAtMs?: number | 'unknown';
  /** Who vouched for the person. */
  readonly provider?: SessionProvider;
}

/** What the browser gets, once. The caller wipes the token. */
export interface OpenedSession {
  readonly session: ConsoleSession;
  readonly write: Put;
  /** 32 random bytes in base64url. */
  readonly token: Secret;
}

/** Names a console session by the hash of its token, over all tenants. */
export function consoleSessionName(tokenHash: string): RecordName {
  return { space: 'console-session', name: tokenHash };
}

/** How far ahead of the clock a session may have been renewed: clocks of nodes differ a little. */
const AHEAD_MS = 60_000;

/**
 * Opens a session of a user: docs/spec/sign-in.md, "Sessions". The commit must hold for this revision of the user.
 *
 * @param claim names that go with the session: the challenges of the ceremonies that it came from
 */
export function openSession(
  tenant: Tenant,
  member: Member,
  { method, isMultiFactor, address, userAgent, provider, provenAtMs }: Authenticated,
  lengths: SessionLengths,
  nowMs: number,
  random: Random,
  claim: readonly RecordName[] = [],
): OpenedSession {
  const bits = randomBytes(32);
  const token = bytesOf<'CredentialSecret'>(Buffer.from(bits.toString('base64url'), 'ascii'));
  wipe(bits);
  const consoleTokenHash = hashOfToken(token);
  const id = uuid(random);
  const endsAtMs = nowMs + lengths.sessionMinutes * 60_000;
  const body: CredentialBody = {
    type: 'console-session',
    principalId: member.id,
    createdAtMs: nowMs,
    state: 'active',
    expiresAtMs: Math.min(endsAtMs, nowMs + lengths.idleMinutes * 60_000),
    consoleTokenHash,
    console: {
      method,
      isMultiFactor,
      ...(provenAtMs !== 'unknown' && { authenticatedAtMs: provenAtMs ?? nowMs }),
      renewedAtMs: nowMs,
      endsAtMs,
      address,
      ...(userAgent !== undefined && { userAgent }),
      ...(provider && { provider }),
      ...(member.sessionRevocations !== undefined && { revocations: member.sessionRevocations }),
    },
  };
  const { tenantId } = tenant;
  const names = [consoleSessionName(consoleTokenHash), endName(tenantId, id, endsAtMs), ...claim];
  const write = putBody(
    tenant.tenantKey.records,
    credentialRef(tenantId, id),
    0,
    body,
    { claim: names },
    CONSOLE_SCOPE,
  );
  return { session: { ...body, id, tenantId, revision: 1 } as ConsoleSession, write, token };
}

/** Sets the end of a session off again, never beyond its last one. */
export function renewedSession(session: ConsoleSession, lengths: SessionLengths, nowMs: number): ConsoleSession {
  const { console } = session;
  const endsAtMs = Math.min(console.endsAtMs, session.createdAtMs + lengths.sessionMinutes * 60_000);
  return {
    ...session,
    expiresAtMs: Math.min(endsAtMs, nowMs + lengths.idleMinutes * 60_000),
    console: { ...console, endsAtMs, renewedAtMs: nowMs },
  };
}

/** The session of somebody who has proven again who they are, at this time. */
export function reauthenticated(session: ConsoleSession, isMultiFactor: boolean, provenAtMs: number): ConsoleSession {
  return { ...session, console: { ...session.console, authenticatedAtMs: provenAtMs, isMultiFactor } };
}

/** The write that brings a session to a new state. `claim`: the challenge of the ceremony that it serves. */
export function putSession(
  tenant: Tenant,
  after: ConsoleSession,
  claim: readonly RecordName[] = [],
): { readonly session: ConsoleSession; readonly write: Put } {
  const { id, tenantId, revision, ...body } = after;
  const ref = credentialRef(tenantId, id);
  return {
    session: { ...after, revision: revision + 1 },
    write: putBody(tenant.tenantKey.records, ref, revision, body, { claim }, CONSOLE_SCOPE),
  };
}

export function isConsoleSession(credential: Credential): credential is ConsoleSession {
  return credential.console !== undefined;
}

/** Whether a session was opened since the user's sessions were last ended at once. */
export function isOfPresent({ sessionRevocations = 0 }: Member, { console }: Credential): boolean {
  return (console?.revocations ?? 0) === sessionRevocations;
}

/** A user whose console sessions of before prove nothing any more, whatever becomes of the user. */
export function withoutSessions(member: Member): Member {
  return { ...member, sessionRevocations: (member.sessionRevocations ?? 0) + 1 };
}

/** A session that goes on while the others of its user end with {@link withoutSessions}. */
export function asOnlySession(session: ConsoleSession, member: Member): ConsoleSession {
  const { sessionRevocations: revocations = 0 } = withoutSessions(member);
  return { ...session, console: { ...session.console, revocations } };
}

/** Whether a clock that stepped back would have to be believed for this session to go on. */
export function isAhead({ console }: ConsoleSession, nowMs: number): boolean {
  return console.renewedAtMs > nowMs + AHEAD_MS;
}

/**
 * A user as one of its console sessions: what conditions may ask of it. A proof of which nobody knows when it was is as
 * old as can be.
 */
export function inConsoleSession(
  principal: Principal,
  { id: sessionId, createdAtMs }: Pick<Credential, 'id' | 'createdAtMs'>,
  terms: ConsoleTerms,
): Principal {
  const { authenticatedAtMs = 0, isMultiFactor } = terms;
  return {
    ...principal,
    sessionIssuedAtMs: Math.max(createdAtMs, authenticatedAtMs),
    authentication: { atMs: authenticatedAtMs, isMultiFactor },
    cacheKey: `${principal.cacheKey} ${sessionId}@${authenticatedAtMs}`,
  };
}
