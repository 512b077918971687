import Type from 'typebox';
import { userArn } from '../../../identity/arn.ts';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { makePrincipal, principalName, readPrincipal, type Member } from '../../../identity/principal.ts';
import { roomFor } from '../../../identity/quotas.ts';
import { attachedNames, findPolicy, operatorTargets, type Attachable } from '../attached-policies.ts';
import { attach } from '../holder-changes.ts';
import type { Target } from '../../../pipeline/act.ts';
import { ASSIGNMENTS, showAssignments } from '../role-assignments.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import {
  closed,
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

export const PRINCIPAL = named('Principal', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  arn: Type.String(),
  policies: POLICY_NAMES,
  inlinePolicies: Type.Array(Type.String(), { description: 'names of policies that belong to it alone' }),
  tags: Type.Array(TAG),
  keyRoles: ASSIGNMENTS,
  serviceId: Type.Boolean({ description: 'whether it is a program: a service id of IBM Cloud IAM' }),
  iamId: Type.String({ description: 'its name on the wire of IBM Key Protect' }),
  state: Type.Enum(['active', 'suspended', 'deleted']),
  createdAt: TIMESTAMP,
});

/** A user with the names of its policies. */
export interface NamedMember {
  readonly member: Member;
  readonly accountId: string;
  readonly policies: readonly string[];
}

export const createPrincipal = adminRoute({
  id: 'createPrincipal',
  method: 'POST',
  path: '/principals',
  action: 'keystead:CreatePrincipal',
  summary: 'Makes a user of the own tenant with its policies, without a credential yet',
  status: 201,
  body: closed({ name: PRINCIPAL_NAME_TEXT, policies: POLICY_NAMES, serviceId: Type.Optional(Type.Boolean()) }),
  answer: PRINCIPAL,
  example: { body: { name: 'backup-host', policies: ['user'] } },
  prepare: (context, { body }) => ({
    targets: userTargets(context, body),
    details: { name: body.name, policies: body.policies, ...(body.serviceId === true && { serviceId: true }) },
    run: (nowMs) => makeUser(context, body, nowMs),
  }),
  show: showPrincipal,
});

export const listPrincipals = adminRoute({
  id: 'listPrincipals',
  method: 'GET',
  path: '/principals',
  action: 'keystead:ListPrincipals',
  summary: 'Lists the users of the own tenant; with `name` the one of that name, if there is one',
  status: 200,
  query: closed({ ...PAGE.properties, name: Type.Optional(PRINCIPAL_NAME_TEXT) }),
  answer: pageOf(PRINCIPAL),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListPrincipals', resource: '*' }],
    run: async () => {
      const { services, proof } = context;
      const { tenant } = proof;
      if (query.name !== undefined) {
        const member = await services.directory.memberNamed(tenant, query.name);
        const items = member ? [showPrincipal(await withPolicyNames(context, member))] : [];
        return { value: { items } };
      }
      const rows = await services.records.list(tenant.tenantId, 'principal', '', pageFrom(query));
      const items = [];
      for (const row of rows) items.push(showPrincipal(await withPolicyNames(context, readPrincipal(tenant, row))));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: ReturnType<typeof showPrincipal>[]; next?: string }) => page,
});

/** What a new user is to be. */
interface NewUser {
  readonly name: string;
  readonly policies: readonly string[];
  readonly serviceId?: boolean;
}

/** What it takes to make a user. */
export function userTargets({ proof }: AdminContext, { name, policies }: NewUser): Target[] {
  return [
    ...[
      'keystead:CreatePrincipal',
      // Whoever may make users alone makes none that can do more than the maker.
      ...(policies.length > 0 ? ['keystead:AttachPrincipalPolicy'] : []),
    ].map((action) => ({ action, resource: userArn(proof.tenant.accountId, name) })),
    ...operatorTargets(policies, 'installation:AppointOperator'),
  ];
}

/** Makes a user with its policies, as a change. @throws {IdentityError} the name is taken, a policy is not there */
export async function makeUser(context: AdminContext, wanted: NewUser, nowMs: number) {
  const { services, proof } = context;
  const { tenant } = proof;
  const { name, policies: names, serviceId } = wanted;
  await requireFreeName(context, name);
  const policies: Attachable[] = [];
  for (const one of names) policies.push(await findPolicy(services.directory, tenant, one));
  const holder = attach(tenant, { name, policies: [], inline: [], tags: [] }, policies);
  const program = serviceId === true ? ({ program: true } as const) : {};
  const made = makePrincipal(tenant, name, holder.holder.policies, nowMs, services.random, program);
  return {
    value: { member: made.member, accountId: tenant.accountId, policies: names },
    writes: [made.write, ...holder.writes],
    rooms: [roomFor(tenant.tenantId, 'usersPerTenant', services.quotas)],
  };
}

async function requireFreeName({ services, proof }: AdminContext, name: string): Promise<void> {
  const { tenantId } = proof.tenant;
  if ((await services.records.resolve(principalName(tenantId, name))) === undefined) return;
  const isThere = (await services.directory.memberNamed(proof.tenant, name)) !== undefined;
  throw new IdentityError(
    'principal-exists',
    isThere
      ? `your tenant has a principal named ${name} already`
      : `${name} is the name of a deleted principal, and policies may go on naming it: names are given once`,
  );
}

export async function withPolicyNames({ services, proof }: AdminContext, member: Member): Promise<NamedMember> {
  const policies = await attachedNames(services.directory, proof.tenant, member);
  return { member, accountId: proof.tenant.accountId, policies };
}

export function showPrincipal({ member, accountId, policies }: NamedMember) {
  const { id, name, inline, tags, assignments, program, state, createdAtMs } = member;
  return {
    principalId: id,
    name,
    arn: userArn(accountId, name),
    policies: [...policies],
    inlinePolicies: inline.map((policy) => policy.name),
    tags: [...tags],
    keyRoles: showAssignments(assignments),
    serviceId: program === true,
    iamId: iamIdOf({ ...member, kind: 'user' }),
    state,
    createdAt: timestamp(createdAtMs),
  };
}
