import type { Random } from '../crypto/random.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Put } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import { alertFor, type AlertFacts } from '../vault/alerts/alert.ts';
import { putAlert } from '../vault/alerts/alert-record.ts';
import { channelsOf } from '../vault/alerts/channel-record.ts';
import { wants } from '../vault/alerts/channel.ts';
import { runId } from '../vault/runs/run.ts';

/**
 * What tells people of something: one record for each channel that wants to hear of it, in the commit of what happened, so
 * that it is told exactly when that is true, and not lost when the server dies.
 */
export async function raiseAlerts(
  { records, random }: { readonly records: Pick<RecordReader, 'list'>; readonly random: Random },
  { tenantId, tenantKey }: Tenant,
  all: readonly AlertFacts[],
  nowMs: number,
): Promise<Put[]> {
  if (all.length === 0) return [];
  const channels = await channelsOf(records, tenantKey);
  return all.flatMap((facts) =>
    channels
      .filter((channel) => wants(channel, facts.kind, facts.environmentId))
      .map(({ id: channelId }) => {
        const alert = alertFor({ tenantId, id: runId(nowMs, random), channelId, facts }, nowMs);
        return putAlert(tenantKey, undefined, alert);
      }),
  );
}
