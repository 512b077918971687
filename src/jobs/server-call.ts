import type { Tenant } from '../identity/tenant.ts';
import type { Call } from '../pipeline/call.ts';
import { serverPrincipal } from './server-principal.ts';

/** A call that the server makes of its own accord, for the entry in the tenant's log. */
export function serverCall(
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  action: `keystead:${string}`,
  requestId: string,
): Call {
  return { principal: serverPrincipal(tenant), requestId, action, source: { protocol: 'vault', address: 'local' } };
}
