import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { listAllOf } from '../records/list-all.ts';
import type { RecordReader } from '../records/ports.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const put = sealRecord({ ...ref, scope: registrationScope(key), revision, body }, tenantKey.records);
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
  const refuse = (): KeyError =>
    new KeyError('record-not-authentic', { detail: `the record of the registration ${record.id}` });
  if (record.kind !== 'registration' || !isAuthentic(record, tenantKey.records)) throw refuse();
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  const { tenantId, revision } = record;
  const registration = { ...(content as Omit<Registration, 'tenantId' | 'revision'>), tenantId, revision };
  const { id } = registrationRef(keyOf(registration), registration.resourceCrn);
  if (format !== FORMAT || id !== record.id || record.scope !== registrationScope(keyOf(registration))) throw refuse();
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
