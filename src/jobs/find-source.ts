import type { Tenant } from '../identity/tenant.ts';
import type { RecordReader } from '../records/ports.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { readSchedule, scheduleRef } from '../vault/schedules/schedule-record.ts';
import type { Schedule } from '../vault/schedules/schedule.ts';
import type { BackupSource } from '../vault/sources/backup-source.ts';
import { readSource, sourceRef } from '../vault/sources/source-record.ts';

/** @throws {EnvironmentError} `source-not-found`: also where it is of another environment */
export async function requireSource(
  records: RecordReader,
  tenant: Tenant,
  environmentId: string,
  id: string,
): Promise<BackupSource> {
  const record = await records.read(sourceRef(tenant.tenantId, id));
  const source = record && readSource(tenant.tenantKey, record);
  if (source?.environmentId === environmentId) return source;
  throw new EnvironmentError(
    'source-not-found',
    `The environment has no source ${id}. List its sources to see their ids`,
  );
}

/** `undefined`: there is none. */
export async function findSchedule(records: RecordReader, tenant: Tenant, id: string): Promise<Schedule | undefined> {
  const record = await records.read(scheduleRef(tenant.tenantId, id));
  return record && readSchedule(tenant.tenantKey, record);
}

/** @throws {EnvironmentError} `schedule-not-found`: also where it is of another environment */
export async function requireSchedule(
  records: RecordReader,
  tenant: Tenant,
  environmentId: string,
  id: string,
): Promise<Schedule> {
  const schedule = await findSchedule(records, tenant, id);
  if (schedule?.environmentId === environmentId) return schedule;
  throw new EnvironmentError(
    'schedule-not-found',
    `The environment has no schedule ${id}. List its schedules to see their ids`,
  );
}
