import type { Tenant } from '../identity/tenant.ts';
import type { RecordReader } from '../records/ports.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { locksOf, type RunLocks } from '../vault/runs/locks.ts';
import type { ScheduledTask } from '../vault/schedules/schedule.ts';
import { readSource, sourceRef } from '../vault/sources/source-record.ts';
import type { PlannedRun } from './begin-run.ts';
import { keepingOf } from '../vault/keeping/legal-hold.ts';
import { requireSource } from './find-source.ts';
import { planBackup } from './plan-backup.ts';
import type { SourceRules } from './allowed-source.ts';

export interface PlanServices {
  readonly records: RecordReader;
  readonly sourceRoots: SourceRules;
}

type Plan<Kind extends ScheduledTask['kind']> = (
  services: PlanServices,
  tenant: Tenant,
  environment: Environment,
  task: Extract<ScheduledTask, { kind: Kind }>,
) => Promise<PlannedRun> | PlannedRun;

/** One row for each task that a schedule may have. */
const PLANS: { readonly [Kind in ScheduledTask['kind']]: Plan<Kind> } = {
  backup: async ({ records, sourceRoots }, tenant, environment, { sourceId }) =>
    planBackup(sourceRoots, tenant, await requireSource(records, tenant, environment.id, sourceId)),
  maintain: (_services, _tenant, environment) => planMaintenance(environment, { dryRun: false, repack: false }),
  verify: (_services, _tenant, _environment, task) => ({ work: task, subject: { level: task.level } }),
};

/** A run that looks after an environment, by what its record says now. */
export function planMaintenance(
  environment: Environment,
  options: { readonly dryRun: boolean; readonly repack: boolean },
): PlannedRun {
  return { work: { kind: 'maintain', keeping: keepingOf(environment), ...options }, subject: {} };
}

/** What a schedule starts. @throws {EnvironmentError} what stands in the way of it */
export function planTask(
  services: PlanServices,
  tenant: Tenant,
  environment: Environment,
  task: ScheduledTask,
): Promise<PlannedRun> | PlannedRun {
  return (PLANS[task.kind] as Plan<ScheduledTask['kind']>)(services, tenant, environment, task);
}

/** What a task is going to hold, as far as that can be said without planning it. */
export async function locksOfTask(
  records: RecordReader,
  tenant: Tenant,
  task: ScheduledTask,
): Promise<RunLocks | undefined> {
  if (task.kind === 'maintain') return locksOf({ ...task, keeping: { holds: [] }, dryRun: false, repack: false });
  if (task.kind !== 'backup') return locksOf(task);
  const record = await records.read(sourceRef(tenant.tenantId, task.sourceId));
  if (record === undefined) return undefined;
  const { name } = readSource(tenant.tenantKey, record);
  return locksOf({ kind: 'backup', source: { kind: 'stream', name, item: name } });
}
