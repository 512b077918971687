import type { AccessPolicy } from '../access/policy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { putBody, readBody } from './body.ts';
import { ROLES, type Role } from './roles.ts';
import type { Tenant } from './tenant.ts';

interface PrincipalBody {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly state: 'active' | 'suspended';
  readonly createdAtMs: number;
}

/** How sure we are of who asks. */
export type Strength = 'secret-key' | 'session' | 'api-key' | 'server';

/** Somebody of a tenant, as its record says. */
export interface Member extends PrincipalBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** Who asks, proven. */
export interface Principal {
  readonly tenantId: string;
  readonly accountId: string;
  readonly kind: 'root' | 'user' | 'role' | 'service' | 'server';
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Further names under which a policy may name it: the ARN of the role that a session assumed. */
  readonly names?: readonly string[];
  readonly policies: readonly AccessPolicy[];
  /** Policies that a session was opened with: where there are any, they must allow too. */
  readonly sessionPolicies?: readonly AccessPolicy[];
  /** Set where a service asks: the name by which `Principal: { Service }` means it. */
  readonly service?: string;
  /** For conditions: `aws:PrincipalTag/...`. */
  readonly tags?: ReadonlyMap<string, string>;
  /** For conditions: `aws:TokenIssueTime`, of sessions. */
  readonly sessionIssuedAtMs?: number;
  /** The credential that proved it. */
  readonly credentialId: string;
  readonly strength: Strength;
  /** Changes whenever what the principal may do changes: a decision for one value holds for that value only. */
  readonly cacheKey: string;
}

export function principalRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'principal', id };
}

export function principalName(tenantId: string, name: string): RecordName {
  return { space: `principal:${tenantId}`, name };
}

/** The form of a principal's name: what IAM allows for users. */
export const PRINCIPAL_NAME = /^[\w+=,.@-]{1,64}$/;

export function makePrincipal(
  tenant: Tenant,
  name: string,
  roles: readonly Role[],
  nowMs: number,
  random: Random,
): { readonly member: Member; readonly write: Put } {
  const id = uuid(random);
  const body: PrincipalBody = { name, roles, state: 'active', createdAtMs: nowMs };
  const claim = [principalName(tenant.tenantId, name)];
  return {
    member: { ...body, id, tenantId: tenant.tenantId, revision: 1 },
    write: putBody(tenant.tenantKey.records, principalRef(tenant.tenantId, id), 0, body, { claim }),
  };
}

export function readPrincipal(tenant: Tenant, record: StoredRecord): Member {
  const body = readBody<PrincipalBody>(tenant.tenantKey.records, record);
  return { ...body, id: record.id, tenantId: record.tenantId, revision: record.revision };
}

/** The principal that a credential proves a member to be. */
export function principalOf(tenant: Tenant, member: Member, credentialId: string, strength: Strength): Principal {
  return {
    tenantId: tenant.tenantId,
    accountId: tenant.accountId,
    kind: 'user',
    id: member.id,
    name: member.name,
    arn: `arn:aws:iam::${tenant.accountId}:user/${member.name}`,
    policies: member.roles.map((role) => ROLES[role]),
    credentialId,
    strength,
    cacheKey: `${member.id}@${member.revision}`,
  };
}
