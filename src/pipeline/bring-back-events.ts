import { keyRecordId } from '../keys/key-record.ts';
import { putLifecycleEvent, readLifecycleEvent } from '../keys/lifecycle-event-record.ts';
import { isPutOffAstray } from '../records/delivery.ts';
import { ConflictError } from '../records/ports.ts';
import { ownEntry } from './own-entry.ts';
import type { EventPorts } from './send-events.ts';

/**
 * Has lifecycle events sent now that a clock which was far ahead has put off: they, and what waits behind them, would be
 * told of when it is long over. What they say stays as it is, since it may have been sent. Answers how many there were.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function bringBackEvents(ports: Omit<EventPorts, 'sender'>): Promise<number> {
  const { store, directory, clock, random } = ports;
  const failures: unknown[] = [];
  let count = 0;
  for (const record of await store.listAll('lifecycle-event')) {
    try {
      const tenant = await directory.tenant(record.tenantId);
      if (tenant === undefined) continue;
      const event = readLifecycleEvent(tenant.tenantKey, record);
      const nowMs = clock();
      if (!isPutOffAstray(event.delivery, nowMs)) continue;
      const { tenantId, id, kind, keyId, region, service } = event;
      const after = { ...event, delivery: { ...event.delivery, nextAtMs: nowMs } };
      const act = {
        tenantId,
        action: 'kms:BringBackLifecycleEvent',
        key: keyRecordId(keyId, region),
        requestId: id,
        details: { region, request: { eventId: id, eventType: kind, service } },
      };
      await store.commit({
        writes: [putLifecycleEvent(tenant.tenantKey, event, after).write],
        entries: [ownEntry(act, nowMs, random)],
      });
      count++;
    } catch (error) {
      // Another server was faster, or the service has acknowledged meanwhile.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} events could not be looked at`);
  return count;
}
