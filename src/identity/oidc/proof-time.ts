/** How far the clocks of a provider and this server may be apart: as with the other times of an ID token. */
const GRACE_MS = 30_000;

/** Why what a provider vouches for is no fresh proof. */
export type ProofTimeProblem = 'auth-time-missing' | 'auth-time-not-fresh';

/**
 * When a person proved who they are at a provider, in milliseconds since 1970: its `auth_time` (OpenID Connect Core 1.0
 * section 2, in seconds), never ahead of the clock here. `undefined` where it does not say, or says what cannot be.
 */
export function provenAtMs(authTime: unknown, nowMs: number): number | undefined {
  if (typeof authTime !== 'number' || !Number.isSafeInteger(authTime) || authTime <= 0) return undefined;
  const saidMs = authTime * 1000;
  return saidMs <= nowMs + GRACE_MS ? Math.min(saidMs, nowMs) : undefined;
}

/**
 * The same for who was sent there to prove it now (`prompt=login`, `max_age=0`; section 3.1.2.1): a time before
 * `sinceMs`, at which the browser left, is that of an older sign-in.
 */
export function freshlyProvenAtMs(authTime: unknown, sinceMs: number, nowMs: number): number | ProofTimeProblem {
  if (authTime === undefined) return 'auth-time-missing';
  const atMs = provenAtMs(authTime, nowMs);
  return atMs !== undefined && atMs >= sinceMs - GRACE_MS ? atMs : 'auth-time-not-fresh';
}
