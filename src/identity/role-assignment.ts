import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import { IdentityError } from './errors.ts';
import { isPlatformRole, keyActionsOf, platformActionsOf, type KeyRole, type PlatformRole } from './key-roles.ts';
import { LIMITS } from './limits.ts';

/** Over which keys of a tenant roles reach: all of them, where nothing is said. */
export interface RoleScope {
  /** One instance: what is in this region. */
  readonly region?: string;
  /** Which instance that is, a UUID. One that is made there after it is another, and out of reach. */
  readonly instanceId?: string;
  /** One key ring, of this instance or in each. */
  readonly keyRing?: string;
  /** One key. */
  readonly keyId?: string;
}

/** Roles of IBM Key Protect that somebody has, and where. */
export interface RoleAssignment extends RoleScope {
  readonly id: string;
  readonly roles: readonly (KeyRole | PlatformRole)[];
}

/** Who may have roles: users, programs, roles of AWS's kind. */
interface Assignable {
  readonly name: string;
  readonly assignments?: readonly RoleAssignment[];
}

/** @throws {IdentityError} `role-assignment-malformed`, `too-many-role-assignments` */
export function withAssignment<H extends Assignable>(holder: H, wanted: Omit<RoleAssignment, 'id'>, random: Random): H {
  checkScope(wanted);
  const before = holder.assignments ?? [];
  if (before.length >= LIMITS.roleAssignments) {
    throw new IdentityError(
      'too-many-role-assignments',
      `${holder.name} has ${LIMITS.roleAssignments} assignments of roles, which is as many as there may be`,
    );
  }
  return { ...holder, assignments: [...before, { ...wanted, id: uuid(random) }] };
}

/** @throws {IdentityError} `role-assignment-not-found` */
export function withoutAssignment<H extends Assignable>(holder: H, id: string): H {
  const before = holder.assignments ?? [];
  const assignments = before.filter((one) => one.id !== id);
  if (assignments.length < before.length) return { ...holder, assignments };
  throw new IdentityError('role-assignment-not-found', `${holder.name} has no assignment ${id}`);
}

/** Assignments by the instance that they are bound to; under `undefined` those that are bound to none. */
export function byInstance(assignments: readonly RoleAssignment[] = []): Map<string | undefined, RoleAssignment[]> {
  return Map.groupBy(assignments, ({ region, instanceId = '' }) => (region === undefined ? undefined : instanceId));
}

/** @throws {IdentityError} `role-assignment-malformed` */
export function checkScope(wanted: Omit<RoleAssignment, 'id'>): void {
  const { roles, region, keyRing, keyId } = wanted;
  const isNarrowed = region !== undefined || keyRing !== undefined || keyId !== undefined;
  if (roles.length === 0) throw malformed('an assignment names at least one role');
  if (keyRing !== undefined && keyId !== undefined)
    throw malformed('an assignment is over a key ring or over a key, not both');
  if (isNarrowed && roles.some(isPlatformRole))
    throw malformed('platform roles are over the whole tenant: assign them without region, ring and key');
  const reach = reachOf(wanted);
  if (reach !== 'instance' && keyActionsOf(roles, reach).length === 0)
    throw malformed(`${roles.join(', ')} allows nothing on one ${reach}: assign it over the instance`);
}

/** The statements that assignments are for the evaluator; none where there are none. */
export function policyOfAssignments(
  accountId: string,
  assignments: readonly RoleAssignment[] = [],
): AccessPolicy | undefined {
  // What holds without a condition comes first: what allows already needs no second look.
  const statements = assignments
    .toSorted((a, b) => Number(a.keyRing !== undefined) - Number(b.keyRing !== undefined))
    .flatMap((assignment) => statementsOf(accountId, assignment));
  if (statements.length === 0) return undefined;
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
}

function statementsOf(accountId: string, assignment: RoleAssignment): object[] {
  const { id, roles } = assignment;
  const [onKeys, onTenant] = [keyActionsOf(roles, reachOf(assignment)), platformActionsOf(roles)];
  const Sid = `role${id.replaceAll('-', '')}`;
  return [
    ...keyStatementsOf(accountId, onKeys, assignment).map((statement) => ({ Sid, ...statement })),
    ...(onTenant.length > 0 ? [{ Sid, Effect: 'Allow', Action: onTenant, Resource: '*' }] : []),
  ];
}

const DELETE = 'kms:ScheduleKeyDeletion';
/**
 * Whoever may delete cannot destroy sooner: keys are restored for so many days, and to purge them is another role's.
 * The AWS wire would let a key wait for seven days.
 */
const LETS_RESTORE = { NumericGreaterThanEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } };

/** What allows actions on keys in a scope, without saying to whom; none where there are no actions. */
export function keyStatementsOf(accountId: string, actions: readonly string[], scope: RoleScope): object[] {
  const { region = '*', keyRing, keyId } = scope;
  const resource = keyId === undefined ? '*' : `key/${keyId}`;
  const inRing = keyRing !== undefined && { StringEquals: { 'kms:KeyRing': keyRing } };
  const statement = (Action: readonly string[], condition: object | false) => ({
    Effect: 'Allow',
    Action,
    Resource: `arn:aws:kms:${region}:${accountId}:${resource}`,
    ...(condition !== false && { Condition: condition }),
  });
  const others = actions.filter((action) => action !== DELETE);
  return [
    ...(others.length > 0 ? [statement(others, inRing)] : []),
    ...(others.length < actions.length ? [statement([DELETE], { ...inRing, ...LETS_RESTORE })] : []),
  ];
}

/** How far a scope reaches. */
export function reachOf({ keyRing, keyId }: RoleScope): 'instance' | 'ring' | 'key' {
  if (keyId !== undefined) return 'key';
  return keyRing === undefined ? 'instance' : 'ring';
}

function malformed(message: string): IdentityError {
  return new IdentityError('role-assignment-malformed', message);
}
