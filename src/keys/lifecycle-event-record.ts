import type { TenantKey } from '../crypto/hierarchy.ts';
import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { listAllOf } from '../records/list-all.ts';
import { renamed, sortable, timedName } from '../records/names.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import { dutiesOf, type LifecycleEvent } from './lifecycle-event.ts';
import { registrationScope, type RegisteredKey } from './registration-record.ts';

/** The form of an event's body that this code writes and reads: docs/spec/lifecycle-events.md. */
const FORMAT = 1;

/** Space of what the clock has to do to events: over all tenants, sorted by the time when it is due. */
export const EVENT_DUE_SPACE = 'lifecycle-due';

export function lifecycleEventRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'lifecycle-event', id };
}

/** Space of the events of one key that wait to be sent to one service, in the order of the key's changes. */
export function unsentSpace({ tenantId, region, id }: RegisteredKey, service: string): string {
  return `unsent-event:${tenantId}:${region}/${id}:${service}`;
}

/** Which place an event has among those of its key and service. */
export function unsentName(event: LifecycleEvent): RecordName {
  return { space: unsentSpace(keyOf(event), event.service), name: sortable(event.keyRevision) };
}

/** Space of the events of one instance. The names are their ids. */
export function eventsOfInstanceSpace({ tenantId, region }: Pick<LifecycleEvent, 'tenantId' | 'region'>): string {
  return `lifecycle-event:${tenantId}:${region}`;
}

/** The write that makes an event, or brings it from `before` to a new state, with the names it gains and loses. */
export function putLifecycleEvent(
  tenantKey: TenantKey,
  before: LifecycleEvent | undefined,
  after: LifecycleEvent,
): { readonly event: LifecycleEvent; readonly write: Put } {
  const { tenantId, id, revision: _, ...content } = after;
  if (tenantKey.tenantId !== tenantId) throw new TypeError('an event is written under the keys of its own tenant');
  const revision = (before?.revision ?? 0) + 1;
  const at = { ...lifecycleEventRef(tenantId, id), scope: registrationScope(keyOf(after)), revision };
  return {
    event: { ...after, revision },
    write: { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) },
  };
}

export function removeLifecycleEvent({ tenantId, id, revision }: LifecycleEvent): Remove {
  return { remove: lifecycleEventRef(tenantId, id), revision };
}

/**
 * Reads an event from its record.
 *
 * @throws {KeyError} `record-not-authentic` when the record is not one that this installation wrote
 */
export function readLifecycleEvent(tenantKey: TenantKey, record: StoredRecord): LifecycleEvent {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`the lifecycle event ${id}`);
  const wanted = { kind: 'lifecycle-event', format: FORMAT, refused } as const;
  const content = openBody<Omit<LifecycleEvent, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  const event = { ...content, tenantId, id, revision };
  if (record.scope !== registrationScope(keyOf(event))) throw refused();
  return event;
}

/** All events of a key that are still known, oldest first. */
export async function lifecycleEventsOf(
  records: Pick<RecordReader, 'list'>,
  tenantKey: TenantKey,
  key: RegisteredKey,
): Promise<LifecycleEvent[]> {
  const all = await listAllOf(records, key.tenantId, 'lifecycle-event', registrationScope(key));
  const found = all.map((record) => readLifecycleEvent(tenantKey, record));
  return found.toSorted((a, b) => a.keyRevision - b.keyRevision || (a.service < b.service ? -1 : 1));
}

function keyOf({ tenantId, region, keyId }: LifecycleEvent): RegisteredKey {
  return { tenantId, region, id: keyId };
}

function namesOf(event: LifecycleEvent): RecordName[] {
  const nextMs = Math.min(...dutiesOf(event).values());
  return [
    timedName(EVENT_DUE_SPACE, nextMs, `${event.tenantId}/${event.id}`),
    { space: eventsOfInstanceSpace(event), name: event.id },
    ...(event.delivery.state === 'waiting' ? [unsentName(event)] : []),
  ];
}
