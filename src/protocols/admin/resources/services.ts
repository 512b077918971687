import Type from 'typebox';
import { issueAccessKey, issueApiKey } from '../../../identity/credential.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { inFreePlace, roomFor } from '../../../identity/quotas.ts';
import {
  makeService,
  putService,
  readService,
  SERVICE_NAME,
  serviceName,
  type Service,
} from '../../../identity/service.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { ISSUED_CREDENTIAL, requireExpiry, showIssued } from './credentials.ts';

const NAME = Type.String({
  pattern: SERVICE_NAME.source,
  description: 'the name of a service: in lower case with a dot, such as backup.example.com',
});
export const SERVICE = named('Service', {
  serviceId: UUID,
  name: NAME,
  tenantId: Type.String({ ...UUID, description: 'the tenant that hosts it: its log has the entries of the service' }),
  state: Type.Enum(['active', 'suspended']),
  createdAt: TIMESTAMP,
  eventsUrl: Type.Optional(Type.String({ description: 'where it is told what becomes of keys' })),
});
export const SERVICE_PARAMS = closed({ service: NAME });
export const SERVICE_EXAMPLE = { service: 'backup.example.com' };

export const createService = adminRoute({
  id: 'createService',
  method: 'POST',
  path: '/services',
  action: 'installation:CreateService',
  summary:
    'Registers a service: a program that acts for tenants where their policies or grants name it, hosted by the own tenant',
  status: 201,
  body: closed({ name: NAME }),
  answer: SERVICE,
  example: { body: { name: 'backup.example.com' } },
  prepare: ({ services: { records, random, quotas }, proof: { tenant } }, { body }) => ({
    targets: [{ action: 'installation:CreateService', resource: '*' }],
    details: { name: body.name },
    run: async (nowMs) => {
      if ((await records.resolve(serviceName(body.name))) !== undefined)
        throw new IdentityError('service-exists', `there is a service named ${body.name} already`);
      const { service, write } = makeService(tenant, body.name, nowMs, random);
      return { value: service, writes: [write], rooms: [roomFor(tenant.tenantId, 'servicesPerTenant', quotas)] };
    },
  }),
  show: showService,
});

export const listServices = adminRoute({
  id: 'listServices',
  method: 'GET',
  path: '/services',
  action: 'installation:ListServices',
  summary: 'Lists the services of the installation',
  status: 200,
  answer: closed({ items: Type.Array(SERVICE) }),
  example: {},
  prepare: ({ services: { records, directory } }) => ({
    targets: [{ action: 'installation:ListServices', resource: '*' }],
    run: async () => {
      const items = [];
      for (const row of await records.listAll('service')) {
        const tenant = await directory.tenant(row.tenantId);
        if (tenant) items.push(showService(readService(tenant, row)));
      }
      return { value: { items } };
    },
  }),
  show: (list: { items: ReturnType<typeof showService>[] }) => list,
});

export const suspendService = changeOf(
  'suspendService',
  'suspend',
  'suspended',
  'Switches a service off in every tenant: every request of it and of its sessions that starts after the answer is refused',
);

export const resumeService = changeOf('resumeService', 'resume', 'active', 'Switches a service on again');

export const createServiceCredential = adminRoute({
  id: 'createServiceCredential',
  method: 'POST',
  path: '/services/{service}/credentials',
  action: 'installation:CreateServiceCredential',
  summary: 'Issues an access key of a service, or an API key for the API of IBM Key Protect',
  status: 201,
  params: SERVICE_PARAMS,
  body: closed({
    type: Type.Optional(Type.Enum(['access-key', 'api-key'], { default: 'access-key' })),
    expiresAt: Type.Optional(Type.String({ ...TIMESTAMP, description: 'when it ends by itself' })),
  }),
  answer: ISSUED_CREDENTIAL,
  example: { params: SERVICE_EXAMPLE, body: { type: 'api-key' } },
  prepare: async (context, { params, body: { type = 'access-key', expiresAt } }) => {
    const found = await context.services.directory.serviceNamed(params.service);
    return {
      targets: [{ action: 'installation:CreateServiceCredential', resource: '*' }],
      details: { service: params.service, type },
      run: async (nowMs) => {
        const { records, quotas, random } = context.services;
        const { tenant, service } = requireService(found, params.service);
        const issue = { holder: 'service' } as const;
        const expiresAtMs = requireExpiry(type, expiresAt, nowMs);
        const issued =
          type === 'api-key'
            ? issueApiKey(tenant, service.id, nowMs, random, { ...issue, expiresAtMs })
            : issueAccessKey(tenant, service.id, undefined, nowMs, random, { ...issue, expiresAtMs });
        context.wipeLater(issued.secret);
        return { value: issued, writes: [await inFreePlace(records, issued.write, service.id, quotas)] };
      },
    };
  },
  show: showIssued,
});

function changeOf(id: string, verb: string, state: Service['state'], summary: string): AdminRoute {
  const action = `installation:${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;
  return adminRoute({
    id,
    method: 'POST',
    path: `/services/{service}/${verb}`,
    action,
    summary,
    status: 200,
    params: SERVICE_PARAMS,
    answer: SERVICE,
    example: { params: SERVICE_EXAMPLE },
    prepare: async ({ services: { directory } }: AdminContext, { params }) => {
      const found = await directory.serviceNamed(params.service);
      return {
        targets: [{ action, resource: '*' }],
        details: { service: params.service },
        run: () => {
          const { tenant, service } = requireService(found, params.service);
          if (service.state === state) return { value: service };
          const put = putService(tenant, { ...service, state });
          return { value: put.service, writes: [put.write], ...(state === 'suspended' && { urgent: true }) };
        },
      };
    },
    show: showService,
  });
}

interface Found {
  readonly tenant: Tenant;
  readonly service: Service;
}

/** @throws {IdentityError} `service-not-found` */
export function requireService(found: Found | undefined, name: string): Found {
  if (found !== undefined) return found;
  throw new IdentityError('service-not-found', `there is no service named ${name}`);
}

export function showService({ id, tenantId, name, state, createdAtMs, events }: Service) {
  return {
    serviceId: id,
    name,
    tenantId,
    state,
    createdAt: timestamp(createdAtMs),
    ...(events && { eventsUrl: events.url }),
  };
}
