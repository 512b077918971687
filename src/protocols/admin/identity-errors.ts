import type { IdentityErrorCode } from '../../identity/errors.ts';

/** What each refusal of identity is on this wire, and what to do next. */
export const IDENTITY_REFUSALS: Record<IdentityErrorCode, { readonly status: number; readonly action: string }> = {
  'principal-exists': { status: 409, action: 'Choose another name, or use the principal that is there.' },
  'principal-not-found': { status: 404, action: 'List the principals to see their ids.' },
  'principal-is-oneself': { status: 409, action: 'Have another administrator do it.' },
  'service-exists': { status: 409, action: 'Choose another name, or use the service that is there.' },
  'service-not-found': { status: 404, action: 'List the services to see their names.' },
  'role-exists': { status: 409, action: 'Choose another name, or use the role that is there.' },
  'role-not-found': { status: 404, action: 'List the roles to see their names.' },
  'access-policy-exists': { status: 409, action: 'Choose another name, or change the policy that is there.' },
  'access-policy-not-found': { status: 404, action: 'List the policies to see their names.' },
  'access-policy-malformed': { status: 400, action: 'Correct the document of the policy.' },
  'access-policy-too-large': { status: 400, action: 'Shorten the policy, or divide it.' },
  'access-policy-attached': { status: 409, action: 'Detach it first; principals and roles show what they have.' },
  'access-policy-built-in': { status: 409, action: 'Make a policy of your own under another name.' },
  'inline-policy-not-found': { status: 404, action: 'Look at the principal or the role to see its inline policies.' },
  'trust-policy-malformed': { status: 400, action: 'Correct the trust policy.' },
  'too-many-policies': { status: 409, action: 'Detach one, or put several into one document.' },
  'too-many-tags': { status: 400, action: 'Take tags away first.' },
  'quota-reached': {
    status: 409,
    action: 'Delete those that nobody needs, or have the operator raise the quota in KEYSTEAD_QUOTAS.',
  },
  'tag-malformed': { status: 400, action: 'Correct the tag.' },
  'operator-not-for-roles': { status: 400, action: 'Attach it to a user.' },
  'role-assignment-malformed': { status: 400, action: 'Correct the roles or what they reach over.' },
  'role-assignment-not-found': { status: 404, action: 'Look at the principal or the role to see its assignments.' },
  'too-many-role-assignments': { status: 409, action: 'Remove one, or name several roles in one assignment.' },
  'authorization-not-found': { status: 404, action: 'List the authorizations to see their ids.' },
  'too-many-authorizations': { status: 409, action: 'Delete those that nobody needs.' },
  'session-duration-out-of-bounds': { status: 400, action: 'Choose a duration within the bounds.' },
};
