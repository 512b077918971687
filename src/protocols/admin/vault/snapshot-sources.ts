import type { Tenant } from '../../../identity/tenant.ts';
import type { RecordReader } from '../../../records/ports.ts';
import type { SnapshotItem } from '../../../vault/runs/job.ts';
import { readRun } from '../../../vault/runs/run-record.ts';

const PAGE = 1000;

/**
 * Names the source of each snapshot, as the runs that made them say; nobody's key is asked. Snapshots of one source are
 * of one domain, so that a run of each source is enough: the newest, under the name that it has now. What no run is known of stays without a name.
 */
export async function withSources(
  records: Pick<RecordReader, 'list'>,
  { tenantId, tenantKey }: Tenant,
  environmentId: string,
  snapshots: readonly SnapshotItem[],
): Promise<SnapshotItem[]> {
  const domainOf = new Map(snapshots.map(({ snapshotId, domain }) => [snapshotId, domain]));
  const unnamed = new Set(domainOf.values());
  const names = new Map<string | undefined, string>();
  for (let after: string | undefined; unnamed.size > 0;) {
    const rows = await records.list(tenantId, 'run', environmentId, {
      limit: PAGE,
      isReversed: true,
      ...(after !== undefined && { after }),
    });
    for (const row of rows) {
      const { subject, result, kind } = readRun(tenantKey, row);
      const domain = result?.snapshotId === undefined ? undefined : domainOf.get(result.snapshotId);
      if (kind !== 'backup' || domain === undefined || subject.source === undefined) continue;
      if (!names.has(domain)) names.set(domain, subject.source);
      unnamed.delete(domain);
    }
    if (rows.length < PAGE) break;
    after = rows.at(-1)?.id;
  }
  return snapshots.map((snapshot) => {
    const source = snapshot.source ?? names.get(snapshot.domain);
    return source === undefined ? snapshot : { ...snapshot, source };
  });
}
