import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { renamed } from '../../records/names.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment } from './environment.ts';
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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const had = before === undefined ? [] : namesOf(before);
  const has = namesOf(after);
  return {
    put: sealRecord({ ...environmentRef(tenantId, id), scope: '', revision, body }, tenantKey.records),
    ...renamed(had, has),
  };
}

/**
 * Reads an environment from its record.
 *
 * @throws {EnvironmentError} `record-not-authentic`
 */
export function readEnvironment(tenantKey: TenantKey, record: StoredRecord): Environment {
  const refused = new EnvironmentError(
    'record-not-authentic',
    `The record of environment ${record.id} is not one that this installation wrote: run "keystead audit verify"`,
  );
  if (record.kind !== 'environment' || !isAuthentic(record, tenantKey.records)) throw refused;
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  const read = FORMATS[format];
  if (read === undefined) throw refused;
  const { tenantId, id, revision } = record;
  return { ...read(content), tenantId, id, revision };
}

function namesOf({ tenantId, label, storage, formerStorages }: Environment): RecordName[] {
  const places = [storage, ...formerStorages.map((former) => former.storage)];
  return [environmentName(tenantId, label), ...places.flatMap((place) => placeName(place) ?? [])];
}
