import type { AccessPolicy } from '../access/policy.ts';
import type { Scope } from '../access/request.ts';
import { roleArn, rootArn, sessionArn } from './arn.ts';
import type { Credential } from './credential.ts';
import { builtIn, type OwnPolicies, type Principal } from './principal.ts';
import type { Role } from './role.ts';
import type { Tenant } from './tenant.ts';

/** Policies that bound what a session may: those that it was opened with. */
export interface SessionBounds {
  readonly policies: readonly AccessPolicy[];
  readonly version: string;
}

/** The principal that a credential proves a session of a role to be. */
export function roleSessionOf(tenant: Tenant, role: Role, credential: Credential, own: OwnPolicies): Principal {
  const { accountId, tenantId } = tenant;
  const { session } = credential;
  const sessionName = session?.name ?? '';
  const tags = new Map(role.tags.map(({ key, value }) => [key, value]));
  for (const { key, value } of session?.tags ?? []) {
    // A tag of the session stands in for the role's of that key, however that is spelt.
    for (const other of tags.keys()) if (other.toLowerCase() === key.toLowerCase()) tags.delete(other);
    tags.set(key, value);
  }
  return {
    tenantId,
    accountId,
    kind: 'role',
    id: role.id,
    name: role.name,
    arn: sessionArn(accountId, role.name, sessionName),
    names: [roleArn(accountId, role.name)],
    policies: [...builtIn(role), ...own.policies],
    ...(tags.size > 0 && { tags }),
    sessionName,
    credentialId: credential.id,
    strength: 'session',
    cacheKey: `${role.id}@${role.revision}${own.version} ${credential.id}`,
  };
}

/** The account itself, as an access key of its root proves it. */
export function rootOf(tenant: Tenant, credential: Credential): Principal {
  const { accountId, tenantId } = tenant;
  return {
    tenantId,
    accountId,
    kind: 'root',
    id: tenantId,
    name: 'root',
    arn: rootArn(accountId),
    policies: [],
    credentialId: credential.id,
    strength: credential.type === 'session' ? 'session' : 'secret-key',
    cacheKey: `root ${tenantId}`,
  };
}

/** Policies that bound a credential. */
export interface ScopeBounds {
  readonly policies: readonly Scope[];
  readonly version: string;
}

/** A principal as one of its sessions: bound by the session's policies, and known by when it began. */
export function inSession(
  principal: Principal,
  { id, createdAtMs, session }: Credential,
  bounds: SessionBounds,
  openedBy: Principal | undefined,
): Principal {
  return {
    ...principal,
    ...(openedBy !== undefined && openedBy.id !== principal.id && { openedById: openedBy.id }),
    // Whatever is opened by a credential is bound by its scopes.
    ...(openedBy?.scopes && { scopes: openedBy.scopes }),
    ...(bounds.policies.length > 0 && { sessionPolicies: bounds.policies }),
    ...(session?.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
    sessionIssuedAtMs: createdAtMs,
    cacheKey: `${principal.cacheKey}${bounds.version} ${id}${openedBy?.scopes ? ` by ${openedBy.cacheKey}` : ''}`,
  };
}

/** A principal as a credential proves it that is bounded by scopes. */
export function inScope(principal: Principal, { policies, version }: ScopeBounds): Principal {
  return { ...principal, scopes: policies, cacheKey: `${principal.cacheKey} in${version}` };
}
