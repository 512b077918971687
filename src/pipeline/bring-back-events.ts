import { keyRecordId } from '../keys/key-record.ts';
import { putLifecycleEvent, readLifecycleEvent } from '../keys/lifecycle-event-record.ts';
import { isPutOffAstray } from '../records/delivery.ts';
import { bringBack, type BringBackPorts } from './bring-back.ts';

/** Lifecycle events, and what waits behind them. What they say stays as it is, since it may have been sent. */
export function bringBackEvents(ports: BringBackPorts): Promise<number> {
  return bringBack(ports, {
    kind: 'lifecycle-event',
    things: 'events',
    back: ({ tenantKey }, record, nowMs) => {
      const event = readLifecycleEvent(tenantKey, record);
      if (!isPutOffAstray(event.delivery, nowMs)) return undefined;
      const { tenantId, id, kind, keyId, region, service } = event;
      const after = { ...event, delivery: { ...event.delivery, nextAtMs: nowMs } };
      const act = {
        tenantId,
        action: 'kms:BringBackLifecycleEvent',
        key: keyRecordId(keyId, region),
        requestId: id,
        details: { region, request: { eventId: id, eventType: kind, service } },
      };
      return { write: putLifecycleEvent(tenantKey, event, after).write, act };
    },
  });
}
