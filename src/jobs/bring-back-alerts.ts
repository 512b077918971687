import { bringBack, type BringBackPorts } from '../pipeline/bring-back.ts';
import { isPutOffAstray } from '../records/delivery.ts';
import { putAlert, readAlert } from '../vault/alerts/alert-record.ts';

/** Alerts: none says that it is of a time that is yet to come. */
export function bringBackAlerts(ports: BringBackPorts): Promise<number> {
  return bringBack(ports, {
    kind: 'alert',
    things: 'alerts',
    back: ({ tenantKey }, record, nowMs) => {
      const alert = readAlert(tenantKey, record);
      const { tenantId, id, channelId, facts, delivery, atMs } = alert;
      if (!isPutOffAstray(delivery, nowMs)) return undefined;
      const details = { request: { alert: id, channel: channelId, kind: facts.kind, attempts: delivery.attempts } };
      const after = { ...alert, atMs: Math.min(atMs, nowMs), delivery: { ...delivery, nextAtMs: nowMs } };
      const act = { tenantId, action: 'keystead:BringBackAlert', requestId: id, details };
      return { write: putAlert(tenantKey, alert, after), act };
    },
  });
}
