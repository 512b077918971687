/**
 * AWS's numbers (IAM user guide, "IAM and AWS STS quotas"; AWS STS API reference). Sizes of policies are characters
 * without white space.
 */
export const LIMITS = {
  inlinePoliciesOfUser: 2_048,
  inlinePoliciesOfRole: 10_240,
  managedPolicy: 6_144,
  trustPolicy: 2_048,
  attachedPolicies: 10,
  tags: 50,
  tagKey: 128,
  tagValue: 256,
  /** Ours: IBM counts policies of a whole account. */
  roleAssignments: 100,
  /** Ours as well: authorizations of services, of one tenant. */
  authorizations: 1_000,
  /** Ours too: each is a button on the page where people sign in. */
  identityProviders: 20,
} as const;

/** How long sessions last, in seconds: least, most, and where nothing is said. */
export const SESSION_SECONDS = {
  role: { least: 900, most: 43_200, unsaid: 3_600 },
  user: { least: 900, most: 129_600, unsaid: 43_200 },
  root: { least: 900, most: 3_600, unsaid: 3_600 },
  /** What a role may allow its sessions at most. */
  roleMaximum: { least: 3_600, most: 43_200, unsaid: 3_600 },
  /** A role that is assumed by a session of another role. */
  chained: { most: 3_600 },
} as const;

/** Characters of a policy that count against its limit. */
export function policySize(document: string): number {
  return Array.from(document.replaceAll(/\s/g, '')).length;
}
