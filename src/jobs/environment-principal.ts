import type { Principal } from '../identity/principal.ts';
import type { Tenant } from '../identity/tenant.ts';
import { environmentArn } from './find-environment.ts';

/**
 * A backup environment, as it asks for keys of this installation: `arn:aws:keystead::<account>:environment/<id>`. It has
 * no policy of its own: it may what a key's policy or a grant gives this name, and nothing else.
 */
export function environmentPrincipal(tenant: Pick<Tenant, 'tenantId' | 'accountId'>, environmentId: string): Principal {
  const { tenantId, accountId } = tenant;
  return {
    tenantId,
    accountId,
    kind: 'server',
    id: environmentId,
    name: `environment/${environmentId}`,
    arn: environmentArn(tenant, environmentId),
    policies: [],
    credentialId: 'environment',
    strength: 'server',
    cacheKey: `environment/${environmentId}`,
  };
}
