import type { Instance, Tenant } from '../../identity/tenant.ts';
import { AdminRefusal } from './refusal.ts';
import type { AdminContext } from './route.ts';

/** @throws {AdminRefusal} `tenant-not-found` */
export async function requireTenant({ services }: AdminContext, tenantId: string): Promise<Tenant> {
  const tenant = await services.directory.tenant(tenantId);
  if (tenant === undefined) throw new AdminRefusal('tenant-not-found', `there is no tenant ${tenantId}`);
  return tenant;
}

/** A region of the own tenant. @throws {AdminRefusal} `region-not-found` */
export async function requireRegion({ services, proof }: AdminContext, region: string): Promise<Instance> {
  const instance = await services.directory.instance(proof.tenant.tenantId, region);
  if (instance === undefined) throw new AdminRefusal('region-not-found', `your tenant has no region ${region}`);
  return instance;
}
