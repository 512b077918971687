import { crnOf } from '../../identity/crn.ts';
import type { Instance } from '../../identity/tenant.ts';
import { authorizationOf } from '../../keys/dual-authorization.ts';
import { intervalDaysOf } from '../../keys/key-rules.ts';
import { currentVersion, lastRotationMs, type Key, type KeyState } from '../../keys/key.ts';
import { isExpired } from '../../keys/state.ts';
import { WAITING_MS } from '../../keys/waiting-times.ts';
import { mediaType } from './answer.ts';
import { monthsOf, ringOf, timestamp } from './names.ts';

/**
 * IBM's numbers of NIST's states (SP 800-57 part 1, section 7). A key that waits for its deletion works no more and can
 * be called back, which is what a destroyed key of IBM is.
 */
export const STATES: Record<KeyState, number> = {
  active: 1,
  suspended: 2,
  deactivated: 3,
  'pending-deletion': 5,
  deleted: 5,
  destroyed: 5,
};
const PRE_ACTIVE = 0;
export const ACTIVE = STATES.active;
export const DESTROYED = STATES.destroyed;
/** Every number of a state: 4 would be a key that was compromised. */
export const ALL_STATES: readonly number[] = [PRE_ACTIVE, ...new Set(Object.values(STATES))];

const ALIAS_PREFIX = 'alias/';
/** An alias that this wire has a form for: others are not shown. */
const ALIAS = /^[\w-]{2,90}$/;
/** A tag that this wire has a form for: no value, and none of `< > , : & |`. */
const TAG = /^[^<>,:&|]{1,30}$/;

/**
 * The number of the state of a key on this wire: 0 where its material is yet to come. A key whose time is over is
 * deactivated from that time on, whether or not the sweep has come by.
 */
export function stateOf({ state, versions, expiresAtMs }: Key, nowMs: number): number {
  if (state !== 'active') return STATES[state];
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return STATES.deactivated;
  return versions.length === 0 ? PRE_ACTIVE : ACTIVE;
}

/** The aliases of a key in the form of this wire. */
export function aliasesOf({ aliases }: Key): string[] {
  return aliases.map(({ name }) => name.slice(ALIAS_PREFIX.length)).filter((name) => ALIAS.test(name));
}

/** What a key is called: its name, or what comes closest where another protocol made it without one. */
export function nameOf(key: Key): string {
  return key.name ?? aliasesOf(key)[0] ?? key.id;
}

/** What of a key says which it is, and no more. */
export function identify(instance: Instance, { id }: Key): object {
  return { type: mediaType('key'), id, crn: crnOf(instance, 'key', id) };
}

/** A key as this wire shows it; never with its material. */
export function showKey(instance: Instance, key: Key, nowMs: number): object {
  const version = key.extractable ? undefined : currentVersion(key);
  const aliases = aliasesOf(key);
  const tags = key.tags.filter(({ key: name, value }) => value === '' && TAG.test(name)).map(({ key: name }) => name);
  const bits = (key.spec.materialLength ?? 32) * 8;
  const rotatedAtMs = lastRotationMs(key);
  return {
    type: mediaType('key'),
    id: key.id,
    name: nameOf(key),
    ...(aliases.length > 0 && { aliases }),
    ...(key.description !== '' && { description: key.description }),
    ...(tags.length > 0 && { tags }),
    state: stateOf(key, nowMs),
    ...(key.expiresAtMs !== undefined && { expirationDate: timestamp(key.expiresAtMs) }),
    extractable: key.extractable,
    crn: crnOf(instance, 'key', key.id),
    imported: key.origin === 'imported',
    keyRingID: ringOf(key),
    creationDate: timestamp(key.createdAtMs),
    ...(key.createdBy !== undefined && { createdBy: key.createdBy }),
    algorithmType: 'Deprecated',
    algorithmMetadata: { bitLength: String(bits), mode: 'Deprecated' },
    algorithmBitSize: bits,
    algorithmMode: 'Deprecated',
    ...(key.updatedAtMs !== undefined && { lastUpdateDate: timestamp(key.updatedAtMs) }),
    ...(rotatedAtMs !== undefined && { lastRotateDate: timestamp(rotatedAtMs) }),
    ...(version && { keyVersion: { id: version.id, creationDate: timestamp(version.createdAtMs) } }),
    dualAuthDelete: showDualAuthorization(key, nowMs),
    ...showRotation(key),
    ...showRemoval(key, nowMs),
  };
}

function showDualAuthorization(key: Key, nowMs: number): object {
  if (key.dualAuthorization === undefined) return { enabled: false };
  const authorized = authorizationOf(key, nowMs);
  return {
    enabled: true,
    keySetForDeletion: authorized !== undefined,
    ...(authorized && { authExpiration: timestamp(authorized.expiresAtMs) }),
  };
}

function showRotation(key: Key): object {
  const days = intervalDaysOf(key);
  return days === undefined
    ? {}
    : { rotation: { enabled: key.rotation !== undefined, interval_month: monthsOf(days) } };
}

function showRemoval(key: Key, nowMs: number): object {
  const { removal, deletion } = key;
  if (removal !== undefined) {
    const { atMs, by } = removal;
    return {
      deleted: true,
      deletionDate: timestamp(atMs),
      deletedBy: by,
      restoreExpirationDate: timestamp(atMs + WAITING_MS.restorable),
      restoreAllowed: nowMs < atMs + WAITING_MS.restorable && !isExpired(key, nowMs),
      purgeAllowed: nowMs >= atMs + WAITING_MS.purge,
      purgeAllowedFrom: timestamp(atMs + WAITING_MS.purge),
      purgeScheduledOn: timestamp(atMs + WAITING_MS.automaticPurge),
    };
  }
  if (deletion === undefined) return { deleted: false };
  const { scheduledAtMs, dueAtMs } = deletion;
  return {
    deleted: true,
    deletionDate: timestamp(scheduledAtMs),
    restoreAllowed: !isExpired(key, nowMs),
    purgeAllowed: false,
    ...(dueAtMs !== undefined && { restoreExpirationDate: timestamp(dueAtMs), purgeScheduledOn: timestamp(dueAtMs) }),
  };
}
