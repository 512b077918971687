import Type, { type Static } from 'typebox';
import { readAlert } from '../../../vault/alerts/alert-record.ts';
import { ALERT_KINDS } from '../../../vault/alerts/alert.ts';
import { runId } from '../../../vault/runs/run.ts';
import { named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { channelArn } from '../vault/alert-answer.ts';
import { overviewPart } from './part.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const MAX_ALERTS = 1_000;
const MAX_SHOWN = 10;

export const ALERTS_PART = named('OverviewAlerts', {
  count: Type.Integer({
    description: 'alarms and warnings of the last 7 days, each once, however many channels heard of it',
  }),
  isAtLeast: Type.Boolean(),
  channels: Type.Integer({ minimum: 0, description: 'ways in which somebody is told; 0: nobody is told of anything' }),
  items: Type.Array(
    named('OverviewAlert', {
      alertId: UUID,
      kind: Type.String(),
      title: Type.String(),
      weight: Type.Enum(['alarm', 'warning']),
      at: TIMESTAMP,
      environmentId: Type.Optional(UUID),
      runId: Type.Optional(UUID),
    }),
    { description: `the newest ${MAX_SHOWN}` },
  ),
});

export const alertsPart = overviewPart({
  target: ({ proof: { tenant } }) => ({ action: 'keystead:ListAlerts', resource: channelArn(tenant, '*') }),
  read: async ({ services, proof: { tenant }, nowMs }): Promise<Static<typeof ALERTS_PART>> => {
    // Ids of alerts sort by their time.
    const after = runId(nowMs - WEEK_MS, services.random);
    const rows = await services.records.list(tenant.tenantId, 'alert', '', { after, limit: MAX_ALERTS });
    const channels = await services.records.count(tenant.tenantId, 'alert-channel', '');
    const told = new Map<string, Static<typeof ALERTS_PART>['items'][number]>();
    for (const row of rows) {
      const { id, facts, atMs } = readAlert(tenant.tenantKey, row);
      const { title, weight } = ALERT_KINDS[facts.kind];
      if (weight === 'good') continue;
      const { kind, environmentId, runId: run } = facts;
      told.set(JSON.stringify([atMs, kind, environmentId, run, facts.keyId, facts.sourceId]), {
        alertId: id,
        kind,
        title,
        weight,
        at: timestamp(atMs),
        ...(environmentId !== undefined && { environmentId }),
        ...(run !== undefined && { runId: run }),
      });
    }
    const items = [...told.values()].toReversed();
    return { count: items.length, isAtLeast: rows.length === MAX_ALERTS, channels, items: items.slice(0, MAX_SHOWN) };
  },
});
