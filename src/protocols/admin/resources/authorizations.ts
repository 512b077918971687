import Type from 'typebox';
import {
  findAuthorization,
  makeAuthorization,
  readAuthorization,
  removeAuthorization,
  type Authorization,
} from '../../../identity/authorization.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { LIMITS } from '../../../identity/limits.ts';
import { SERVICE_NAME } from '../../../identity/service.ts';
import { bound, KEY_ROLE_NAMES, SCOPE, SHOWN_SCOPE } from '../role-assignments.ts';
import { adminRoute } from '../route.ts';
import { closed, named, PAGE, paged, pageFrom, pageOf, TIMESTAMP, timestamp, UUID } from '../schema.ts';

const SERVICE = Type.String({
  pattern: SERVICE_NAME.source,
  description: 'the name of a service: in lower case with a dot, such as backup.example.com',
});
const ROLES = Type.Array(Type.Enum(KEY_ROLE_NAMES), { minItems: 1, maxItems: 6, uniqueItems: true });
const AUTHORIZATION = named('Authorization', {
  authorizationId: UUID,
  service: SERVICE,
  roles: ROLES,
  ...SHOWN_SCOPE,
  createdAt: TIMESTAMP,
});
const PARAMS = closed({ authorizationId: UUID });

export const createAuthorization = adminRoute({
  id: 'createAuthorization',
  method: 'POST',
  path: '/authorizations',
  action: 'keystead:CreateAuthorization',
  summary: 'Lets a service use keys of the own tenant, as roles of IBM Key Protect say, and register what they protect',
  status: 201,
  body: closed({ service: SERVICE, roles: ROLES, ...SCOPE }),
  answer: AUTHORIZATION,
  example: { body: { service: 'backup.example.com', roles: ['Reader'], region: 'us-south' } },
  prepare: async (context, { body }) => {
    const { services, proof } = context;
    const { directory, random } = services;
    const { tenant } = proof;
    const found = await directory.serviceNamed(body.service);
    return {
      targets: [{ action: 'keystead:CreateAuthorization', resource: '*' }],
      details: { ...body },
      run: async (nowMs) => {
        if (found === undefined)
          throw new IdentityError('service-not-found', `there is no service named ${body.service}`);
        const { authorization, write } = makeAuthorization(tenant, await bound(context, body), nowMs, random);
        return { value: authorization, writes: [write], rooms: [roomFor(tenant.tenantId)] };
      },
    };
  },
  show: showAuthorization,
});

export const listAuthorizations = adminRoute({
  id: 'listAuthorizations',
  method: 'GET',
  path: '/authorizations',
  action: 'keystead:ListAuthorizations',
  summary: 'Lists what the own tenant has authorized services to',
  status: 200,
  query: PAGE,
  answer: pageOf(AUTHORIZATION),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListAuthorizations', resource: '*' }],
    run: async () => {
      const rows = await records.list(tenant.tenantId, 'authorization', '', pageFrom(query));
      const items = rows.map((row) => showAuthorization(readAuthorization(tenant.tenantKey, row)));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: ReturnType<typeof showAuthorization>[]; next?: string }) => page,
});

export const deleteAuthorization = adminRoute({
  id: 'deleteAuthorization',
  method: 'POST',
  path: '/authorizations/{authorizationId}/delete',
  action: 'keystead:DeleteAuthorization',
  summary: 'Takes an authorization back: every request of the service that starts after the answer goes without it',
  status: 200,
  params: PARAMS,
  answer: AUTHORIZATION,
  example: { params: { authorizationId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' } },
  prepare: async ({ services: { records }, proof: { tenant } }, { params }) => {
    const found = await findAuthorization(records, tenant, params.authorizationId);
    return {
      targets: [{ action: 'keystead:DeleteAuthorization', resource: '*' }],
      details: { authorization: params.authorizationId, ...(found && { service: found.service }) },
      run: () => {
        if (found !== undefined) return { value: found, writes: [removeAuthorization(found)], urgent: true };
        throw new IdentityError(
          'authorization-not-found',
          `your tenant has no authorization ${params.authorizationId}`,
        );
      },
    };
  },
  show: showAuthorization,
});

function roomFor(tenantId: string) {
  const below = LIMITS.authorizations;
  return {
    room: { tenantId, kind: 'authorization', scope: '', below } as const,
    refusal: new IdentityError('too-many-authorizations', `your tenant has ${below} authorizations, as many as it may`),
  };
}

function showAuthorization({ id, service, roles, region, instanceId, keyRing, keyId, createdAtMs }: Authorization) {
  return {
    authorizationId: id,
    service,
    roles: [...roles],
    ...(region !== undefined && { region }),
    ...(instanceId !== undefined && { instanceId }),
    ...(keyRing !== undefined && { keyRing }),
    ...(keyId !== undefined && { keyId }),
    createdAt: timestamp(createdAtMs),
  };
}
