import Type from 'typebox';
import { KEY_ROLES, PLATFORM_ROLES, type KeyRole, type PlatformRole } from '../../identity/key-roles.ts';
import type { RoleAssignment } from '../../identity/role-assignment.ts';
import { closed, KEY_ID, named, REGION_NAME, UUID } from './schema.ts';

const ROLE_NAMES = [...Object.keys(KEY_ROLES), ...Object.keys(PLATFORM_ROLES)] as (KeyRole | PlatformRole)[];

export const ROLES = Type.Array(Type.Enum(ROLE_NAMES), { minItems: 1, maxItems: ROLE_NAMES.length, uniqueItems: true });
export const KEY_ROLE_NAMES = Object.keys(KEY_ROLES) as KeyRole[];

/** Over which keys roles reach: all of the tenant, where nothing is said. */
export const SCOPE = {
  region: Type.Optional(REGION_NAME),
  keyRing: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{2,100}$', description: 'the id of a key ring' })),
  keyId: Type.Optional(KEY_ID),
};

export const WANTED_ASSIGNMENT = closed({ roles: ROLES, ...SCOPE });

export const ASSIGNMENTS = Type.Array(named('KeyRoleAssignment', { assignmentId: UUID, roles: ROLES, ...SCOPE }));

export function showAssignments(assignments: readonly RoleAssignment[] = []) {
  return assignments.map(({ id, roles, ...scope }) => ({ assignmentId: id, roles: [...roles], ...scope }));
}
