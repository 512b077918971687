import Type from 'typebox';
import { roleArn } from '../../../identity/arn.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { LIMITS, SESSION_SECONDS } from '../../../identity/limits.ts';
import { roomFor } from '../../../identity/quotas.ts';
import { makeRole, putRole, readRole, roleName, withoutSessions, type Role } from '../../../identity/role.ts';
import { attachedNames } from '../attached-policies.ts';
import { detachAll } from '../../../identity/detach-all.ts';
import type { HolderChange } from '../holder-changes.ts';
import { DOCUMENT, holderChange, holderRoutes, type HolderKind } from '../holder-routes.ts';
import { inlinePoliciesRoute } from '../inline-policies.ts';
import { ASSIGNMENTS, showAssignments } from '../role-assignments.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import {
  closed,
  DESCRIPTION,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  POLICY_NAMES,
  PRINCIPAL_NAME_TEXT,
  TAG,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';

const MAX_SESSION = Type.Integer({
  minimum: SESSION_SECONDS.roleMaximum.least,
  maximum: SESSION_SECONDS.roleMaximum.most,
  description: 'how long a session may last at most',
});

const ROLE = named('Role', {
  roleId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  arn: Type.String(),
  description: Type.String(),
  trustPolicy: Type.String({ description: 'who may assume it' }),
  maxSessionSeconds: Type.Integer(),
  policies: POLICY_NAMES,
  inlinePolicies: Type.Array(Type.String()),
  tags: Type.Array(TAG),
  keyRoles: ASSIGNMENTS,
  sessionsRevokedAt: Type.Optional(TIMESTAMP),
  createdAt: TIMESTAMP,
});

interface NamedRole {
  readonly role: Role;
  readonly accountId: string;
  readonly policies: readonly string[];
}

const PARAMS = closed({ role: PRINCIPAL_NAME_TEXT });
const EXAMPLE = { role: 'nightly-backup' };
const EXAMPLE_TRUST =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}';

/** Roles, as endpoints change them. */
const ROLES: HolderKind<Role, typeof PARAMS, NamedRole> = {
  noun: 'Role',
  path: '/roles/{role}',
  params: PARAMS,
  answer: ROLE,
  example: EXAMPLE,
  inlineLimit: LIMITS.inlinePoliciesOfRole,
  find: async ({ services, proof }, { role }) => services.directory.roleNamed(proof.tenant, role),
  require(role, { role: name }) {
    if (role !== undefined) return role;
    throw new IdentityError('role-not-found', `your tenant has no role named ${name}`);
  },
  resource: ({ proof }, { role: name }, role) => roleArn(proof.tenant.accountId, role?.name ?? name),
  put(tenant, wanted) {
    const { role, write } = putRole(tenant, wanted);
    return { after: role, write };
  },
  name: withPolicyNames,
  show: showRole,
};

export const createRole = adminRoute({
  id: 'createRole',
  method: 'POST',
  path: '/roles',
  action: 'keystead:CreateRole',
  summary: 'Makes a role of the own tenant: who may assume it, and for how long. Its policies are attached afterwards',
  status: 201,
  body: closed({
    name: PRINCIPAL_NAME_TEXT,
    trustPolicy: DOCUMENT,
    description: Type.Optional(DESCRIPTION),
    maxSessionSeconds: Type.Optional(MAX_SESSION),
  }),
  answer: ROLE,
  example: { body: { name: 'nightly-backup', trustPolicy: EXAMPLE_TRUST } },
  prepare: ({ services: { records, directory, random, quotas }, proof: { tenant } }, { body }) => ({
    targets: [{ action: 'keystead:CreateRole', resource: roleArn(tenant.accountId, body.name) }],
    details: { name: body.name, trustPolicy: body.trustPolicy },
    run: async (nowMs) => {
      if ((await records.resolve(roleName(tenant.tenantId, body.name))) !== undefined) {
        const isThere = (await directory.roleNamed(tenant, body.name)) !== undefined;
        throw new IdentityError(
          'role-exists',
          isThere
            ? `your tenant has a role named ${body.name} already`
            : `${body.name} is the name of a deleted role, and policies may go on naming it: names are given once`,
        );
      }
      const {
        name,
        trustPolicy: trust,
        description = '',
        maxSessionSeconds = SESSION_SECONDS.roleMaximum.unsaid,
      } = body;
      const made = makeRole(tenant, { name, trust, description, maxSessionSeconds }, nowMs, random);
      const value: NamedRole = { role: made.role, accountId: tenant.accountId, policies: [] };
      return { value, writes: [made.write], rooms: [roomFor(tenant.tenantId, 'rolesPerTenant', quotas)] };
    },
  }),
  show: showRole,
});

