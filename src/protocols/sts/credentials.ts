import type { IssuedCredential, SessionSource } from '../../identity/credential.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Content } from './xml.ts';

/** The credentials of a session, as every operation answers them. */
export function showCredentials({ credential, secret, sessionToken }: IssuedCredential): Content {
  return {
    AccessKeyId: credential.id,
    SecretAccessKey: secret.toString('ascii'),
    SessionToken: sessionToken?.toString('ascii'),
    Expiration: new Date(credential.expiresAtMs ?? 0).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
}

/** The long-lived credential that everything opened by this one stands on. */
export function sourceOf({ credential: { id, tenantId, expiresAtMs, session } }: Proof): SessionSource {
  if (session !== undefined) return session.source;
  return { tenantId, credentialId: id, ...(expiresAtMs !== undefined && { expiresAtMs }) };
}

/** When a session of so many seconds ends: on a full second, as the answer says it, and no later than its source. */
export function endOf(
  nowMs: number,
  seconds: number,
  { expiresAtMs = Number.POSITIVE_INFINITY }: SessionSource,
): number {
  return Math.min(fullSecond(nowMs) + seconds * 1000, fullSecond(expiresAtMs));
}

function fullSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}
