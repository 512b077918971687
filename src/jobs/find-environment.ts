import type { Tenant } from '../identity/tenant.ts';
import type { RecordReader } from '../records/ports.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { environmentRef, readEnvironment } from '../vault/environments/environment-record.ts';
import type { Environment } from '../vault/environments/environment.ts';

/** The name of an environment in policies; `*` for all of a tenant. */
export function environmentArn({ accountId }: Pick<Tenant, 'accountId'>, environmentId: string): string {
  return `arn:aws:keystead::${accountId}:environment/${environmentId}`;
}

/** `undefined`: there is none. */
export async function findEnvironment(
  records: RecordReader,
  { tenantId, tenantKey }: Tenant,
  id: string,
): Promise<Environment | undefined> {
  const record = await records.read(environmentRef(tenantId, id));
  return record && readEnvironment(tenantKey, record);
}

/** @throws {EnvironmentError} `environment-not-found` */
export async function requireEnvironment(records: RecordReader, tenant: Tenant, id: string): Promise<Environment> {
  const environment = await findEnvironment(records, tenant, id);
  if (environment !== undefined) return environment;
  throw new EnvironmentError(
    'environment-not-found',
    `Your tenant has no environment ${id}. List them to see their ids`,
  );
}
