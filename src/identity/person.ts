import type { Person } from '../keys/dual-authorization.ts';
import { iamIdOf } from './iam-id.ts';
import type { Principal } from './principal.ts';

/**
 * Who is behind a principal, for what takes two people: a user in all its credentials and sessions, and in every role
 * that it assumed, through however many others. What it does not see through: other identities of the same human, and
 * credentials of others that an administrator issued to itself.
 */
export function personOf(principal: Principal): Person {
  return { principalId: principal.openedById ?? principal.id, by: iamIdOf(principal) };
}
