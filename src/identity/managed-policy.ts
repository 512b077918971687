import { PolicyError } from '../access/policy-error.ts';
import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { putBody, readBody } from './body.ts';
import { isBuiltInPolicy } from './built-in-policies.ts';
import { IdentityError } from './errors.ts';
import { LIMITS, policySize } from './limits.ts';
import type { Tenant } from './tenant.ts';

interface ManagedPolicyBody {
  readonly name: string;
  readonly description: string;
  readonly document: string;
  /** How many users and roles have it. It changes with them, so that a policy in use cannot be deleted under them. */
  readonly attachments: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An access policy of a tenant that is stored once and attached to users and roles. */
export interface ManagedPolicy extends ManagedPolicyBody {
  readonly id: string;
  readonly tenantId: string;
  /** Its version: every change of the document makes a new one. */
  readonly revision: number;
}

export function managedPolicyRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'access-policy', id };
}

/** Names that differ in case only are one. */
export function managedPolicyName(tenantId: string, name: string): RecordName {
  return { space: `access-policy:${tenantId}`, name: name.toLowerCase() };
}

/** @throws {IdentityError} `access-policy-built-in`, and what {@link checkedDocument} throws */
export function makeManagedPolicy(
  tenant: Tenant,
  wanted: { readonly name: string; readonly description: string; readonly document: string },
  nowMs: number,
  random: Random,
): { readonly policy: ManagedPolicy; readonly write: Put } {
  const { name, description, document } = wanted;
  if (isBuiltInPolicy(name.toLowerCase()))
    throw new IdentityError('access-policy-built-in', `${name} is the name of a built-in policy`);
  checkedDocument(document, LIMITS.managedPolicy);
  const id = uuid(random);
  const body: ManagedPolicyBody = {
    name,
    description,
    document,
    attachments: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  const claim = [managedPolicyName(tenant.tenantId, name)];
  return {
    policy: { ...body, id, tenantId: tenant.tenantId, revision: 1 },
    write: putBody(tenant.tenantKey.records, managedPolicyRef(tenant.tenantId, id), 0, body, { claim }),
  };
}

/** The write that brings a policy to what `change` says. */
export function putManagedPolicy(
  tenant: Tenant,
  policy: ManagedPolicy,
  change: Partial<Pick<ManagedPolicyBody, 'description' | 'document' | 'attachments' | 'updatedAtMs'>>,
): { readonly policy: ManagedPolicy; readonly write: Put } {
  const { id, tenantId, revision, ...body } = { ...policy, ...change };
  return {
    policy: { ...policy, ...change, revision: revision + 1 },
    write: putBody(tenant.tenantKey.records, managedPolicyRef(tenantId, id), revision, body),
  };
}

/** @throws {IdentityError} `access-policy-attached` */
export function removeManagedPolicy({ tenantId, id, name, attachments, revision }: ManagedPolicy): Remove {
  if (attachments > 0)
    throw new IdentityError(
      'access-policy-attached',
      `the policy ${name} is attached to ${attachments} users or roles`,
    );
  return { remove: managedPolicyRef(tenantId, id), revision };
}

export function readManagedPolicy(tenant: Tenant, record: StoredRecord): ManagedPolicy {
  const body = readBody<ManagedPolicyBody>(tenant.tenantKey.records, record);
  return { ...body, id: record.id, tenantId: record.tenantId, revision: record.revision };
}

/**
 * Parses the document of a user's or a role's policy.
 *
 * @throws {IdentityError} `access-policy-malformed`, `access-policy-too-large`
 */
export function checkedDocument(document: string, limit: number): AccessPolicy {
  const size = policySize(document);
  if (size > limit) {
    throw new IdentityError(
      'access-policy-too-large',
      `the policy has ${size} characters without white space, and ${limit} are allowed`,
    );
  }
  try {
    return parsePolicy(document, 'identity');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new IdentityError('access-policy-malformed', error.message);
  }
}
