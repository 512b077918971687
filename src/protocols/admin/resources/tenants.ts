import Type from 'typebox';
import { issueAccessKey, issueApiKey, type IssuedCredential } from '../../../identity/credential.ts';
import { makePrincipal, type Member } from '../../../identity/principal.ts';
import { makeInstance, makeTenant, readTenant, type Instance, type Tenant } from '../../../identity/tenant.ts';
import { INSTALLATION } from '../../../records/record.ts';
import { requireTenant } from '../find.ts';
import { adminRoute } from '../route.ts';
import {
  ACCOUNT_ID,
  closed,
  DISPLAY_NAME,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  PRINCIPAL_NAME_TEXT,
  REGION_NAME,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';
import { PRINCIPAL, showPrincipal } from './principals.ts';
import { REGION_ANSWER, showRegion } from './regions.ts';

export const TENANT = named('Tenant', {
  tenantId: UUID,
  accountId: ACCOUNT_ID,
  name: DISPLAY_NAME,
  createdAt: TIMESTAMP,
});

const CREATED_TENANT = named('CreatedTenant', {
  tenant: TENANT,
  region: REGION_ANSWER,
  administrator: PRINCIPAL,
  accessKeyId: Type.String(),
  secretAccessKey: Type.String({ description: 'shown in this answer and never again' }),
  apiKey: Type.String({ description: 'shown in this answer and never again' }),
});

interface NewTenant {
  readonly tenant: Tenant;
  readonly instance: Instance;
  readonly member: Member;
  readonly accessKey: IssuedCredential;
  readonly apiKey: IssuedCredential;
}

export const createTenant = adminRoute({
  id: 'createTenant',
  method: 'POST',
  path: '/tenants',
  action: 'installation:CreateTenant',
  summary: 'Makes a tenant with its first region and its first administrator',
  status: 201,
  body: closed({ name: DISPLAY_NAME, region: REGION_NAME, administrator: Type.Optional(PRINCIPAL_NAME_TEXT) }),
  answer: CREATED_TENANT,
  example: { body: { name: 'Example Ltd', region: 'eu-central-1', administrator: 'administrator' } },
  prepare: (context, { body }) => ({
    targets: [{ action: 'installation:CreateTenant', resource: '*' }],
    details: { name: body.name, region: body.region },
    run: (nowMs) => {
      const { barrier, random } = context.services;
      const { tenant, write } = makeTenant(barrier, body.name, nowMs, random);
      const region = makeInstance(tenant, body.region, nowMs, random);
      const admin = makePrincipal(tenant, body.administrator ?? 'administrator', ['administrator'], nowMs, random);
      const accessKey = issueAccessKey(tenant, admin.member.id, undefined, nowMs, random);
      const apiKey = issueApiKey(tenant, admin.member.id, nowMs, random);
      context.wipeLater(accessKey.secret, apiKey.secret);
      const value: NewTenant = { tenant, instance: region.instance, member: admin.member, accessKey, apiKey };
      return { value, writes: [write, region.write, admin.write, accessKey.write, apiKey.write] };
    },
  }),
  show: ({ tenant, instance, member, accessKey, apiKey }: NewTenant) => ({
    tenant: showTenant(tenant),
    region: showRegion(instance),
    administrator: showPrincipal({ member, accountId: tenant.accountId, policies: member.policies }),
    accessKeyId: accessKey.credential.id,
    secretAccessKey: accessKey.secret.toString('ascii'),
    apiKey: apiKey.secret.toString('ascii'),
  }),
});

export const listTenants = adminRoute({
  id: 'listTenants',
  method: 'GET',
  path: '/tenants',
  action: 'installation:ListTenants',
  summary: 'Lists the tenants of the installation',
  status: 200,
  query: PAGE,
  answer: pageOf(TENANT),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records, barrier } }, { query }) => ({
    targets: [{ action: 'installation:ListTenants', resource: '*' }],
    run: async () => {
      const rows = await records.list(INSTALLATION, 'tenant', '', pageFrom(query));
      return {
        value: paged(
          rows,
          query,
          rows.map((row) => showTenant(readTenant(barrier, row))),
        ),
      };
    },
  }),
  show: (page: { items: ReturnType<typeof showTenant>[]; next?: string }) => page,
});

export const getTenant = adminRoute({
  id: 'getTenant',
  method: 'GET',
  path: '/tenants/{tenantId}',
  action: 'installation:GetTenant',
  summary: 'Shows a tenant',
  status: 200,
  params: closed({ tenantId: UUID }),
  answer: TENANT,
  example: { params: { tenantId: '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11' } },
  prepare: (context, { params }) => ({
    targets: [{ action: 'installation:GetTenant', resource: '*' }],
    run: async () => ({ value: await requireTenant(context, params.tenantId) }),
  }),
  show: showTenant,
});

function showTenant({ tenantId, accountId, name, createdAtMs }: Tenant) {
  return { tenantId, accountId, name, createdAt: timestamp(createdAtMs) };
}
