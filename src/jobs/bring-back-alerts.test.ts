import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { alertFor } from '../vault/alerts/alert.ts';
import { putAlert } from '../vault/alerts/alert-record.ts';
import { putChannel } from '../vault/alerts/channel-record.ts';
import { systemRandom as random } from '../vault/ports.ts';
import { bringBackAlerts } from './bring-back-alerts.ts';
import { sendAlerts, type AlertPorts } from './send-alerts.ts';

const NOW = Date.UTC(2026, 10, 22);
const YEAR_MS = 365 * 24 * 3_600_000;

describe('an alert that was raised by a clock that was a year ahead', () => {
  let house: AdminHouse;
  let ports: AlertPorts;
  let nowMs = NOW + YEAR_MS;
  const sent: string[] = [];
  let isTaken = false;

  beforeAll(async () => {
    house = await adminHouse();
    const sender: AlertPorts['sender'] = {
      send: async (_tenant, _channel, { id }) => {
        if (!isTaken) return { failure: 'unreachable' };
        sent.push(id);
        return undefined;
      },
    };
    ports = { store: house.store, directory: house.services.directory, sender, clock: () => nowMs, random };
  });
  afterAll(() => house.close());

  it('is told as soon as the clock is right again, and one that waits its turn stays in it', async () => {
    const { tenantId, tenantKey } = house.tenant;
    const place = { kind: 'email', recipients: ['a@example.com'] } as const;
    const channelId = randomUUID();
    await house.commit(
      putChannel(tenantKey, { tenantId, id: channelId, revision: 0, label: 'all', place, createdAtMs: NOW }),
    );
    const raise = async (atMs: number): Promise<string> => {
      const alert = alertFor({ tenantId, id: randomUUID(), channelId, facts: { kind: 'run-failed' } }, atMs);
      await house.commit(putAlert(tenantKey, undefined, alert));
      return alert.id;
    };
    const astray = await raise(nowMs);
    expect(await sendAlerts(ports)).toBe(0);
    nowMs = NOW;
    const waiting = await raise(NOW + 6 * 3_600_000);
    isTaken = true;
    expect([await sendAlerts(ports), sent]).toEqual([0, []]);
    expect(await bringBackAlerts(ports)).toBe(1);
    expect([await sendAlerts(ports), sent]).toEqual([1, [astray]]);
    expect(await bringBackAlerts(ports)).toBe(0);
    nowMs += 6 * 3_600_000;
    expect([await sendAlerts(ports), sent]).toEqual([1, [astray, waiting]]);
  });
});
