import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import type { Schedule } from './schedule.ts';
import { notAuthentic } from '../environments/environment-error.ts';

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
  const at = { ...scheduleRef(tenantId, id), scope: after.environmentId, revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

export function removeSchedule({ tenantId, id, revision }: Schedule): Remove {
  return { remove: scheduleRef(tenantId, id), revision };
}

/** Reads a schedule from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readSchedule(tenantKey: TenantKey, record: StoredRecord): Schedule {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`schedule ${id}`);
  const wanted = { kind: 'schedule', format: FORMAT, refused } as const;
  const content = openBody<Omit<Schedule, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  const schedule = { ...content, tenantId, id, revision };
  if (record.scope !== schedule.environmentId) throw refused();
  return schedule;
}

function namesOf({ tenantId, id, paused, nextMs, waiting }: Schedule): RecordName[] {
  return paused ? [] : [timedName(SCHEDULE_DUE_SPACE, waiting?.dueMs ?? nextMs, `${tenantId}/${id}`)];
}
