import { randomBytes } from 'node:crypto';
import { wipe } from '../../../bytes/bytes.ts';
import { constantTimeEqual } from '../../../bytes/equal.ts';
import type { BarrierKey } from '../../../crypto/hierarchy.ts';
import type { Random } from '../../../crypto/random.ts';
import { UnwrapError } from '../../../crypto/wrapped-secret.ts';

/** What a browser keeps, sealed, while it is at a provider: docs/spec/sign-in.md, "OpenID Connect". */
export interface ProviderTicket {
  readonly tenantId: string;
  readonly providerId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly endsAtMs: number;
  /** Somebody who is signed in: to prove anew who that is, or to link who it is there. Absent: nobody yet. */
  readonly own?: OwnErrand;
}

/** What the session that sends its browser to a provider is to get of it. */
export interface OwnErrand {
  readonly errand: 'prove' | 'link';
  readonly sessionId: string;
}

/** How long somebody may take at the provider. */
export const TICKET_MS = 10 * 60_000;
/** A cookie has at most 4,096 bytes with its name and attributes (RFC 6265 section 6.1). */
const MAX_SEALED = 3_000;

/** A fresh ticket: state, nonce and verifier of 256 random bits each (RFC 7636 section 7.1). */
export function makeTicket(
  at: Pick<ProviderTicket, 'tenantId' | 'providerId' | 'redirectUri' | 'own'>,
  nowMs: number,
): ProviderTicket {
  const bits = () => randomBytes(32).toString('base64url');
  return { ...at, state: bits(), nonce: bits(), codeVerifier: bits(), endsAtMs: nowMs + TICKET_MS };
}

/** The ticket as a cookie holds it: nobody but this installation reads or makes one. */
export function sealTicket(
  barrier: BarrierKey,
  installationId: string,
  ticket: ProviderTicket,
  random: Random,
): string {
  const text = Buffer.from(JSON.stringify(ticket), 'utf8');
  try {
    return barrier.wrap(['provider-sign-in', installationId], text, random).toString('base64url');
  } finally {
    wipe(text);
  }
}

/**
 * Reads a ticket back, where it is ours and its time is here. A clock that stepped back lengthens none. `undefined`
 * for everything else.
 */
export function openTicket(
  barrier: BarrierKey,
  installationId: string,
  sealed: string,
  nowMs: number,
): ProviderTicket | undefined {
  if (sealed.length > MAX_SEALED || !/^[A-Za-z0-9_-]+$/.test(sealed)) return undefined;
  let text: Buffer | undefined;
  try {
    text = barrier.unwrap(['provider-sign-in', installationId], Buffer.from(sealed, 'base64url'));
    const ticket = JSON.parse(text.toString('utf8')) as ProviderTicket;
    return nowMs < ticket.endsAtMs && ticket.endsAtMs <= nowMs + TICKET_MS ? ticket : undefined;
  } catch (error) {
    if (error instanceof UnwrapError) return undefined;
    throw error;
  } finally {
    if (text) wipe(text);
  }
}

/** Whether the state that came back is the one that this browser was sent away with (RFC 6749 section 10.12). */
export function isStateOf({ state }: ProviderTicket, returned: string | null): boolean {
  if (returned === null) return false;
  const [kept, given] = [Buffer.from(state, 'utf8'), Buffer.from(returned, 'utf8')];
  return kept.length === given.length && constantTimeEqual(kept, given);
}
