import { authorizationsOf, policyOfAuthorizations } from '../../identity/authorization.ts';
import type { Guarded } from '../../pipeline/act.ts';
import type { OperationContext } from './operation.ts';

/** An instance as its tenant's authorizations guard it from a service: where there is none, nothing is allowed. */
export async function guardedByAuthorizations(
  { records, instance }: Pick<OperationContext, 'records' | 'instance'>,
  service: string,
): Promise<Guarded> {
  const { tenantId, accountId } = instance;
  const authorizations = await authorizationsOf(records, instance, service);
  return { tenantId, accountId, policy: policyOfAuthorizations(accountId, service, authorizations) };
}
