import {
  KeysteadError,
  type Authorization,
  type InstancePolicies,
  type Region,
  type Service,
  type Tenant,
  type TokenSigningKey,
  type XksEndpoint,
} from '@keystead/sdk';
import type { Methods } from './mocked.ts';

const TENANT = '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11';
const ACCOUNT = '123456789012';
const DAY_MS = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const answer = <Answer>(value: Answer): Promise<Answer> => Promise.resolve(value);
const page = <Item>(items: readonly Item[]) => answer({ items: [...items] });

function regionOf(region: string): Region {
  const instanceId = crypto.randomUUID();
  const instanceCrn = `crn:v1:bluemix:public:kms:${region}:a/${ACCOUNT}:${instanceId}::`;
  return { region, accountId: ACCOUNT, instanceId, instanceCrn, createdAt: ago(90) };
}

function policiesOf(region: string): InstancePolicies {
  return {
    region,
    network: 'public-and-private',
    addresses: [],
    dualAuthorization: false,
    creation: {
      createWrapping: true,
      createSecret: true,
      importWrapping: true,
      importSecret: true,
      enforceToken: false,
    },
    rotationMonths: 12,
    metrics: true,
  };
}

const regions: Region[] = ['eu-central-1', 'us-east-1'].map(regionOf);
const policies = new Map<string, InstancePolicies>();
const tenants: Tenant[] = [{ tenantId: TENANT, accountId: ACCOUNT, name: 'default', createdAt: ago(90) }];
const services: Service[] = [
  {
    serviceId: crypto.randomUUID(),
    name: 'databases.example.com',
    tenantId: TENANT,
    state: 'active',
    createdAt: ago(80),
  },
];
const authorizations: Authorization[] = [
  {
    authorizationId: crypto.randomUUID(),
    service: 'databases.example.com',
    roles: ['Reader'],
    region: 'eu-central-1',
    createdAt: ago(70),
  },
];
const endpoints: XksEndpoint[] = [];
let tokenKeys: TokenSigningKey[] = [
  { keyId: 'k-2026-11', state: 'signs', createdAt: ago(10), signsFrom: ago(9) },
  { keyId: 'k-2026-10', state: 'retired', createdAt: ago(40), signsFrom: ago(39) },
];

function one<Item>(items: readonly Item[], isIt: (item: Item) => boolean, what: string): Item {
  const found = items.find(isIt);
  if (found !== undefined) return found;
  throw new KeysteadError({ status: 404, code: 'not-found', message: `there is no such ${what}` });
}

function taken<Item>(items: Item[], isIt: (item: Item) => boolean, what: string): Item {
  const found = one(items, isIt, what);
  items.splice(items.indexOf(found), 1);
  return found;
}

function put<Item>(items: Item[], before: Item, after: Item): Promise<Item> {
  items[items.indexOf(before)] = after;
  return answer(after);
}

const endpoint = (id: string): XksEndpoint => one(endpoints, ({ endpointId }) => endpointId === id, 'endpoint');
const service = (called: string): Service => one(services, ({ name }) => name === called, 'service');
const credential = () => `MADEUP${crypto.randomUUID().replaceAll('-', '').slice(0, 14).toUpperCase()}`;

