import { isBuiltInPolicy, type BuiltInPolicy } from '../../identity/built-in-policies.ts';
import type { Directory } from '../../identity/directory.ts';
import { IdentityError } from '../../identity/errors.ts';
import type { Holder } from '../../identity/holder.ts';
import type { ManagedPolicy } from '../../identity/managed-policy.ts';
import type { Tenant } from '../../identity/tenant.ts';
import type { Target } from '../../pipeline/act.ts';

/** A policy that can be attached. */
export type Attachable = BuiltInPolicy | ManagedPolicy;

/**
 * Finds a policy by its name: the tenant's own, or a built-in one. A tenant may have one that is older than the built-in
 * one of its name: that is what the tenant means by it.
 *
 * @throws {IdentityError} `access-policy-not-found`
 */
export async function findPolicy(directory: Directory, tenant: Tenant, name: string): Promise<Attachable> {
  const own = await directory.policyNamed(tenant, name);
  if (own !== undefined) return own;
  if (isBuiltInPolicy(name)) return name;
  throw new IdentityError('access-policy-not-found', `your tenant has no policy named ${name}`);
}

/** The names of the policies that are attached to a user or a role. */
export async function attachedNames(
  directory: Directory,
  tenant: Tenant,
  { policies }: Pick<Holder, 'policies'>,
): Promise<string[]> {
  const names: string[] = [];
  for (const id of policies) names.push(isBuiltInPolicy(id) ? id : ((await directory.policy(tenant, id))?.name ?? id));
  return names;
}

/**
 * What it takes besides to touch a principal whose power reaches beyond its tenant: an administrator of that tenant
 * must not become an operator by making one, by issuing itself an operator's credential, or lock the operator out.
 */
export function operatorTargets(policies: readonly string[], action: string): Target[] {
  return policies.includes('operator') ? [{ action, resource: '*' }] : [];
}
