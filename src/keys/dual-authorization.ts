import { edit, unchanged, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { DualAuthorization, Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { requireState } from './state.ts';
import { WAITING_MS } from './waiting-times.ts';

/** Who asks, as far as it matters that two people are two. */
export interface Person {
  /** The same for all credentials, sessions and assumed roles of one person. */
  readonly principalId: string;
  /** The name of {@link Key.createdBy}. */
  readonly by: string;
}

/**
 * Authorises the deletion of a key for seven days: another person may carry it out. The key goes on to work. Asked for
 * again, the seven days begin anew, and the word of the one who asked last counts.
 *
 * @throws {KeyError} `not-dual-authorized`, and what the key's state refuses
 */
export function authorizeDeletion(space: KeySpace, key: Key, person: Person, nowMs: number): Change<Key> {
  requireState(key, 'delete', nowMs);
  requireDual(key);
  return edit(space, key, { dualAuthorization: { authorized: authorizationBy(person, nowMs) }, updatedAtMs: nowMs });
}

/** What somebody's word is from now on. */
export function authorizationBy(
  { principalId, by }: Person,
  nowMs: number,
): NonNullable<DualAuthorization['authorized']> {
  return { principalId, by, atMs: nowMs, expiresAtMs: nowMs + WAITING_MS.authorization };
}

/**
 * Takes the authorisation back, whoever gave it. Where there is none, nothing changes.
 *
 * @throws {KeyError} `not-dual-authorized`, and what the key's state refuses
 */
export function withdrawAuthorization(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'delete', nowMs);
  if (requireDual(key).authorized === undefined) return unchanged(key);
  return edit(space, key, { dualAuthorization: {}, updatedAtMs: nowMs });
}

/** The authorisation that counts now: its time has an end. */
export function authorizationOf({ dualAuthorization }: Key, nowMs: number): DualAuthorization['authorized'] {
  const authorized = dualAuthorization?.authorized;
  return authorized !== undefined && nowMs < authorized.expiresAtMs ? authorized : undefined;
}

/**
 * Whether this person may be the second of the two who delete the key; any may where the key does not ask for two.
 *
 * @throws {KeyError} `authorization-missing`: nobody authorised it, it was too long ago, or the same person did
 */
export function requireSecondPerson(key: Key, principalId: string, nowMs: number): void {
  if (key.dualAuthorization === undefined) return;
  const authorized = authorizationOf(key, nowMs);
  if (authorized === undefined) throw new KeyError('authorization-missing', { keyId: key.id });
  if (authorized.principalId === principalId)
    throw new KeyError('authorization-missing', { keyId: key.id, detail: 'the same person authorised it' });
}

/** An authorisation serves one deletion: a key that comes back needs another one for the next. */
export function spentAuthorization({ dualAuthorization }: Key): Pick<Key, 'dualAuthorization'> {
  return dualAuthorization === undefined ? {} : { dualAuthorization: {} };
}

function requireDual(key: Key): DualAuthorization {
  if (key.dualAuthorization === undefined) throw new KeyError('not-dual-authorized', { keyId: key.id });
  return key.dualAuthorization;
}
