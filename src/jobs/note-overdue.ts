import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import { timeOf } from '../records/names.ts';
import type { RecordReader } from '../records/ports.ts';
import { overdueAtMs, type BackupSource } from '../vault/sources/backup-source.ts';
import { putSource, readSource, removeSource, SOURCE_DUE_SPACE, sourceRef } from '../vault/sources/source-record.ts';
import { environmentArn, findEnvironment } from './find-environment.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { serverCall } from './server-call.ts';

export interface OverdueServices {
  readonly records: RecordReader;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly random: Random;
}

const BATCH = 200;

/**
 * Tells people once of each source that has had no good backup for too long. Answers how many there were.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function noteOverdue(services: OverdueServices): Promise<number> {
  const { records, directory, clock } = services;
  const due = (await records.listNames(SOURCE_DUE_SPACE, { limit: BATCH })).filter((name) => timeOf(name) <= clock());
  const failures: unknown[] = [];
  let count = 0;
  for (const { tenantId, id } of due) {
    try {
      const tenant = await directory.tenant(tenantId);
      if (tenant !== undefined && (await noteOne(services, tenant, id))) count++;
    } catch (error) {
      // One record that cannot be read must not keep the others.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} sources could not be looked at`);
  return count;
}

async function noteOne(services: OverdueServices, tenant: Tenant, id: string): Promise<boolean> {
  const { records, pipeline } = services;
  return pipeline.execute(serverCall(tenant, 'keystead:NoteOverdue', id), async () => {
    const record = await records.read(sourceRef(tenant.tenantId, id));
    const before = record && readSource(tenant.tenantKey, record);
    return {
      targets: [{ action: 'keystead:NoteOverdue', resource: environmentArn(tenant, before?.environmentId ?? '*') }],
      details: { environment: before?.environmentId ?? null, source: id },
      run: async (nowMs: number) => {
        if (before === undefined || (overdueAtMs(before) ?? Infinity) > nowMs) return { value: false };
        const { environmentId, lastGood, alertAfterHours } = before;
        const environment = await findEnvironment(records, tenant, environmentId);
        // Left behind by an environment that is forgotten: nobody waits for its backups.
        if (environment === undefined) return { value: false, writes: [removeSource(before)] };
        const after: BackupSource = { ...before, overdueSinceMs: nowMs };
        const facts = {
          kind: 'backup-overdue',
          environmentId,
          environment: environment.label,
          sourceId: id,
          ...(lastGood && { lastGoodAtMs: lastGood.atMs }),
          ...(alertAfterHours !== undefined && { alertAfterHours }),
        } as const;
        const alerts = await raiseAlerts(services, tenant, [facts], nowMs);
        return { value: true, writes: [putSource(tenant.tenantKey, before, after), ...alerts] };
      },
    };
  });
}
