import type { Remove, Room } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { NeededRoom } from './change.ts';
import type { KeySpace } from './key-space.ts';
import { KeyError } from './errors.ts';
import type { Key } from './key.ts';
import { registrationScope, registrationsOf, removeRegistration } from './registration-record.ts';

/** A key is deleted only while nothing is registered with it: counted where commits are ordered. */
export function unregistered(key: Pick<Key, 'tenantId' | 'region' | 'id'>): NeededRoom {
  return { room: roomBelow(key, 1), refusal: new KeyError('key-protected', { keyId: key.id }) };
}

/** Nothing more is registered with a key than what was read: otherwise the change is decided again. */
export function nothingMore(key: Pick<Key, 'tenantId' | 'region' | 'id'>, count: number): NeededRoom {
  return { room: roomBelow(key, count + 1) };
}

/** What a deletion by force takes with it. */
export interface Release {
  readonly writes: readonly Remove[];
  readonly rooms: readonly NeededRoom[];
}

/**
 * Takes all registrations of a key away, in the commit that deletes it.
 *
 * @throws {KeyError} `key-held` one of them prevents the deletion, even by force
 */
export async function release(records: Pick<RecordReader, 'list'>, space: KeySpace, key: Key): Promise<Release> {
  const registrations = await registrationsOf(records, space.tenantKey, key);
  if (registrations.some(({ preventsDeletion }) => preventsDeletion)) throw new KeyError('key-held', { keyId: key.id });
  return { writes: registrations.map(removeRegistration), rooms: [nothingMore(key, registrations.length)] };
}

function roomBelow({ tenantId, region, id }: Pick<Key, 'tenantId' | 'region' | 'id'>, below: number): Room {
  return { tenantId, kind: 'registration', scope: registrationScope({ region, id }), below };
}