/** The settings of the made-up server. */
export const settingsMock = {
  getStatus: () => answer({ installationId: TENANT, version: '0.1.0', time: new Date().toISOString() }),
  listRegions: () => page(regions),
  addRegion: ({ region }) => {
    regions.push(regionOf(region));
    return answer(regions.at(-1) as Region);
  },
  deleteRegion: (name) => answer(taken(regions, ({ region }) => region === name, 'region')),
  getInstancePolicies: (region) => answer(policies.get(region) ?? policiesOf(region)),
  setInstancePolicies: (region, asked) => {
    const { rotationMonths, creation, ...wanted } = asked ?? {};
    const before = policies.get(region) ?? policiesOf(region);
    const { rotationMonths: former, ...rest } = before;
    const months = rotationMonths ?? former ?? 0;
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const after: InstancePolicies = {
      ...rest,
      ...given,
      creation: { ...before.creation, ...(creation as Partial<InstancePolicies['creation']>) },
      ...(months > 0 && { rotationMonths: months }),
    };
    policies.set(region, after);
    return answer(after);
  },
  getLimits: () =>
    answer({
      quotas: [
        ...regions.map(({ region }, n) => ({ name: 'keysPerRegion', region, limit: 100_000, used: 14 - n * 9 })),
        { name: 'usersPerTenant', limit: 5_000, used: 9 },
        { name: 'policiesPerTenant', limit: 1_500, used: 4 },
        { name: 'servicesPerTenant', limit: 100, used: services.length },
        { name: 'aliasesPerKey', limit: 50 },
        { name: 'policyBytes', limit: 32_768 },
      ],
      rates: [{ rateClass: 'admin' as const, perSecond: 50, burst: 200 }],
    }),
  listTenants: () => page(tenants),
  createTenant: ({ name, region }) => {
    const tenant = { tenantId: crypto.randomUUID(), accountId: '210987654321', name, createdAt: ago(0) };
    tenants.push(tenant);
    const administrator = {
      principalId: crypto.randomUUID(),
      name: 'administrator',
      arn: 'arn:aws:iam::210987654321:user/administrator',
      kind: 'user' as const,
      policies: ['administrator'],
      state: 'active' as const,
      inlinePolicies: [],
      tags: [],
      keyRoles: [],
      serviceId: false,
      iamId: 'IBMid-administrator',
      createdAt: ago(0),
    };
    const made = { tenant, region: regionOf(region), administrator, accessKeyId: credential() };
    return answer({ ...made, secretAccessKey: credential(), apiKey: `ks_${credential()}` } as Awaited<
      ReturnType<Methods['createTenant']>
    >);
  },
  addTenantRegion: (_, { region }) => answer(regionOf(region)),
  listServices: () => page(services),
  createService: ({ name }) => {
    services.push({ serviceId: crypto.randomUUID(), name, tenantId: TENANT, state: 'active', createdAt: ago(0) });
    return answer(service(name));
  },
  suspendService: (name) => put(services, service(name), { ...service(name), state: 'suspended' }),
  resumeService: (name) => put(services, service(name), { ...service(name), state: 'active' }),
  createServiceCredential: () =>
    answer({ credential: { credentialId: credential() }, apiKey: `ks_${credential()}` } as Awaited<
      ReturnType<Methods['createServiceCredential']>
    >),
  stopServiceEvents: async (name) => {
    const { eventsUrl: _, ...rest } = service(name);
    return { service: await put(services, service(name), rest) };
  },
  setServiceEvents: async (name, { url }) => ({
    service: await put(services, service(name), { ...service(name), eventsUrl: url }),
    secret: `whsec_${btoa(credential())}`,
  }),
  listAuthorizations: () => page(authorizations),
  createAuthorization: (wanted) => {
    const made = { ...wanted, authorizationId: crypto.randomUUID(), createdAt: ago(0) };
    authorizations.push(made);
    return answer(made);
  },
  deleteAuthorization: (id) =>
    answer(taken(authorizations, ({ authorizationId }) => authorizationId === id, 'authorization')),
  listTokenSigningKeys: () => page(tokenKeys),
  rotateTokenSigningKey: () => {
    const made = { keyId: `k-${Date.now()}`, state: 'signs' as const, createdAt: ago(0), signsFrom: ago(0) };
    tokenKeys = [made, ...tokenKeys.map((key) => ({ ...key, state: 'retired' as const }))];
    return page(tokenKeys);
  },
  revokeTokenSigningKey: (id) => {
    tokenKeys = tokenKeys.filter(({ keyId }) => keyId !== id);
    return page(tokenKeys);
  },
  listXksEndpoints: () => page(endpoints),
  getXksEndpoint: (id) => answer(endpoint(id)),
  createXksEndpoint: ({ name, region }) => {
    const endpointId = crypto.randomUUID();
    const made: XksEndpoint = {
      endpointId,
      name,
      region,
      uriEndpoint: 'https://xks.example.com',
      uriPath: `/${endpointId}/kms/xks/v1`,
      accessKeyIds: [credential()],
      keys: [],
      createdAt: ago(0),
    };
    endpoints.push(made);
    return answer({ endpoint: made, accessKeyId: made.accessKeyIds[0] as string, rawSecretAccessKey: credential() });
  },
  rotateXksEndpointCredential: async (id) => {
    const accessKeyId = credential();
    const [newest = ''] = endpoint(id).accessKeyIds;
    const changed = await put(endpoints, endpoint(id), { ...endpoint(id), accessKeyIds: [accessKeyId, newest] });
    return { endpoint: changed, accessKeyId, rawSecretAccessKey: credential() };
  },
  exposeXksKey: (id, { xksKeyId, ...wanted }) => {
    const key = { ...wanted, xksKeyId: xksKeyId ?? wanted.keyId };
    return put(endpoints, endpoint(id), { ...endpoint(id), keys: [...endpoint(id).keys, key] });
  },
  hideXksKey: (id, { xksKeyId }) =>
    put(endpoints, endpoint(id), {
      ...endpoint(id),
      keys: endpoint(id).keys.filter((key) => key.xksKeyId !== xksKeyId),
    }),
  deleteXksEndpoint: (id) => answer(taken(endpoints, ({ endpointId }) => endpointId === id, 'endpoint')),
} satisfies Partial<Methods>;
