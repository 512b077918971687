import Type, { type Static } from 'typebox';
import type { Quotas } from '../../../keys/quotas.ts';
import { RATE_CLASSES } from '../../../pipeline/rates.ts';
import type { RecordKind } from '../../../records/record.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { named, REGION_NAME } from '../schema.ts';

const COUNT = Type.Integer({ minimum: 0 });
const MAX_REGIONS = 100;

const LIMITS = named('Limits', {
  quotas: Type.Array(
    named('QuotaInUse', {
      name: Type.String({ description: 'as the operator sets it: KEYSTEAD_QUOTAS' }),
      limit: COUNT,
      used: Type.Optional({ ...COUNT, description: 'absent: it is one of each thing by itself' }),
      region: Type.Optional(REGION_NAME),
    }),
  ),
  rates: Type.Array(
    named('RateInForce', {
      rateClass: Type.Enum([...RATE_CLASSES]),
      perSecond: Type.Integer({ minimum: 1 }),
      burst: Type.Integer({ minimum: 1, description: 'how many at once, after a pause' }),
    }),
    { description: 'how often the tenant may ask; classes that are absent are not bounded' },
  ),
});

const ACTION = 'keystead:GetLimits';

/** What is counted of a tenant as a whole, and of each of its regions. */
const OF_TENANT = {
  usersPerTenant: 'principal',
  rolesPerTenant: 'role',
  policiesPerTenant: 'access-policy',
  servicesPerTenant: 'service',
} as const satisfies { readonly [Name in keyof Quotas]?: RecordKind };
const OF_REGION = {
  keysPerRegion: 'key',
  keyRingsPerRegion: 'key-ring',
  keyStoresPerRegion: 'key-store',
} as const satisfies { readonly [Name in keyof Quotas]?: RecordKind };
/** Every region has it, and no record tells of it. */
const DEFAULT_RING = 1;

type QuotaName = keyof Quotas;
type QuotaInUse = Static<typeof LIMITS>['quotas'][number];

export const getLimits = adminRoute({
  id: 'getLimits',
  method: 'GET',
  path: '/limits',
  action: ACTION,
  summary: 'Shows how much there may be of each thing, how much of it the own tenant has, and how often it may ask',
  status: 200,
  answer: LIMITS,
  example: {},
  prepare: (context) => ({
    targets: [{ action: ACTION, resource: '*' }],
    run: async () => ({ value: { quotas: await quotasOf(context), rates: ratesOf(context) } }),
  }),
  show: (limits: Static<typeof LIMITS>) => limits,
});

async function quotasOf({ services: { records, quotas }, proof: { tenant } }: AdminContext): Promise<QuotaInUse[]> {
  const { tenantId } = tenant;
  const regions = await records.list(tenantId, 'instance', '', { limit: MAX_REGIONS });
  const ofTenant = rowsOf(OF_TENANT).map(async ([name, kind]) => ({
    name,
    limit: quotas[name],
    used: await records.count(tenantId, kind, ''),
  }));
  const ofRegions = regions.flatMap(({ id: region }) =>
    rowsOf(OF_REGION).map(async ([name, kind]) => ({
      name,
      region,
      limit: quotas[name],
      used: (await records.count(tenantId, kind, region)) + (kind === 'key-ring' ? DEFAULT_RING : 0),
    })),
  );
  const counted = await Promise.all([...ofRegions, ...ofTenant]);
  const ofEach = (Object.keys(quotas) as QuotaName[])
    .filter((name) => !(name in OF_TENANT) && !(name in OF_REGION))
    .map((name) => ({ name, limit: quotas[name] }));
  return [...counted, ...ofEach];
}

function ratesOf({ services: { throttle } }: AdminContext): Static<typeof LIMITS>['rates'] {
  const rates = throttle?.rates ?? {};
  return RATE_CLASSES.flatMap((rateClass) => {
    const rate = rates[rateClass];
    return rate === undefined ? [] : [{ rateClass, perSecond: rate.perSecond, burst: rate.burst }];
  });
}

function rowsOf<Name extends QuotaName>(
  kinds: Readonly<Record<Name, RecordKind>>,
): readonly (readonly [Name, RecordKind])[] {
  return Object.entries(kinds) as [Name, RecordKind][];
}
