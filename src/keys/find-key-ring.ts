import { listAllOf } from '../records/list-all.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { KeyError } from './errors.ts';
import { DEFAULT_RING, type Key } from './key.ts';
import { keyIdOf, keyRingSpace } from './key-record.ts';
import type { KeyCache } from './key-cache.ts';
import { isKeyRingName, MAX_MOVED, type KeyRing } from './key-ring.ts';
import { keyRingRef, readKeyRing } from './key-ring-record.ts';
import type { KeySpace } from './key-space.ts';
import type { OpenKey } from './open-key.ts';

/**
 * The ring of a name; `undefined` where there is none, and for the default one, which has no record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function findKeyRing(records: RecordReader, space: KeySpace, id: string): MaybePromise<KeyRing | undefined> {
  if (!isKeyRingName(id)) return undefined;
  const found = records.read(keyRingRef(space.tenantId, space.region, id));
  return andThen(found, (record) => record && readKeyRing(space, record));
}

/**
 * The ring that a key is to be put into; `undefined` for the default one.
 *
 * @throws {KeyError} `key-ring-not-found`
 */
export function requireKeyRing(records: RecordReader, space: KeySpace, id: string): MaybePromise<KeyRing | undefined> {
  if (id === DEFAULT_RING) return undefined;
  return andThen(findKeyRing(records, space, id), (ring) => {
    if (ring === undefined) throw new KeyError('key-ring-not-found', { keyRing: id });
    return ring;
  });
}

/** All rings of a region but the default one, sorted by their names. */
export async function listKeyRings(records: RecordReader, space: KeySpace): Promise<KeyRing[]> {
  const all = await listAllOf(records, space.tenantId, 'key-ring', space.region);
  return all.map((record) => readKeyRing(space, record));
}

/** The keys of a ring, whatever their state: at most one more than one deletion of the ring could move away. */
export async function keysInRing(
  records: RecordReader,
  keys: KeyCache,
  space: KeySpace,
  { id: ring }: KeyRing,
): Promise<OpenKey[]> {
  const names = await records.listNames(keyRingSpace(space.tenantId, space.region, ring), { limit: MAX_MOVED + 1 });
  const found: OpenKey[] = [];
  for (const { id } of names) {
    const open = await keys.find(space, keyIdOf(id));
    // The key may have left between the two look-ups; the commit looks again. Names prove nothing.
    if (open !== undefined && isIn(open.key, ring)) found.push(open);
  }
  return found;
}

function isIn({ keyRing, state }: Key, ring: string): boolean {
  return keyRing === ring && state !== 'destroyed';
}
