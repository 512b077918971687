import type { AccessPolicy } from '../access/policy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { putBody, readBody } from './body.ts';
import { isOperator } from './built-in-policies.ts';
import { IdentityError } from './errors.ts';
import type { Holder } from './holder.ts';
import { SESSION_SECONDS } from './limits.ts';
import type { Tenant } from './tenant.ts';
import { parseTrustPolicy } from './trust-policy.ts';

interface RoleBody extends Holder {
  readonly description: string;
  /** Who may assume it: the text of the trust policy. */
  readonly trust: string;
  readonly maxSessionSeconds: number;
  /** How often its sessions were revoked. */
  readonly sessionRevocations?: number;
  /** When they were last, for people: clocks differ and step back, so nothing is decided by it. */
  readonly sessionsRevokedAtMs?: number;
  /** A deleted one stays as a tombstone: its name is never given again, since policies may go on naming it. */
  readonly state: 'active' | 'deleted';
  readonly createdAtMs: number;
}

/** A role of a tenant, as its record says: who may assume it, and what its sessions may do. */
export interface Role extends RoleBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

export interface WantedRole {
  readonly name: string;
  readonly description: string;
  readonly trust: string;
  readonly maxSessionSeconds: number;
}

export function roleRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'role', id };
}

/** Names that differ in case only are one. */
export function roleName(tenantId: string, name: string): RecordName {
  return { space: `role:${tenantId}`, name: name.toLowerCase() };
}

/** @throws {IdentityError} what {@link checkRole} throws */
export function makeRole(
  tenant: Tenant,
  wanted: WantedRole,
  nowMs: number,
  random: Random,
): { readonly role: Role; readonly write: Put } {
  const id = uuid(random);
  const body: RoleBody = { ...wanted, policies: [], inline: [], tags: [], state: 'active', createdAtMs: nowMs };
  const role: Role = { ...body, id, tenantId: tenant.tenantId, revision: 1 };
  checkRole(role);
  const claim = [roleName(tenant.tenantId, wanted.name)];
  return { role, write: putBody(tenant.tenantKey.records, roleRef(tenant.tenantId, id), 0, body, { claim }) };
}

/** The write that brings a role to a new state. Deleted ones leave the lists. @throws {IdentityError} */
export function putRole(tenant: Tenant, after: Role): { readonly role: Role; readonly write: Put } {
  checkRole(after);
  const { id, tenantId, revision, ...body } = after;
  const scope = after.state === 'deleted' ? 'deleted' : '';
  return {
    role: { ...after, revision: revision + 1 },
    write: putBody(tenant.tenantKey.records, roleRef(tenantId, id), revision, body, {}, scope),
  };
}

export function readRole(tenant: Tenant, record: StoredRecord): Role {
  const body = readBody<RoleBody>(tenant.tenantKey.records, record);
  return { ...body, id: record.id, tenantId: record.tenantId, revision: record.revision };
}

const TRUSTS = new WeakMap<Role, AccessPolicy>();

/** The trust policy, parsed once for each role that was read. */
export function trustOf(role: Role): AccessPolicy {
  const known = TRUSTS.get(role);
  if (known !== undefined) return known;
  const trust = parseTrustPolicy(role.trust);
  TRUSTS.set(role, trust);
  return trust;
}

/** How often the sessions of a role were revoked: what a session that is opened now keeps in mind. */
export function revocationsOf({ sessionRevocations, sessionsRevokedAtMs }: Role): number {
  // Before there was a count there was the time alone: what was opened then is not to come back to life.
  return sessionRevocations ?? (sessionsRevokedAtMs === undefined ? 0 : 1);
}

/** Ends every session that was opened so far, whatever the clocks say. */
export function withoutSessions(role: Role, nowMs: number): Role {
  return { ...role, sessionRevocations: revocationsOf(role) + 1, sessionsRevokedAtMs: nowMs };
}

/** Whether a session that was opened after so many revocations is still one. */
export function isSessionAlive(role: Role, revocations: number): boolean {
  return role.state === 'active' && revocations >= revocationsOf(role);
}

function checkRole(role: Role): void {
  parseTrustPolicy(role.trust);
  const { least, most } = SESSION_SECONDS.roleMaximum;
  if (!Number.isInteger(role.maxSessionSeconds) || role.maxSessionSeconds < least || role.maxSessionSeconds > most) {
    throw new IdentityError(
      'session-duration-out-of-bounds',
      `the sessions of a role last at most ${least} to ${most} seconds, not ${role.maxSessionSeconds}`,
    );
  }
  // The administrator of a tenant decides who assumes its roles, and must not rise above the tenant by that.
  if (isOperator(role.policies))
    throw new IdentityError(
      'operator-not-for-roles',
      'a role has no power beyond its tenant: attach operator to users',
    );
}
