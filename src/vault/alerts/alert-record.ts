import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import { sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import { dueAtMs, type Alert } from './alert.ts';
import { openBody } from '../record-body.ts';

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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const [had, has] = [before === undefined ? [] : namesOf(before), namesOf(after)];
  return {
    put: sealRecord({ ...alertRef(tenantId, id), scope: '', revision, body }, tenantKey.records),
    ...renamed(had, has),
  };
}

export function removeAlert({ tenantId, id, revision }: Alert): Remove {
  return { remove: alertRef(tenantId, id), revision };
}

/** Reads an alert from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readAlert(tenantKey: TenantKey, record: StoredRecord): Alert {
  const content = openBody(tenantKey, record, 'alert', FORMAT, 'alert');
  const { tenantId, id, revision } = record;
  return { ...(content as Omit<Alert, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
}

function namesOf(alert: Alert): RecordName[] {
  return [timedName(ALERT_DUE_SPACE, dueAtMs(alert), `${alert.tenantId}/${alert.id}`)];
}
