import { ownEntry } from '../pipeline/own-entry.ts';
import { isPutOffAstray } from '../records/delivery.ts';
import { ConflictError } from '../records/ports.ts';
import { putAlert, readAlert } from '../vault/alerts/alert-record.ts';
import type { AlertPorts } from './send-alerts.ts';

/**
 * Has alerts sent now that a clock which was far ahead has put off: they would be told of what is long over. Answers how
 * many there were.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function bringBackAlerts(ports: Omit<AlertPorts, 'sender'>): Promise<number> {
  const { store, directory, clock, random } = ports;
  const failures: unknown[] = [];
  let count = 0;
  for (const record of await store.listAll('alert')) {
    try {
      const tenant = await directory.tenant(record.tenantId);
      const alert = tenant && readAlert(tenant.tenantKey, record);
      const nowMs = clock();
      if (alert === undefined || !isPutOffAstray(alert.delivery, nowMs)) continue;
      const { tenantId, id, channelId, facts, delivery } = alert;
      const details = { request: { alert: id, channel: channelId, kind: facts.kind, attempts: delivery.attempts } };
      const entry = ownEntry({ tenantId, action: 'keystead:BringBackAlert', requestId: id, details }, nowMs, random);
      const after = { ...alert, atMs: Math.min(alert.atMs, nowMs), delivery: { ...delivery, nextAtMs: nowMs } };
      await store.commit({
        writes: [putAlert((tenant as NonNullable<typeof tenant>).tenantKey, alert, after)],
        entries: [entry],
      });
      count++;
    } catch (error) {
      // Another server was faster.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} alerts could not be looked at`);
  return count;
}
