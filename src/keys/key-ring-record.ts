import { openBody, sealBody } from '../records/body.ts';
import type { Put, Remove } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import type { KeyRing } from './key-ring.ts';
import type { KeySpace } from './key-space.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** A ring's record is named by its region and its own name, so that no two of them are one. */
export function keyRingRef(tenantId: string, region: string, id: string): RecordRef {
  return { tenantId, kind: 'key-ring', id: `${region}/${id}` };
}

/** The write that brings a ring to its next revision. */
export function putKeyRing(space: KeySpace, ring: KeyRing): Put {
  const { tenantId, region, id, revision, ...content } = ring;
  const at = { ...keyRingRef(tenantId, region, id), scope: region, revision: revision + 1 };
  return { put: sealBody(space.tenantKey.records, at, FORMAT, content) };
}

export function removeKeyRing({ tenantId, region, id, revision }: KeyRing): Remove {
  return { remove: keyRingRef(tenantId, region, id), revision };
}

/**
 * Reads a ring from its record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function readKeyRing(space: KeySpace, record: StoredRecord): KeyRing {
  const refused = (): Error => notAuthentic(`the key ring ${record.id}`);
  const wanted = { kind: 'key-ring', format: FORMAT, refused } as const;
  const content = openBody<Pick<KeyRing, 'createdAtMs' | 'createdBy'>>(space.tenantKey.records, record, wanted);
  const { tenantId, scope: region, revision } = record;
  if (tenantId !== space.tenantId || !record.id.startsWith(`${region}/`)) throw refused();
  const id = record.id.slice(region.length + 1);
  return { ...content, tenantId, region, id, revision };
}
