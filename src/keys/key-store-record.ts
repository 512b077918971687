import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { renamed } from '../records/names.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
import type { KeySpace } from './key-space.ts';
import type { KeyStore } from './key-store.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

export function keyStoreRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'key-store', id };
}

export function keyStoreName({ tenantId, region }: KeySpace, name: string): RecordName {
  return { space: `key-store:${tenantId}:${region}`, name };
}

/** Names a store by the address of its proxy: two never share one. */
export function proxyUriName({ tenantId, region }: KeySpace, uri: string): RecordName {
  return { space: `key-store-uri:${tenantId}:${region}`, name: uri };
}

/** Names a store by the private way to its proxy. */
export function proxyServiceName({ tenantId, region }: KeySpace, serviceName: string): RecordName {
  return { space: `key-store-service:${tenantId}:${region}`, name: serviceName };
}

/** Names a store by its token, over all tenants. */
export function tokenName(clusterId: string): RecordName {
  return { space: 'key-store-cluster', name: clusterId };
}

/** The write that brings a store from `before` (absent: it is new) to `after`. */
export function putKeyStore(space: KeySpace, before: KeyStore | undefined, after: KeyStore): Put {
  const { tenantId, id, region, revision: _, ...content } = after;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const had = before === undefined ? [] : namesOf(space, before);
  const has = namesOf(space, after);
  return {
    put: sealRecord({ ...keyStoreRef(tenantId, id), scope: region, revision, body }, space.tenantKey.records),
    ...renamed(had, has),
  };
}

export function removeKeyStore({ tenantId, id, revision }: KeyStore): Remove {
  return { remove: keyStoreRef(tenantId, id), revision };
}

/**
 * Reads a store from its record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function readKeyStore(space: KeySpace, record: StoredRecord): KeyStore {
  const refused = () => new KeyError('record-not-authentic', { detail: `the record of the key store ${record.id}` });
  if (record.kind !== 'key-store' || !isAuthentic(record, space.tenantKey.records)) throw refused();
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== FORMAT) throw refused();
  const { tenantId, id, scope: region, revision } = record;
  return { ...(content as Omit<KeyStore, 'tenantId' | 'id' | 'region' | 'revision'>), tenantId, id, region, revision };
}

function namesOf(space: KeySpace, { name, reach }: KeyStore): RecordName[] {
  const own = keyStoreName(space, name);
  if (reach.kind === 'token') return [own, tokenName(reach.clusterId)];
  const uri = proxyUriName(space, reach.uriEndpoint + reach.uriPath);
  return reach.serviceName === undefined ? [own, uri] : [own, uri, proxyServiceName(space, reach.serviceName)];
}
