import { edit, type Change } from './change.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { requireRootKey } from './root-key.ts';
import { requireWaited } from './waiting-times.ts';

/**
 * Switches a root key off: from the answer on it works nowhere.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `key-not-active`, `key-deleted`
 */
export function suspend(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireRootKey(key, 'suspend', nowMs);
  return edit(space, key, { state: 'suspended', updatedAtMs: nowMs, stateChangedAtMs: nowMs });
}

/**
 * Switches a root key on again, some time after it was switched off.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `key-not-suspended`, `key-deleted`, `too-early`
 */
export function resume(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  requireRootKey(key, 'resume', nowMs);
  requireWaited('enable', key.id, key.stateChangedAtMs, nowMs);
  return edit(space, key, { state: 'active', updatedAtMs: nowMs, stateChangedAtMs: nowMs });
}
