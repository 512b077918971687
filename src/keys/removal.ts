import { edit, type Change } from './change.ts';
import { spentAuthorization } from './dual-authorization.ts';
import { KeyError } from './errors.ts';
import type { Key, Removal } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { isExpired, isPurgeDue, requireState } from './state.ts';
import { requireWaited, WAITING_MS } from './waiting-times.ts';

/**
 * Deletes a key at once: it works for nothing any more, and for 30 days it can be taken back as it was, with its
 * aliases. What may keep it from its end is asked before: deletable.ts.
 *
 * @param by who deletes it, by the name of {@link Key.createdBy}
 * @throws {KeyError} what its state refuses; `deletion-must-wait` where others hold parts of the key
 */
export function deleteKey(space: KeySpace, key: Key, by: string, nowMs: number): Change<Key> {
  requireState(key, 'delete', nowMs);
  // Relatives in other regions and key stores elsewhere know nothing of a key that comes back.
  if (key.multiRegion !== undefined || key.keyStore !== undefined) {
    throw new KeyError('deletion-must-wait', { keyId: key.id });
  }
  return edit(space, key, {
    state: 'deleted',
    removal: { atMs: nowMs, by },
    ...spentAuthorization(key),
    stateChangedAtMs: nowMs,
    updatedAtMs: nowMs,
  });
}

/**
 * Takes a key back that was deleted, or that waits for its deletion: it is active then, with all that it had.
 *
 * @throws {KeyError} `too-early` within 30 seconds, `restore-expired` after 30 days, `key-expired`, and what its state
 *   refuses
 */
export function restore(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'restore', nowMs);
  const { removal } = key;
  requireWaited('restore', key.id, removal?.atMs ?? key.deletion?.scheduledAtMs, nowMs);
  const isLate = removal !== undefined && nowMs >= removal.atMs + WAITING_MS.restorable;
  // By another server's clock, or by ours before it was set back, its time was over: it would come back as a shell.
  if (removal !== undefined && (isLate || isWithoutMaterial(key))) {
    throw new KeyError('restore-expired', { keyId: key.id, atMs: removal.atMs + WAITING_MS.restorable });
  }
  if (isExpired(key, nowMs)) {
    throw new KeyError('key-expired', { keyId: key.id, ...(key.expiresAtMs && { atMs: key.expiresAtMs }) });
  }
  return edit(space, key, {
    state: 'active',
    removal: undefined,
    deletion: undefined,
    stateChangedAtMs: nowMs,
    updatedAtMs: nowMs,
  });
}

/**
 * Ends a deleted key for good: its material is destroyed, its names are free, a tombstone remains. What hangs on it is
 * taken away by the sweep: {@link isLeftover}.
 *
 * @throws {KeyError} `too-early` within 4 hours of the deletion, and what its state refuses
 */
export function purge(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireState(key, 'purge', nowMs);
  requireWaited('purge', key.id, key.removal?.atMs, nowMs);
  return edit(space, key, tombstone(key));
}

/** What the clock does to a key 90 days after its deletion. */
export function purgeBySystem(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  if (!isPurgeDue(key, nowMs)) throw new TypeError('this key is not due to be purged');
  return edit(space, key, { ...tombstone(key), removal: undefined });
}

/** Whether a tombstone still has grants and the like to be taken away: {@link clearLeftover} says that it is done. */
export function isLeftover({ state, removal }: Key): boolean {
  return state === 'destroyed' && removal !== undefined;
}

export function clearLeftover(space: KeySpace, key: Key): Change<Key> {
  return edit(space, key, { removal: undefined });
}

/** Whether a key was deleted so long ago that it cannot be restored, and still has material. */
export function isMaterialLeft({ state, removal, versions }: Key, nowMs: number): boolean {
  const isOver = state === 'deleted' && (removal as Removal).atMs + WAITING_MS.restorable <= nowMs;
  return isOver && versions.some(({ material }) => material !== null);
}

/** Destroys material that nobody can take back any more. What is known of the key stays until it is purged. */
export function destroyMaterial(space: KeySpace, key: Key): Change<Key> {
  return edit(space, key, { versions: withoutMaterial(key), importTokens: [] });
}

/** Whether a key's own time is over and {@link deactivate} is due. */
export function isDeactivationDue(key: Key, nowMs: number): boolean {
  return key.state === 'active' && isExpired(key, nowMs);
}

/** Ends a key's time to protect data, for good. What it protected it still opens. */
export function deactivate(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  return edit(space, key, { state: 'deactivated', stateChangedAtMs: nowMs, updatedAtMs: nowMs });
}

/** Whether a key has lost its material for good: nobody can bring that which was made here. */
function isWithoutMaterial({ origin, versions }: Key): boolean {
  return origin === 'generated' && versions.every(({ material }) => material === null);
}

function tombstone(key: Key) {
  return { state: 'destroyed', versions: withoutMaterial(key), aliases: [], importTokens: [] } as const;
}

function withoutMaterial({ versions }: Key): Key['versions'] {
  return versions.map((version) => ({ ...version, material: null }));
}
