import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import { sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import type { Schedule } from './schedule.ts';
import { notAuthentic, openBody } from '../record-body.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** Space of all schedules that are not paused, over all tenants, sorted by when they are due next. */
export const SCHEDULE_DUE_SPACE = 'schedule-due';

export function scheduleRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'schedule', id };
}

/** The write that brings a schedule from `before` (absent: it is new) to `after`. */
export function putSchedule(tenantKey: TenantKey, before: Schedule | undefined, after: Schedule): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const [had, has] = [before === undefined ? [] : namesOf(before), namesOf(after)];
  const record = { ...scheduleRef(tenantId, id), scope: after.environmentId, revision, body };
  return { put: sealRecord(record, tenantKey.records), ...renamed(had, has) };
}

export function removeSchedule({ tenantId, id, revision }: Schedule): Remove {
  return { remove: scheduleRef(tenantId, id), revision };
}

/** Reads a schedule from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readSchedule(tenantKey: TenantKey, record: StoredRecord): Schedule {
  const content = openBody(tenantKey, record, 'schedule', FORMAT, 'schedule');
  const { tenantId, id, revision } = record;
  const schedule = { ...(content as Omit<Schedule, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
  if (record.scope !== schedule.environmentId) throw notAuthentic('schedule', record);
  return schedule;
}

function namesOf({ tenantId, id, paused, nextMs, waiting }: Schedule): RecordName[] {
  return paused ? [] : [timedName(SCHEDULE_DUE_SPACE, waiting?.dueMs ?? nextMs, `${tenantId}/${id}`)];
}
