import type { Precondition, Room, Write } from '../records/commit.ts';
import { edit, unchanged, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import { DEFAULT_RING, type Key } from './key.ts';
import { keyRingSpace } from './key-record.ts';
import { keyRingRef, putKeyRing, removeKeyRing } from './key-ring-record.ts';
import type { KeySpace } from './key-space.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';

/** A group of keys of one tenant and region, over which rights are given. The default one has no record. */
export interface KeyRing {
  readonly tenantId: string;
  readonly region: string;
  /** What people call it: unique in the region. */
  readonly id: string;
  readonly revision: number;
  readonly createdAtMs: number;
  /** Who made it: the name of a key's `createdBy`. */
  readonly createdBy: string;
}

/** https://registry.terraform.io/providers/IBM-Cloud/ibm/latest/docs/resources/kms_key_rings, "key_ring_id". */
const NAME = /^[A-Za-z0-9-]{2,100}$/;
/** Keys that one deletion of a ring moves away: more would not fit into one entry of the log. */
export const MAX_MOVED = 200;

/** Whether a ring can have this name. No other spelling of the default ring's can be another ring's. */
export function isKeyRingName(id: string): boolean {
  return NAME.test(id);
}

/**
 * Makes a ring.
 *
 * @param existing the ring of this name, if there is one
 * @throws {KeyError} `key-ring-malformed`, `key-ring-exists`
 */
export function createKeyRing(
  space: KeySpace,
  id: string,
  existing: KeyRing | undefined,
  createdBy: string,
  nowMs: number,
): Change<KeyRing> {
  if (!isKeyRingName(id)) throw new KeyError('key-ring-malformed', { keyRing: id });
  const isDefault = id.toLowerCase() === DEFAULT_RING;
  if (isDefault || existing !== undefined) throw new KeyError('key-ring-exists', { keyRing: id });
  const { tenantId, region } = space;
  const ring = { tenantId, region, id, createdAtMs: nowMs, createdBy };
  return { value: { ...ring, revision: 1 }, writes: [putKeyRing(space, { ...ring, revision: 0 })] };
}

/** Room for one more ring: the default one counts, and has no record. */
export function roomForKeyRing({ tenantId, region }: KeySpace, { keyRingsPerRegion }: Quotas = DEFAULT_QUOTAS): Room {
  return { tenantId, kind: 'key-ring', scope: region, below: Math.max(1, keyRingsPerRegion - 1) };
}

/** What must still hold when a key is put into a ring: that it is there. Nothing, for the default one. */
export function ringHolds(ring: KeyRing | undefined): readonly Precondition[] {
  if (ring === undefined) return [];
  const { tenantId, region, id, revision } = ring;
  return [{ ref: keyRingRef(tenantId, region, id), revision }];
}

/** Puts a key into another ring. It is to be committed together with what {@link ringHolds}. */
export function moveKey(space: KeySpace, key: Key, to: KeyRing | undefined, nowMs: number): Change<Key> {
  if (key.keyRing === to?.id) return unchanged(key);
  return edit(space, key, { keyRing: to?.id, updatedAtMs: nowMs });
}

/** A change, and the spaces of names that hold nothing once what it gives up is gone. */
export interface RingDeletion {
  readonly writes: readonly Write[];
  readonly emptySpaces: readonly string[];
}

/**
 * Deletes a ring that holds no key. Where it is forced, deleted keys that it holds go to the default ring.
 *
 * @param keys all keys that the ring holds, or more than {@link MAX_MOVED} of them
 * @throws {KeyError} `key-ring-not-empty`
 */
export function deleteKeyRing(
  space: KeySpace,
  ring: KeyRing,
  keys: readonly Key[],
  isForced: boolean,
  nowMs: number,
): RingDeletion {
  const keyRing = ring.id;
  const areMovable = isForced && keys.every(({ state }) => state === 'deleted' || state === 'pending-deletion');
  if (keys.length > 0 && !areMovable) throw new KeyError('key-ring-not-empty', { keyRing });
  if (keys.length > MAX_MOVED) {
    const detail = `it holds more than ${MAX_MOVED} deleted keys: purge some of them, or move them first`;
    throw new KeyError('key-ring-not-empty', { keyRing, limit: MAX_MOVED, detail });
  }
  const moved = keys.flatMap((key) => moveKey(space, key, undefined, nowMs).writes);
  return {
    writes: [removeKeyRing(ring), ...moved],
    emptySpaces: [keyRingSpace(ring.tenantId, ring.region, ring.id)],
  };
}
