import Type from 'typebox';
import { KEY_ROLES, PLATFORM_ROLES, type KeyRole, type PlatformRole } from '../../identity/key-roles.ts';
import type { RoleAssignment } from '../../identity/role-assignment.ts';
import { requireRegion } from './find.ts';
import type { AdminContext } from './route.ts';
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

/** What roles reach over, as it is told. */
export const SHOWN_SCOPE = {
  ...SCOPE,
  instanceId: Type.Optional(
    Type.String({
      ...UUID,
      description: 'which instance of the region it is; once that is deleted they reach nothing',
    }),
  ),
};

export const ASSIGNMENTS = Type.Array(named('KeyRoleAssignment', { assignmentId: UUID, roles: ROLES, ...SHOWN_SCOPE }));

/**
 * Binds a scope to the instance that is in its region now.
 *
 * @throws {AdminRefusal} `region-not-found`
 */
export async function bound<Scope extends { readonly region?: string }>(
  context: AdminContext,
  wanted: Scope,
): Promise<Scope & { readonly instanceId?: string }> {
  if (wanted.region === undefined) return wanted;
  const { instanceId } = await requireRegion(context, wanted.region);
  return { ...wanted, instanceId };
}

export function showAssignments(assignments: readonly RoleAssignment[] = []) {
  return assignments.map(({ id, roles, ...scope }) => ({ assignmentId: id, roles: [...roles], ...scope }));
}
