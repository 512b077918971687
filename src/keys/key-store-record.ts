import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { renamed } from '../records/names.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
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
function proxyUriName({ tenantId, region }: KeySpace, uri: string): RecordName {
  return { space: `key-store-uri:${tenantId}:${region}`, name: uri };
}

/** Names a store by the private way to its proxy. */
function proxyServiceName({ tenantId, region }: KeySpace, serviceName: string): RecordName {
  return { space: `key-store-service:${tenantId}:${region}`, name: serviceName };
}

/** Names a store by its token, over all tenants. */
export function tokenName(clusterId: string): RecordName {
  return { space: 'key-store-cluster', name: clusterId };
}

/** The write that brings a store from `before` (absent: it is new) to `after`. */
export function putKeyStore(space: KeySpace, before: KeyStore | undefined, after: KeyStore): Put {
  const { tenantId, id, region, revision: _, ...content } = after;
  const at = { ...keyStoreRef(tenantId, id), scope: region, revision: (before?.revision ?? 0) + 1 };
  return {
    put: sealBody(space.tenantKey.records, at, FORMAT, content),
    ...renamed((store) => namesOf(space, store), before, after),
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
  const { tenantId, id, scope: region, revision } = record;
  const refused = (): Error => notAuthentic(`the key store ${id}`);
  const wanted = { kind: 'key-store', format: FORMAT, refused } as const;
  type Content = Omit<KeyStore, 'tenantId' | 'id' | 'region' | 'revision'>;
  return { ...openBody<Content>(space.tenantKey.records, record, wanted), tenantId, id, region, revision };
}

function namesOf(space: KeySpace, { name, reach }: KeyStore): RecordName[] {
  const own = keyStoreName(space, name);
  if (reach.kind === 'token') return [own, tokenName(reach.clusterId)];
  const uri = proxyUriName(space, reach.uriEndpoint + reach.uriPath);
  return reach.serviceName === undefined ? [own, uri] : [own, uri, proxyServiceName(space, reach.serviceName)];
}
