import { keySpec } from '../crypto/key-spec.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import { openFormatted, sealBody } from '../records/body.ts';
import type { Put, RecordName } from '../records/commit.ts';
import { renamed, timedName } from '../records/names.ts';
import type { StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
import { DEFAULT_RING, isPrimary, type Key, type Removal } from './key.ts';
import { WAITING_MS } from './waiting-times.ts';

/** The form of a key record's body that this code writes and reads. */
const FORMAT = 1;
/** What the ids of multi-Region keys begin with; 32 lower-case hexadecimal digits follow. */
export const MULTI_REGION_PREFIX = 'mrk-';

/**
 * The id of a key's record. Related keys of several regions share their id, so that of a multi-Region key bears the
 * region: `mrk-...@eu-west-1`.
 */
export function keyRecordId(keyId: string, region: string): string {
  return keyId.startsWith(MULTI_REGION_PREFIX) ? `${keyId}@${region}` : keyId;
}

/** The id of the key that a record with this id holds. */
export function keyIdOf(recordId: string): string {
  const at = recordId.indexOf('@');
  return at < 0 ? recordId : recordId.slice(0, at);
}

/** Space of alias names of one tenant and region. */
export function aliasSpace(tenantId: string, region: string): string {
  return `alias:${tenantId}:${region}`;
}

/** Space of version handles of one tenant and region. */
export function handleSpace(tenantId: string, region: string): string {
  return `handle:${tenantId}:${region}`;
}

/** Space of the keys that live in one key store, by their names there. */
export function keysInStoreSpace(tenantId: string, region: string, keyStoreId: string): string {
  return `in-key-store:${tenantId}:${region}:${keyStoreId}`;
}

/** Space of the keys in one key ring, by the ids of their records. */
export function keyRingSpace(tenantId: string, region: string, keyRing: string): string {
  return `key-ring:${tenantId}:${region}:${keyRing}`;
}

/** Space of the keys of one tenant whose deletion waits for the second of two people, by region and id. */
export function awaitedSpace(tenantId: string): string {
  return `awaited:${tenantId}`;
}

/** The region and the id of a key that a name of {@link awaitedSpace} is about. */
export function awaitedKeyOf(name: string): { readonly region: string; readonly keyId: string } {
  const at = name.indexOf('/');
  return { region: name.slice(0, at), keyId: name.slice(at + 1) };
}

/** Space of what the clock has to do to keys: over all tenants, sorted by the time when it is due. */
export const DUE_SPACE = 'due';

/** When the clock has something to do to a key: its end, the expiry of its material or of itself, its rotation. */
function dueName(key: Key, atMs: number): RecordName {
  return timedName(DUE_SPACE, atMs, `${key.tenantId}/${keyRecordId(key.id, key.region)}`);
}

function dueTimes(key: Key): number[] {
  // A key that somebody purged is looked at once more: for what hangs on it.
  if (key.state === 'destroyed') return key.removal === undefined ? [] : [key.removal.atMs];
  const { removal, expiresAtMs, state } = key;
  const expiring = key.versions.flatMap(({ material, materialExpiresAtMs }) =>
    material === null || materialExpiresAtMs === undefined ? [] : [materialExpiresAtMs],
  );
  return [
    ...new Set([
      ...expiring,
      ...(key.deletion?.dueAtMs === undefined ? [] : [key.deletion.dueAtMs]),
      ...(removal === undefined ? [] : removalTimes(key, removal)),
      ...(state === 'active' && expiresAtMs !== undefined ? [expiresAtMs] : []),
      ...rotationTimes(key),
    ]),
  ];
}

/** The end of its material, and its own. */
function removalTimes({ versions }: Key, { atMs }: Removal): number[] {
  const hasAny = versions.some(({ material }) => material !== null);
  return [...(hasAny ? [atMs + WAITING_MS.restorable] : []), atMs + WAITING_MS.automaticPurge];
}

/**
 * A rotation is the primary's to make, and waits for as long as the key is off: a name that stays due all that time would
 * keep the sweep from others.
 */
function rotationTimes(key: Key): number[] {
  return key.rotation !== undefined && key.state === 'active' && isPrimary(key) ? [key.rotation.nextAtMs] : [];
}

/** A destroyed key leaves the lists of its region; its record stays as a tombstone. */
function scopeOf(key: Key): string {
  return key.state === 'destroyed' ? `destroyed:${key.region}` : key.region;
}

/**
 * The write that brings a key from `before` (absent: it is new) to `after`, with the names it gains and loses.
 *
 * @throws {TypeError} the tenant key is another tenant's: a fault of the caller
 */
export function putKey(tenantKey: TenantKey, before: Key | undefined, after: Omit<Key, 'revision'>): Put {
  const { tenantId, id, spec, ...rest } = after;
  if (tenantKey.tenantId !== tenantId) throw new TypeError('a key is written under the keys of its own tenant');
  const { revision: _, isUnavailable: __, ...content } = rest as typeof rest & { revision?: number };
  const revision = (before?.revision ?? 0) + 1;
  const recordId = keyRecordId(id, after.region);
  const at = { tenantId, kind: 'key', id: recordId, scope: scopeOf(after as Key), revision } as const;
  return {
    put: sealBody(tenantKey.records, at, FORMAT, { spec: spec.name, ...content }),
    ...renamed(namesOf, before, after as Key),
  };
}

/** Every name by which a key is found. */
function namesOf(key: Key): RecordName[] {
  return [
    ...keyStoreNames(key),
    ...keyRingNames(key),
    ...awaitedNames(key),
    ...key.aliases.map(({ name }) => ({ space: aliasSpace(key.tenantId, key.region), name })),
    ...key.versions.map(({ handle }) => ({ space: handleSpace(key.tenantId, key.region), name: handle })),
    ...dueTimes(key).map((atMs) => dueName(key, atMs)),
  ];
}

/** In a key store each name of a key there belongs to one key here, for as long as this one is there. */
function keyStoreNames({ tenantId, region, id, state, keyStore }: Key): RecordName[] {
  if (keyStore === undefined || state === 'destroyed') return [];
  const { keyStoreId, externalKeyId = id } = keyStore;
  return [{ space: keysInStoreSpace(tenantId, region, keyStoreId), name: externalKeyId }];
}

/** An authorisation that does not say when it was given is of before there were such names. */
function awaitedNames({ tenantId, region, id, state, dualAuthorization }: Key): RecordName[] {
  if (dualAuthorization?.authorized?.atMs === undefined || state === 'destroyed') return [];
  return [{ space: awaitedSpace(tenantId), name: `${region}/${id}` }];
}

/** What is in the default ring is in no other: it needs no name. */
function keyRingNames({ tenantId, region, id, state, keyRing = DEFAULT_RING }: Key): RecordName[] {
  if (keyRing === DEFAULT_RING || state === 'destroyed') return [];
  return [{ space: keyRingSpace(tenantId, region, keyRing), name: keyRecordId(id, region) }];
}

/**
 * Reads a key from its record.
 *
 * @throws {KeyError} `record-not-authentic` when the record is not one that this installation wrote
 */
export function readKey(tenantKey: TenantKey, record: StoredRecord): Key {
  const refused = (): KeyError => new KeyError('record-not-authentic', { keyId: record.id });
  type Content = Omit<Key, 'tenantId' | 'id' | 'revision' | 'spec'> & { readonly spec: string };
  const body = openFormatted<Content>(tenantKey.records, record, { kind: 'key', refused });
  const { format, spec, ...fields } = body;
  const row = keySpec(spec);
  if (format !== FORMAT || row === undefined) {
    throw new KeyError('record-not-authentic', {
      keyId: record.id,
      detail: 'the record has a format of another version',
    });
  }
  const { tenantId, revision } = record;
  if (keyRecordId(keyIdOf(record.id), fields.region) !== record.id) throw refused();
  return { ...fields, tenantId, id: keyIdOf(record.id), revision, spec: row };
}

/** The region of a key that has not been read yet: only to find the keys that open it. */
export function readRegion(record: StoredRecord): string {
  return record.scope.replace(/^destroyed:/, '');
}
