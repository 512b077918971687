import { createHmac, hash, type KeyObject } from 'node:crypto';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { constantTimeEqual } from '../bytes/equal.ts';

/** What kinds of records there are. The tenant of what belongs to no tenant is {@link INSTALLATION}. */
export type RecordKind =
  | 'installation'
  | 'tenant'
  | 'instance'
  | 'principal'
  | 'credential'
  | 'sign-in'
  | 'enrolment'
  | 'sign-in-settings'
  | 'role'
  | 'access-policy'
  | 'service'
  | 'key'
  | 'grant'
  | 'key-store'
  | 'material-use'
  | 'xks-endpoint'
  | 'key-ring'
  | 'registration'
  | 'lifecycle-event'
  | 'instance-policies'
  | 'instance-import-token'
  | 'authorization'
  | 'token-signing-key'
  | 'identity-provider'
  | 'environment'
  | 'run'
  | 'source'
  | 'schedule'
  | 'key-watch'
  | 'alert-channel'
  | 'alert'
  | 'vault-agent';

/** The owner of records that belong to no tenant. No tenant id can have this form. */
export const INSTALLATION = 'installation';

/** Names one record. `id` is unique among the records of one tenant and kind. */
export interface RecordRef {
  readonly tenantId: string;
  readonly kind: RecordKind;
  readonly id: string;
}

/**
 * One record as it lies in the store: everything that must change together, under one revision and one MAC.
 * `scope` groups records for listing (the region of a key, empty where there is none); it is part of the digest.
 */
export interface StoredRecord extends RecordRef {
  readonly scope: string;
  /** 1 when the record is made, one more with each change. */
  readonly revision: number;
  /** UTF-8 JSON. Only the room that owns the kind reads it. */
  readonly body: Buffer;
  /** HMAC-SHA-256 over {@link recordDigest} under the record key of the tenant, 32 bytes. */
  readonly mac: Buffer;
}

/** Says in one line which record is meant. */
export function describeRef(ref: RecordRef): string {
  return `${ref.kind} ${ref.id} of ${ref.tenantId}`;
}

/** SHA-256 over every field of a record but its MAC: 32 bytes. This is what audit entries and the state root hold. */
export function recordDigest(record: Omit<StoredRecord, 'mac'>): Buffer {
  return hash(
    'sha256',
    lengthPrefixed(
      'keystead/record/v1',
      record.tenantId,
      record.kind,
      record.id,
      record.scope,
      String(record.revision),
      record.body,
    ),
    'buffer',
  );
}

/** Puts the MAC on a record that is about to be written. */
export function sealRecord(record: Omit<StoredRecord, 'mac'>, recordKey: KeyObject): StoredRecord {
  return { ...record, mac: macOf(recordDigest(record), recordKey) };
}

/** Whether a record that was read is one that we wrote. It may still be an old one: the state root tells. */
export function isAuthentic(record: StoredRecord, recordKey: KeyObject): boolean {
  return constantTimeEqual(record.mac, macOf(recordDigest(record), recordKey));
}

function macOf(digest: Buffer, recordKey: KeyObject): Buffer {
  return createHmac('sha256', recordKey).update(digest).digest();
}
