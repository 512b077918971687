import type { TenantKey } from '../crypto/hierarchy.ts';
import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { renamed } from '../records/names.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import type { XksEndpoint } from './xks-endpoint.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

export function xksEndpointRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'xks-endpoint', id };
}

/** Names an endpoint by an access key id, over all tenants. */
export function xksAccessKeyName(accessKeyId: string): RecordName {
  return { space: 'xks-access-key', name: accessKeyId };
}

/** Names an endpoint by its path, over all tenants: two never answer at one. */
export function xksPathName(pathPrefix: string): RecordName {
  return { space: 'xks-path', name: `${pathPrefix}/` };
}

/** Names an endpoint in its tenant. */
export function xksEndpointName(tenantId: string, name: string): RecordName {
  return { space: `xks-endpoint:${tenantId}`, name };
}

/** The write that brings an endpoint from `before` (absent: it is new) to `after`. */
export function putXksEndpoint(tenantKey: TenantKey, before: XksEndpoint | undefined, after: XksEndpoint): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const at = { ...xksEndpointRef(tenantId, id), scope: '', revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

export function removeXksEndpoint({ tenantId, id, revision }: XksEndpoint): Remove {
  return { remove: xksEndpointRef(tenantId, id), revision };
}

/**
 * Reads an endpoint from its record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function readXksEndpoint(tenantKey: TenantKey, record: StoredRecord): XksEndpoint {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`the endpoint ${id}`);
  const wanted = { kind: 'xks-endpoint', format: FORMAT, refused } as const;
  const content = openBody<Omit<XksEndpoint, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  return { ...content, tenantId, id, revision };
}

function namesOf({ tenantId, name, pathPrefix, credentials }: XksEndpoint): RecordName[] {
  return [
    xksEndpointName(tenantId, name),
    xksPathName(pathPrefix),
    ...credentials.map(({ accessKeyId }) => xksAccessKeyName(accessKeyId)),
  ];
}
