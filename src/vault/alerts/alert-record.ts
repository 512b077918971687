import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { dueAtMs, type Alert } from './alert.ts';
import { notAuthentic } from '../environments/environment-error.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** Space of all alerts, over all tenants, sorted by when they are sent, or forgotten. */
export const ALERT_DUE_SPACE = 'alert-due';

export function alertRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'alert', id };
}

/** The write that brings an alert from `before` (absent: it is new) to `after`. */
export function putAlert(tenantKey: TenantKey, before: Alert | undefined, after: Alert): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const at = { ...alertRef(tenantId, id), scope: '', revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

export function removeAlert({ tenantId, id, revision }: Alert): Remove {
  return { remove: alertRef(tenantId, id), revision };
}

/** Reads an alert from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readAlert(tenantKey: TenantKey, record: StoredRecord): Alert {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`alert ${id}`);
  const wanted = { kind: 'alert', format: FORMAT, refused } as const;
  const content = openBody<Omit<Alert, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  return { ...content, tenantId, id, revision };
}

function namesOf(alert: Alert): RecordName[] {
  return [timedName(ALERT_DUE_SPACE, dueAtMs(alert), `${alert.tenantId}/${alert.id}`)];
}