export const listRoles = adminRoute({
  id: 'listRoles',
  method: 'GET',
  path: '/roles',
  action: 'keystead:ListRoles',
  summary: 'Lists the roles of the own tenant',
  status: 200,
  query: PAGE,
  answer: pageOf(ROLE),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListRoles', resource: '*' }],
    run: async () => {
      const { services, proof } = context;
      const rows = await services.records.list(proof.tenant.tenantId, 'role', '', pageFrom(query));
      const items = [];
      for (const row of rows) items.push(showRole(await withPolicyNames(context, readRole(proof.tenant, row))));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: ReturnType<typeof showRole>[]; next?: string }) => page,
});

export const getRole = adminRoute({
  id: 'getRole',
  method: 'GET',
  path: ROLES.path,
  action: 'keystead:GetRole',
  summary: 'Shows a role of the own tenant',
  status: 200,
  params: PARAMS,
  answer: ROLE,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const role = await ROLES.find(context, params);
    return {
      targets: [{ action: 'keystead:GetRole', resource: ROLES.resource(context, params, role) }],
      run: async () => ({ value: await withPolicyNames(context, ROLES.require(role, params)) }),
    };
  },
  show: showRole,
});

export const listRoleInlinePolicies = inlinePoliciesRoute(ROLES);

/** Every endpoint that changes one role. */
export const ROLE_CHANGES = [
  ...holderRoutes(ROLES),
  holderChange(ROLES, {
    id: 'setRoleTrust',
    action: 'keystead:SetRoleTrust',
    below: '/trust',
    summary: 'Says anew who may assume a role. Sessions that are open go on: see revokeRoleSessions',
    body: closed({ trustPolicy: DOCUMENT }),
    example: { trustPolicy: EXAMPLE_TRUST },
    step: (_, role, { trustPolicy: trust }) => ({ holder: { ...role, trust }, writes: [] }),
  }),
  holderChange(ROLES, {
    id: 'updateRole',
    action: 'keystead:UpdateRole',
    below: '/update',
    summary: 'Changes the description of a role, or how long its sessions may last',
    body: closed({ description: Type.Optional(DESCRIPTION), maxSessionSeconds: Type.Optional(MAX_SESSION) }),
    example: { maxSessionSeconds: 7200 },
    step: (_, role, { description = role.description, maxSessionSeconds = role.maxSessionSeconds }) => ({
      holder: { ...role, description, maxSessionSeconds },
      writes: [],
    }),
  }),
  holderChange(ROLES, {
    id: 'revokeRoleSessions',
    action: 'keystead:RevokeRoleSessions',
    below: '/revoke-sessions',
    summary: 'Ends every session of a role that is open: requests of theirs that start after the answer are refused',
    urgent: true,
    step: (_, role, _body, nowMs) => ({ holder: withoutSessions(role, nowMs), writes: [] }),
  }),
  holderChange(ROLES, {
    id: 'deleteRole',
    action: 'keystead:DeleteRole',
    below: '/delete',
    summary: 'Deletes a role for good, with its sessions. Its name is never given again: policies may go on naming it',
    urgent: true,
    step: async ({ services, proof }, role): Promise<HolderChange<Role>> => {
      const { holder, writes } = await detachAll(services.directory, proof.tenant, role);
      return { holder: { ...holder, state: 'deleted', inline: [] }, writes };
    },
  }),
];

async function withPolicyNames({ services, proof }: AdminContext, role: Role): Promise<NamedRole> {
  const policies = await attachedNames(services.directory, proof.tenant, role);
  return { role, accountId: proof.tenant.accountId, policies };
}

function showRole({ role, accountId, policies }: NamedRole) {
  const { id, name, description, trust, maxSessionSeconds, inline, tags, assignments } = role;
  const { sessionsRevokedAtMs, createdAtMs } = role;
  return {
    roleId: id,
    name,
    arn: roleArn(accountId, name),
    description,
    trustPolicy: trust,
    maxSessionSeconds,
    policies: [...policies],
    inlinePolicies: inline.map((policy) => policy.name),
    tags: [...tags],
    keyRoles: showAssignments(assignments),
    ...(sessionsRevokedAtMs !== undefined && { sessionsRevokedAt: timestamp(sessionsRevokedAtMs) }),
    createdAt: timestamp(createdAtMs),
  };
}
