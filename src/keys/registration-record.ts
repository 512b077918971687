import { hash } from 'node:crypto';
import type { TenantKey } from '../crypto/hierarchy.ts';
import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { listAllOf } from '../records/list-all.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import type { Key } from './key.ts';
import { keyRecordId } from './key-record.ts';
import type { Registration } from './registration.ts';

/** The form of a registration's body that this code writes and reads: docs/spec/registrations.md. */
const FORMAT = 1;

/** A key as far as its registrations lie below it. */
export type RegisteredKey = Pick<Key, 'tenantId' | 'region' | 'id'>;

/** All registrations of one key. */
export function registrationScope({ region, id }: Pick<RegisteredKey, 'region' | 'id'>): string {
  return `${region}/${id}`;
}

/** One record for a key and a resource: which one, follows from both. */
export function registrationRef({ tenantId, region, id }: RegisteredKey, resourceCrn: string): RecordRef {
  const digest = hash('sha256', resourceCrn, 'hex').slice(0, 32);
  return { tenantId, kind: 'registration', id: `${keyRecordId(id, region)}/${digest}` };
}

/** Space of all registrations of one tenant and region. The names are ids of records. */
export function registrationSpace({ tenantId, region }: Pick<RegisteredKey, 'tenantId' | 'region'>): string {
  return `registration:${tenantId}:${region}`;
}

/** The write that makes a registration, or brings it to a new revision. */
export function putRegistration(tenantKey: TenantKey, registration: Registration): Put {
  const { tenantId, revision, ...content } = registration;
  if (tenantKey.tenantId !== tenantId)
    throw new TypeError('a registration is written under the keys of its own tenant');
  const key = keyOf(registration);
  const ref = registrationRef(key, registration.resourceCrn);
  const at = { ...ref, scope: registrationScope(key), revision };
  const put = sealBody(tenantKey.records, at, FORMAT, content);
  return revision === 1 ? { put, claim: [nameOf(registration, ref)] } : { put };
}

export function removeRegistration(registration: Registration): Remove {
  const { revision, resourceCrn } = registration;
  return { remove: registrationRef(keyOf(registration), resourceCrn), revision };
}

/**
 * Reads a registration from its record.
 *
 * @throws {KeyError} `record-not-authentic` when the record is not one that this installation wrote
 */
export function readRegistration(tenantKey: TenantKey, record: StoredRecord): Registration {
  const { tenantId, revision } = record;
  const refused = (): Error => notAuthentic(`the registration ${record.id}`);
  const wanted = { kind: 'registration', format: FORMAT, refused } as const;
  const content = openBody<Omit<Registration, 'tenantId' | 'revision'>>(tenantKey.records, record, wanted);
  const registration = { ...content, tenantId, revision };
  const { id } = registrationRef(keyOf(registration), registration.resourceCrn);
  if (id !== record.id || record.scope !== registrationScope(keyOf(registration))) throw refused();
  return registration;
}

/** All registrations of a key, in the order of their records. */
export async function registrationsOf(
  records: Pick<RecordReader, 'list'>,
  tenantKey: TenantKey,
  key: RegisteredKey,
): Promise<Registration[]> {
  const all = await listAllOf(records, key.tenantId, 'registration', registrationScope(key));
  return all.map((record) => readRegistration(tenantKey, record));
}

function keyOf({ tenantId, region, keyId }: Registration): RegisteredKey {
  return { tenantId, region, id: keyId };
}

function nameOf(registration: Registration, { id }: RecordRef): RecordName {
  return { space: registrationSpace(registration), name: id };
}
