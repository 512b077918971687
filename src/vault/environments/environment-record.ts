import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openFormatted, sealBody } from '../../records/body.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { renamed } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import type { Environment } from './environment.ts';
import { notAuthentic } from './environment-error.ts';
import { placeName } from './place.ts';
import { fromFormat1, type EnvironmentBody, type Format1 } from './record-format-1.ts';

/** The form of the body that this code writes; it reads 1 as well. */
const FORMAT = 2;

export function environmentRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'environment', id };
}

/** How the body of each format is read. */
const FORMATS: { readonly [format: number]: (content: object) => EnvironmentBody } = {
  1: (content) => fromFormat1(content as Format1),
  2: (content) => content as EnvironmentBody,
};

/** The name by which an environment is found in its tenant. */
export function environmentName(tenantId: string, label: string): RecordName {
  return { space: `environment:${tenantId}`, name: label };
}

/** The write that brings an environment from `before` (absent: it is new) to `after`. */
export function putEnvironment(tenantKey: TenantKey, before: Environment | undefined, after: Environment): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const at = { ...environmentRef(tenantId, id), scope: '', revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

/**
 * Reads an environment from its record.
 *
 * @throws {EnvironmentError} `record-not-authentic`
 */
export function readEnvironment(tenantKey: TenantKey, record: StoredRecord): Environment {
  const refused = (): Error => notAuthentic(`environment ${record.id}`);
  const wanted = { kind: 'environment', refused } as const;
  const { format, ...content } = openFormatted<object>(tenantKey.records, record, wanted);
  const read = FORMATS[format];
  if (read === undefined) throw refused();
  const { tenantId, id, revision } = record;
  return { ...read(content), tenantId, id, revision };
}

function namesOf({ tenantId, label, storage, formerStorages }: Environment): RecordName[] {
  const places = [storage, ...formerStorages.map((former) => former.storage)];
  return [environmentName(tenantId, label), ...places.flatMap((place) => placeName(place) ?? [])];
}
