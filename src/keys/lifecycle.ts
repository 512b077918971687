import { requireAccessPolicy } from './access-policy.ts';
import { edit, unchanged, type Change, type KeyEdit } from './change.ts';
import { spentAuthorization } from './dual-authorization.ts';
import { KeyError } from './errors.ts';
import { unregistered } from './held.ts';
import { hasRelatives, isPrimary, type Key, type KeyState, type MultiRegion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { withRelated, type Placed } from './related.ts';
import { conditionOf, requireState } from './state.ts';

const DAY_MS = 86_400_000;
/** Shortest and longest waiting period before a deletion, in days. */
export const DELETION_WINDOW_DAYS = { min: 7, max: 30, default: 30 } as const;

function changedTo(state: KeyState, nowMs: number): KeyEdit {
  return { state, stateChangedAtMs: nowMs, updatedAtMs: nowMs };
}

/** Switches a key on, unless its own time is over. Enabling an enabled key changes nothing. */
export function enable(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'enable', nowMs);
  return key.state === 'active' ? unchanged(key) : edit(space, key, changedTo('active', nowMs));
}

/** Switches a key off: from the answer on it works nowhere. */
export function disable(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'disable', nowMs);
  return key.state === 'suspended' ? unchanged(key) : edit(space, key, changedTo('suspended', nowMs));
}

export function describeAs(space: KeySpace, key: Key, description: string, nowMs: number): Change<Key> {
  requireState(key, 'annotate', nowMs);
  return edit(space, key, { description, updatedAtMs: nowMs });
}

/**
 * Sets the access policy, which the caller has found not to lock its author out.
 *
 * @throws {KeyError} `access-policy-malformed`
 */
export function setAccessPolicy(space: KeySpace, key: Key, accessPolicy: string, nowMs: number): Change<Key> {
  requireState(key, 'set-access-policy', nowMs);
  requireAccessPolicy(accessPolicy, key.id);
  return edit(space, key, { accessPolicy });
}

/**
 * Lets a key go after a waiting period of whole days, during which it works for nothing but can be called back. Not
 * while resources are registered with it.
 *
 * @throws {KeyError} `deletion-window-out-of-range`, and what the key's state refuses
 */
export function scheduleDeletion(space: KeySpace, key: Key, windowDays: number, nowMs: number): Change<Key> {
  const isInRange = windowDays >= DELETION_WINDOW_DAYS.min && windowDays <= DELETION_WINDOW_DAYS.max;
  if (!Number.isInteger(windowDays) || !isInRange) {
    throw new KeyError('deletion-window-out-of-range', { keyId: key.id });
  }
  requireState(key, 'schedule-deletion', nowMs);
  // Replicas hold the material as well: a primary outlives them.
  const waits = isPrimary(key) && hasRelatives(key);
  const deletion = { scheduledAtMs: nowMs, windowDays, ...(!waits && { dueAtMs: nowMs + windowDays * DAY_MS }) };
  const change = edit(space, key, { ...changedTo('pending-deletion', nowMs), deletion, ...spentAuthorization(key) });
  return { ...change, rooms: [unregistered(key)] };
}

/** Calls a key back. It is switched off then: whoever wants to use it enables it. */
export function cancelDeletion(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'cancel-deletion', nowMs);
  return edit(space, key, { ...changedTo('suspended', nowMs), deletion: undefined });
}

/** Whether the waiting period is over and {@link destroy} is due. */
export function isDestructionDue(key: Key, nowMs: number): boolean {
  return key.state === 'pending-deletion' && conditionOf(key, nowMs) === 'gone';
}

/**
 * Destroys a key whose waiting period is over: material, aliases and tokens go, a tombstone remains. Its relatives hear
 * of it, and the waiting period of a primary that was let go begins with the end of its last replica.
 */
export function destroy({ space, key }: Placed, related: readonly Placed[], nowMs: number): Change<Key> {
  if (!isDestructionDue(key, nowMs)) throw new KeyError('key-not-pending-deletion', { keyId: key.id });
  const versions = key.versions.map((version) => ({ ...version, material: null }));
  const change = edit(space, key, { state: 'destroyed', versions, aliases: [], importTokens: [] });
  return withRelated(change, related, (other) => withoutRelative(other.key, key.region, nowMs));
}

/** Whether material has expired that is still stored: {@link dropExpiredMaterial} is due. */
export function hasExpiredMaterial(key: Key, nowMs: number): boolean {
  return key.versions.some(
    (version) => version.material !== null && (version.materialExpiresAtMs ?? Infinity) <= nowMs,
  );
}

/** Forgets material whose time is over. It can be imported again. */
export function dropExpiredMaterial(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  const versions = key.versions.map((version) =>
    (version.materialExpiresAtMs ?? Infinity) <= nowMs ? { ...version, material: null } : version,
  );
  return edit(space, key, { versions });
}

function withoutRelative({ multiRegion, deletion }: Key, region: string, nowMs: number): KeyEdit {
  const { primaryRegion, regions } = multiRegion as MultiRegion;
  const left = regions.filter((one) => one !== region);
  const begins = deletion !== undefined && deletion.dueAtMs === undefined && left.length === 1;
  return {
    multiRegion: { primaryRegion, regions: left },
    ...(begins && { deletion: { ...deletion, dueAtMs: nowMs + deletion.windowDays * DAY_MS } }),
  };
}
