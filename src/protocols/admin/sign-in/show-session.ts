import type { CredentialUse } from '../../../audit/credential-uses.ts';
import type { Member } from '../../../identity/principal.ts';
import type { ConsoleSession } from '../../../identity/sign-in/console-session.ts';
import { timestamp } from '../schema.ts';

/** A console session on the wire. `currentId`: the credential of the request; `use`: its newest request, where known. */
export function showSession(
  session: ConsoleSession,
  { name }: Pick<Member, 'name'>,
  currentId: string,
  use?: CredentialUse,
) {
  const { id, principalId, createdAtMs, console, expiresAtMs = console.endsAtMs } = session;
  return {
    sessionId: id,
    principalId,
    name,
    method: console.method,
    createdAt: timestamp(createdAtMs),
    ...(console.authenticatedAtMs !== undefined && { authenticatedAt: timestamp(console.authenticatedAtMs) }),
    renewedAt: timestamp(console.renewedAtMs),
    idleEndsAt: timestamp(expiresAtMs),
    endsAt: timestamp(console.endsAtMs),
    address: console.address,
    ...(console.userAgent !== undefined && { userAgent: console.userAgent }),
    ...(use && { lastUsedAt: timestamp(use.atMs), lastUsedFrom: use.address }),
    isCurrent: id === currentId,
  };
}
