import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import { isBuiltInPolicy } from './built-in-policies.ts';
import { IdentityError } from './errors.ts';
import { LIMITS, policySize } from './limits.ts';
import { checkedDocument, type ManagedPolicy } from './managed-policy.ts';
import { byInstance, policyOfAssignments, type RoleAssignment } from './role-assignment.ts';
import type { Tag } from './tags.ts';

/** A policy that belongs to one user or role alone. */
export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

/** What a user and a role have in common: policies and tags. */
export interface Holder {
  readonly name: string;
  /** Attached policies: names of built-in ones, ids of the tenant's own. */
  readonly policies: readonly string[];
  readonly inline: readonly InlinePolicy[];
  readonly tags: readonly Tag[];
  /** Roles of IBM Key Protect that it has, and over what. */
  readonly assignments?: readonly RoleAssignment[];
}

/** Attaches a policy: a built-in one by its name, or one of the tenant. One that is attached already stays once. */
export function withPolicy<H extends Holder>(holder: H, policy: string | ManagedPolicy): H {
  const id = typeof policy === 'string' ? policy : policy.id;
  if (holder.policies.includes(id)) return holder;
  if (holder.policies.length >= LIMITS.attachedPolicies) {
    throw new IdentityError(
      'too-many-policies',
      `${holder.name} has ${LIMITS.attachedPolicies} policies attached, which is as many as there may be`,
    );
  }
  return { ...holder, policies: [...holder.policies, id] };
}

export function withoutPolicy<H extends Holder>(holder: H, policy: string | ManagedPolicy): H {
  const id = typeof policy === 'string' ? policy : policy.id;
  return holder.policies.includes(id) ? { ...holder, policies: holder.policies.filter((one) => one !== id) } : holder;
}

/** Gives a holder a policy of its own, in place of the one of that name. `limit`: characters of all of them together. */
export function withInline<H extends Holder>(holder: H, policy: InlinePolicy, limit: number): H {
  const others = holder.inline.filter(({ name }) => !sameName(name, policy.name));
  const left = limit - others.reduce((sum, { document }) => sum + policySize(document), 0);
  checkedDocument(policy.document, left);
  return { ...holder, inline: [...others, policy] };
}

/** @throws {IdentityError} `inline-policy-not-found` */
export function withoutInline<H extends Holder>(holder: H, policyName: string): H {
  const inline = holder.inline.filter(({ name }) => !sameName(name, policyName));
  if (inline.length < holder.inline.length) return { ...holder, inline };
  throw new IdentityError('inline-policy-not-found', `${holder.name} has no inline policy named ${policyName}`);
}

/** The inline policies, parsed. They parsed when they were written: what does not parse now is not believed. */
function parsedInline({ inline }: Holder): readonly AccessPolicy[] {
  return inline.map(({ document }) => parsePolicy(document, 'identity'));
}

/** The policies that belong to a holder alone: inline ones, and what its roles of IBM Key Protect allow anywhere. */
export function ownPolicies(accountId: string, holder: Holder): readonly AccessPolicy[] {
  const ofRoles = policyOfAssignments(accountId, byInstance(holder.assignments).get(undefined));
  return [...parsedInline(holder), ...(ofRoles === undefined ? [] : [ofRoles])];
}

/** What roles allow in one instance, as long as it is there. */
export interface InstancePolicy {
  readonly region: string;
  readonly instanceId: string;
  readonly policy: AccessPolicy;
}

/** What the roles of a holder allow in single instances. */
export function instancePoliciesOf(accountId: string, { assignments }: Holder): readonly InstancePolicy[] {
  return [...byInstance(assignments)].flatMap(([instanceId, bound]) => {
    const region = bound[0]?.region;
    if (instanceId === undefined || region === undefined) return [];
    const policy = policyOfAssignments(accountId, bound);
    return policy === undefined ? [] : [{ region, instanceId, policy }];
  });
}

/** The ids of the tenant's own policies among the attached ones. */
export function ownPolicyIds({ policies }: Holder): readonly string[] {
  return policies.filter((id) => !isBuiltInPolicy(id));
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
