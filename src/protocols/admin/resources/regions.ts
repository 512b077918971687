import Type from 'typebox';
import { instanceCrn } from '../../../identity/crn.ts';
import { instanceRef, makeInstance, readInstance, type Instance, type Tenant } from '../../../identity/tenant.ts';
import type { Done } from '../../../pipeline/act.ts';
import { requireTenant } from '../find.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import {
  ACCOUNT_ID,
  closed,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  REGION_NAME,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';

export const REGION_ANSWER = named('Region', {
  region: REGION_NAME,
  accountId: ACCOUNT_ID,
  instanceId: UUID,
  instanceCrn: Type.String({ description: 'the name of the instance as IBM Cloud words it' }),
  createdAt: TIMESTAMP,
});

const NEW_REGION = closed({ region: REGION_NAME });

export const addRegion = adminRoute({
  id: 'addRegion',
  method: 'POST',
  path: '/regions',
  action: 'keystead:AddRegion',
  summary: 'Opens a region for the own tenant: from then on keys may live there',
  status: 201,
  body: NEW_REGION,
  answer: REGION_ANSWER,
  example: { body: { region: 'eu-west-1' } },
  prepare: (context, { body }) => ({
    targets: [{ action: 'keystead:AddRegion', resource: '*' }],
    details: { region: body.region },
    run: (nowMs) => newRegion(context, context.proof.tenant, body.region, nowMs),
  }),
  show: showRegion,
});

export const addTenantRegion = adminRoute({
  id: 'addTenantRegion',
  method: 'POST',
  path: '/tenants/{tenantId}/regions',
  action: 'installation:AddRegion',
  summary: 'Opens a region for any tenant',
  status: 201,
  params: closed({ tenantId: UUID }),
  body: NEW_REGION,
  answer: REGION_ANSWER,
  example: { params: { tenantId: '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11' }, body: { region: 'eu-west-1' } },
  prepare: (context, { params, body }) => ({
    targets: [{ action: 'installation:AddRegion', resource: '*' }],
    details: { tenant: params.tenantId, region: body.region },
    run: async (nowMs) => newRegion(context, await requireTenant(context, params.tenantId), body.region, nowMs),
  }),
  show: showRegion,
});

export const listRegions = adminRoute({
  id: 'listRegions',
  method: 'GET',
  path: '/regions',
  action: 'keystead:ListRegions',
  summary: 'Lists the regions of the own tenant',
  status: 200,
  query: PAGE,
  answer: pageOf(REGION_ANSWER),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListRegions', resource: '*' }],
    run: async () => {
      const rows = await records.list(tenant.tenantId, 'instance', '', pageFrom(query));
      return {
        value: paged(rows, query, rows.flatMap((row) => readInstance(tenant, row) ?? []).map(showRegion)),
        // Whoever is to switch a key off may have to ask first where it lives.
        urgent: true,
      };
    },
  }),
  show: (page: { items: ReturnType<typeof showRegion>[]; next?: string }) => page,
});

async function newRegion(
  { services }: AdminContext,
  tenant: Tenant,
  region: string,
  nowMs: number,
): Promise<Done<Instance>> {
  const there = await services.directory.instance(tenant.tenantId, region);
  if (there !== undefined) throw new AdminRefusal('region-exists', `the tenant has the region ${region} already`);
  const former = await services.records.revisionOf(instanceRef(tenant.tenantId, region));
  const { instance, write } = makeInstance(tenant, region, nowMs, services.random, former);
  return { value: instance, writes: [write] };
}

export function showRegion(instance: Instance) {
  const { region, accountId, instanceId, createdAtMs } = instance;
  return { region, accountId, instanceId, instanceCrn: instanceCrn(instance), createdAt: timestamp(createdAtMs) };
}
