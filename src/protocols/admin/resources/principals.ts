import Type from 'typebox';
import { makePrincipal, principalName, readPrincipal, type Member } from '../../../identity/principal.ts';
import { ROLES, type Role } from '../../../identity/roles.ts';
import type { Target } from '../../../pipeline/act.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute } from '../route.ts';
import {
  closed,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  PRINCIPAL_NAME_TEXT,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';

export const ROLE = Type.Enum(Object.keys(ROLES) as [Role, ...Role[]]);

export const PRINCIPAL = named('Principal', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  roles: Type.Array(ROLE),
  state: Type.Enum(['active', 'suspended']),
  createdAt: TIMESTAMP,
});

export const createPrincipal = adminRoute({
  id: 'createPrincipal',
  method: 'POST',
  path: '/principals',
  action: 'keystead:CreatePrincipal',
  summary: 'Makes a principal of the own tenant with its roles, without a credential yet',
  status: 201,
  body: closed({ name: PRINCIPAL_NAME_TEXT, roles: Type.Array(ROLE, { maxItems: 8, uniqueItems: true }) }),
  answer: PRINCIPAL,
  example: { body: { name: 'backup-host', roles: ['user'] } },
  prepare: ({ services: { records, random }, proof: { tenant } }, { body }) => ({
    targets: [
      { action: 'keystead:CreatePrincipal', resource: '*' },
      ...operatorTargets(body.roles, 'installation:AppointOperator'),
    ],
    details: { name: body.name, roles: body.roles },
    run: async (nowMs) => {
      if ((await records.resolve(principalName(tenant.tenantId, body.name))) !== undefined)
        throw new AdminRefusal('principal-exists', `your tenant has a principal named ${body.name} already`);
      const { member, write } = makePrincipal(tenant, body.name, body.roles, nowMs, random);
      return { value: member, writes: [write] };
    },
  }),
  show: showPrincipal,
});

export const listPrincipals = adminRoute({
  id: 'listPrincipals',
  method: 'GET',
  path: '/principals',
  action: 'keystead:ListPrincipals',
  summary: 'Lists the principals of the own tenant; with `name` the one of that name, if there is one',
  status: 200,
  query: closed({ ...PAGE.properties, name: Type.Optional(PRINCIPAL_NAME_TEXT) }),
  answer: pageOf(PRINCIPAL),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records, directory }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListPrincipals', resource: '*' }],
    run: async () => {
      if (query.name !== undefined) {
        const ref = await records.resolve(principalName(tenant.tenantId, query.name));
        const member = ref && (await directory.member(tenant, ref.id));
        return { value: { items: member ? [showPrincipal(member)] : [] } };
      }
      const rows = await records.list(tenant.tenantId, 'principal', '', pageFrom(query));
      return {
        value: paged(
          rows,
          query,
          rows.map((row) => showPrincipal(readPrincipal(tenant, row))),
        ),
      };
    },
  }),
  show: (page: { items: ReturnType<typeof showPrincipal>[]; next?: string }) => page,
});

/**
 * What it takes besides to touch a principal whose power reaches beyond its tenant: an administrator of that tenant
 * must not become an operator by making one, by issuing itself an operator's credential, or lock the operator out.
 */
export function operatorTargets(roles: readonly Role[], action: string): Target[] {
  return roles.includes('operator') ? [{ action, resource: '*' }] : [];
}

export function showPrincipal({ id, name, roles, state, createdAtMs }: Member) {
  return { principalId: id, name, roles: [...roles], state, createdAt: timestamp(createdAtMs) };
}
