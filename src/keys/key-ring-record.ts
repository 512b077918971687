import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Put, Remove } from '../records/commit.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const record = { ...keyRingRef(tenantId, region, id), scope: region, revision: revision + 1, body };
  return { put: sealRecord(record, space.tenantKey.records) };
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
  const refused = () => new KeyError('record-not-authentic', { detail: `the record of the key ring ${record.id}` });
  if (record.kind !== 'key-ring' || !isAuthentic(record, space.tenantKey.records)) throw refused();
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  const { tenantId, scope: region, revision } = record;
  if (format !== FORMAT || tenantId !== space.tenantId || !record.id.startsWith(`${region}/`)) throw refused();
  const id = record.id.slice(region.length + 1);
  return { ...(content as Pick<KeyRing, 'createdAtMs' | 'createdBy'>), tenantId, region, id, revision };
}
