import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { overdueAtMs, type BackupSource } from './backup-source.ts';
import { notAuthentic } from '../environments/environment-error.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** Space of the sources of which people want to hear when there is no good backup, sorted by when that is. */
export const SOURCE_DUE_SPACE = 'source-due';

export function sourceRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'source', id };
}

/** The name by which a source is found in its environment. */
export function sourceName(tenantId: string, environmentId: string, name: string): RecordName {
  return { space: `source:${tenantId}:${environmentId}`, name };
}

/** The write that brings a source from `before` (absent: it is new) to `after`. */
export function putSource(tenantKey: TenantKey, before: BackupSource | undefined, after: BackupSource): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const at = { ...sourceRef(tenantId, id), scope: after.environmentId, revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

export function removeSource({ tenantId, id, revision }: BackupSource): Remove {
  return { remove: sourceRef(tenantId, id), revision };
}

/** Reads a source from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readSource(tenantKey: TenantKey, record: StoredRecord): BackupSource {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`source ${id}`);
  const wanted = { kind: 'source', format: FORMAT, refused } as const;
  const content = openBody<Omit<BackupSource, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  const source = { ...content, tenantId, id, revision };
  if (record.scope !== source.environmentId) throw refused();
  return source;
}

function namesOf(source: BackupSource): RecordName[] {
  const { tenantId, id, environmentId, name } = source;
  const overdue = overdueAtMs(source);
  return [
    sourceName(tenantId, environmentId, name),
    ...(overdue === undefined ? [] : [timedName(SOURCE_DUE_SPACE, overdue, `${tenantId}/${id}`)]),
  ];
}
