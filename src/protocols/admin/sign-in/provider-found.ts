import {
  findIdentityProvider,
  identityProviderName,
  type IdentityProvider,
} from '../../../identity/oidc/identity-provider.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { AdminServices } from '../services.ts';

/** A provider with its tenant. */
export interface Found {
  readonly tenant: Tenant;
  readonly provider: IdentityProvider;
}

/** A provider by its id alone, as a browser names it. */
export async function providerNamed(services: AdminServices, providerId: string): Promise<Found | undefined> {
  const ref = await services.records.resolve(identityProviderName(providerId));
  return ref?.kind === 'identity-provider' && ref.id === providerId
    ? providerOf(services, ref.tenantId, providerId)
    : undefined;
}

/** A provider of a tenant. */
export async function providerOf(
  { records, directory }: AdminServices,
  tenantId: string,
  providerId: string,
): Promise<Found | undefined> {
  const tenant = await directory.tenant(tenantId);
  const provider = tenant && (await findIdentityProvider(records, tenant, providerId));
  return tenant && provider && { tenant, provider };
}
