import type { Tenant } from '../identity/tenant.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import type { Clock } from '../keys/ports.ts';
import { environmentArn, findEnvironment } from './find-environment.ts';
import { BELONGINGS, belongingsOf, type LeaveServices } from './leave-environment.ts';
import { serverCall } from './server-call.ts';

interface ForgetServices extends LeaveServices {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}

/**
 * Forgets what a forgotten environment has left behind, schedules, sources and agents: those that were too many for the
 * commit in which it went, and what came to be at that moment. A server that is killed in between goes on with it;
 * schedules of none start nothing meanwhile. Answers how many went.
 *
 * @throws {AggregateError} when all others are gone: what kept some from it
 */
export async function forgetLeftBehind(services: ForgetServices): Promise<number> {
  const { records, directory } = services;
  const owners = new Map<string, readonly [tenantId: string, environmentId: string]>();
  for (const kind of BELONGINGS) {
    for (const { tenantId, scope } of await records.listAll(kind))
      owners.set(`${tenantId}/${scope}`, [tenantId, scope]);
  }
  const failures: unknown[] = [];
  let forgotten = 0;
  for (const [tenantId, environmentId] of owners.values()) {
    try {
      const tenant = await directory.tenant(tenantId);
      if (tenant !== undefined) forgotten += await forgetBelongings(services, tenant, environmentId);
    } catch (error) {
      // One environment that cannot be read must not keep what others have left.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} environments could not be looked at`);
  return forgotten;
}

/** The same for one environment, in as many commits as it takes; nothing, where it is still there. */
export async function forgetBelongings(
  services: ForgetServices,
  tenant: Tenant,
  environmentId: string,
): Promise<number> {
  const { records, pipeline, clock } = services;
  const next = async () =>
    (await findEnvironment(records, tenant, environmentId)) === undefined
      ? await belongingsOf(services, tenant, environmentId, clock())
      : [];
  let forgotten = 0;
  while ((await next()).length > 0) {
    forgotten += await pipeline.execute(serverCall(tenant, 'keystead:SweepEnvironment', environmentId), () => ({
      targets: [{ action: 'keystead:SweepEnvironment', resource: environmentArn(tenant, environmentId) }],
      details: { environment: environmentId },
      run: async () => {
        const writes = await next();
        return { value: writes.length, writes, result: { records: writes.length } };
      },
    }));
  }
  return forgotten;
}
