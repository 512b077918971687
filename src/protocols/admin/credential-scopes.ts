import type { Credential } from '../../identity/credential.ts';
import { personOf } from '../../identity/person.ts';
import { attachedNames, findPolicy } from './attached-policies.ts';
import { AdminRefusal } from './refusal.ts';
import type { AdminContext } from './route.ts';

/** The ids by which policies bound a credential. @throws {IdentityError} `access-policy-not-found` */
export async function scopesNamed({ services, proof }: AdminContext, names: readonly string[] = []): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of names) {
    const policy = await findPolicy(services.directory, proof.tenant, name);
    ids.add(typeof policy === 'string' ? policy : policy.id);
  }
  return [...ids];
}

/** The names of the policies that bound a credential. One that was deleted is shown by its id: nobody comes by it. */
export async function scopeNames({ services, proof }: AdminContext, { scopes = [] }: Credential): Promise<string[]> {
  return attachedNames(services.directory, proof.tenant, { policies: scopes });
}

/**
 * Nobody gets around the bounds of a credential by a second one: one that is bounded, or has no part in what its user
 * commands, issues none for its own user (nor a link by which that user signs in), nor for the account itself, which may
 * what every user may.
 *
 * @throws {AdminRefusal} `credential-bounded`
 */
export function requireUnbounded({ proof: { principal, tenant } }: AdminContext, holderId: string): void {
  if (principal.scopes === undefined && principal.withheld === undefined) return;
  const isOwn = personOf(principal).principalId === holderId || principal.id === holderId;
  if (!isOwn && holderId !== tenant.tenantId) return;
  throw new AdminRefusal(
    'credential-bounded',
    'a credential that scopes bound, or that is older than what its user commands, issues none for its own user, nor for the account: it would be bound by less',
  );
}
