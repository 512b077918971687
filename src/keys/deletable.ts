import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import type { Change } from './change.ts';
import { requireSecondPerson, type Person } from './dual-authorization.ts';
import { release, unregistered, type Release } from './held.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { scheduleDeletion } from './lifecycle.ts';
import { deleteKey } from './removal.ts';

/**
 * Deletes a key at once, if nothing else than its state stands between it and its end: two people where it asks for
 * them, and no resource that is registered with it, unless by force.
 *
 * @throws {KeyError} `authorization-missing`, `key-held`, and what {@link deleteKey} throws; `key-protected` when it is
 *   committed
 */
export function deleteFor(
  records: Pick<RecordReader, 'list'>,
  space: KeySpace,
  key: Key,
  person: Person,
  isForced: boolean,
  nowMs: number,
): MaybePromise<Change<Key>> {
  const change = deleteKey(space, key, person.by, nowMs);
  requireSecondPerson(key, person.principalId, nowMs);
  return andThen<Release, Change<Key>>(
    isForced ? release(records, space, key) : { writes: [], rooms: [unregistered(key)] },
    ({ writes, rooms }) => ({ ...change, writes: [...change.writes, ...writes], rooms }),
  );
}

/**
 * Lets a key go after a waiting period, if another person has authorised it where the key asks for two.
 *
 * @throws {KeyError} `authorization-missing`, and what {@link scheduleDeletion} throws
 */
export function scheduleDeletionFor(
  space: KeySpace,
  key: Key,
  windowDays: number,
  { principalId }: Pick<Person, 'principalId'>,
  nowMs: number,
): Change<Key> {
  const change = scheduleDeletion(space, key, windowDays, nowMs);
  requireSecondPerson(key, principalId, nowMs);
  return change;
}
