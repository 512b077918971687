import { edit, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { requireWaited } from './waiting-times.ts';

/**
 * Has the services that use a key told anew how it is. Not within an hour of what they were told of anyway; the creation
 * of the key does not count.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `too-early`
 */
export function sync(space: KeySpace, key: Key, nowMs: number): Change<Key> {
  if (key.extractable) throw new KeyError('not-a-wrapping-key', { keyId: key.id });
  const rotations = key.versions.flatMap(({ rotation }) => (rotation === undefined ? [] : [rotation.atMs]));
  const { stateChangedAtMs, removal, deletion, syncedAtMs } = key;
  const times = [stateChangedAtMs, removal?.atMs, deletion?.scheduledAtMs, syncedAtMs, ...rotations];
  const known = times.filter((time) => time !== undefined);
  requireWaited('sync', key.id, known.length === 0 ? undefined : Math.max(...known), nowMs);
  return edit(space, key, { syncedAtMs: nowMs });
}
