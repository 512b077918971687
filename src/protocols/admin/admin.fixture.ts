import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { LogReader } from '../../audit/log-reader.ts';
import { pooledRandom } from '../../crypto/random.ts';
import { EgressGuard, type EgressPolicy } from '../../clients/egress.ts';
import { ProviderClient } from '../../clients/oidc/provider-client.ts';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import { issueApiKey } from '../../identity/credential.ts';
import { Directory } from '../../identity/directory.ts';
import { makePrincipal, type Member } from '../../identity/principal.ts';
import type { BuiltInPolicy } from '../../identity/built-in-policies.ts';
import { makeInstance, makeTenant, type Instance, type Tenant } from '../../identity/tenant.ts';
import { GrantCache } from '../../keys/grant-cache.ts';
import { keysteadOf } from '../../jobs/keystead-keys.ts';
import { KeyOutlines } from '../../keys/key-outlines.ts';
import { KeyCache } from '../../keys/key-cache.ts';
import { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import { MaterialPool } from '../../keys/material-pool.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../../keys/quotas.ts';
import { Pipeline } from '../../pipeline/execute.ts';
import { grantedBy } from '../../pipeline/granted.ts';
import { tellServices } from '../../pipeline/tell-services.ts';
import type { Rates } from '../../pipeline/rates.ts';
import { RequestMeter } from '../../pipeline/request-meter.ts';
import { Throttle } from '../../pipeline/throttle.ts';
import { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import type { Put, Write } from '../../records/commit.ts';
import { tenantOf } from '../../records/account.ts';
import { MemoryStore } from '../../store/memory.ts';
import { ADMIN_PREFIX, createAdminApi } from './api.ts';
import { listedKeyOf } from './listed-key.ts';
import { EventHub } from './events/event-hub.ts';
import type { AdminRoute } from './route.ts';
import type { AdminServices } from './services.ts';
import { quickSignIn } from './sign-in/sign-in.fixture.ts';
import { openVault, type VaultSettings } from './vault/open-vault.ts';

/** What came back from the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** An installation in memory with two tenants, behind a real listener. */
export interface AdminHouse {
  readonly url: string;
  readonly store: MemoryStore;
  readonly services: AdminServices;
  readonly refusals: UnauthenticatedRefusals;
  readonly tenant: Tenant;
  readonly region: Instance;
  readonly stranger: Tenant;
  /** A folder of this house: environments below `vaults`, sources and destinations below `sources`. */
  readonly scratch: string;
  /** Everything that the server logged, as JSON lines. */
  readonly logged: string[];
  /** What a test bounds; nothing is bounded before. */
  readonly rates: { -readonly [Class in keyof Rates]: Rates[Class] };
  /** What a test lowers. */
  readonly quotas: { -readonly [Name in keyof Quotas]: number };
  /** The API key of a new principal with these policies. */
  member(
    policies: readonly BuiltInPolicy[],
    tenant?: Tenant,
  ): Promise<{ readonly member: Member; readonly apiKey: string }>;
  /** What the server's clock shows; it stands still. */
  setClock(ms: number): void;
  /** Whether what deletes by the clock may go by it. It may, as long as a test says nothing else. */
  believeClock(is: boolean): void;
  commit(...writes: readonly Write[]): Promise<void>;
  /** Sends a request to a path below the prefix. A string body is sent as it is. */
  send(
    apiKey: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export const REGION_NAME = 'us-east-1';
const T0 = Date.UTC(2026, 10, 21);

/** `allowed`: what else the operator lets runs reach. */
export async function adminHouse(
  allowed: Partial<Pick<VaultSettings, 'sourceRoots' | 'runCommands' | 'hosted' | 'lendsCredentials' | 'egress'>> = {},
): Promise<AdminHouse> {
  const random = pooledRandom();
  const egress: EgressPolicy = allowed.egress ?? {};
  let url = '';
  const store = new MemoryStore();
  const barrier = BarrierKey.from(makeBarrierRoot());
  const own = makeTenant(barrier, 'own', T0, random);
  const other = makeTenant(barrier, 'stranger', T0, random);
  const region = makeInstance(own.tenant, REGION_NAME, T0, random);
  const otherRegion = makeInstance(other.tenant, REGION_NAME, T0, random);
  let nowMs = T0 + 1000;
  const clock = () => nowMs;
  let isBelieved = true;
  const logged: string[] = [];
  const keep = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
  const refusals = new UnauthenticatedRefusals();
  const directory = new Directory(store, barrier);
  const grants = new GrantCache(store);
  const pipeline = new Pipeline(store, clock, random, grantedBy(grants, store), tellServices(store, directory, random));
  const log = { info: keep, error: keep };
  const scratch = mkdtempSync(join(tmpdir(), 'keystead-admin-'));
  const keystead = { directory, keys: new KeyCache(store), grants, records: store, pipeline, clock, random };
  const vault = openVault(
    {
      vaultRoots: [join(scratch, 'vaults')],
      sourceRoots: [join(scratch, 'sources'), ...(allowed.sourceRoots ?? [])],
      runCommands: allowed.runCommands ?? [],
      hosted: allowed.hosted ?? [],
      lendsCredentials: allowed.lendsCredentials ?? false,
      keepOut: [join(scratch, 'data')],
      cacheFolder: join(scratch, 'cache'),
      egress,
      maxRuns: 2,
    },
    {
      ...keystead,
      log,
      keystead: keysteadOf(keystead),
      keysteadRights: keystead,
      isClockBelieved: () => isBelieved,
    },
  );
  const rates: AdminHouse['rates'] = {};
  const quotas: AdminHouse['quotas'] = { ...DEFAULT_QUOTAS };
  const services: AdminServices = {
    throttle: new Throttle(rates, clock),
    installationId: '3f0d9c1e-52a4-4b5e-9c56-1f7f3f7f2a11',
    version: '0.0.0-test',
    records: store,
    barrier,
    directory,
    keys: new KeyCache(store),
    grants,
    listedKeys: new KeyOutlines(store, listedKeyOf),
    materials: new MaterialPool(),
    wrappingKeys: new WrappingKeyPool(),
    quotas,
    pipeline,
    clock,
    random,
    refusals,
    meter: new RequestMeter(),
    events: new EventHub(
      {
        records: store,
        directory,
        desk: vault.desk,
        clock,
        random,
        onFault: (error) => keep({ err: String(error) }, 'events'),
      },
      { lookMs: 10, renewMs: 30, heartbeatMs: 50 },
    ),
    audit: {
      checkpoint: () => undefined,
      verifierKey: (log) => log,
      reader: () => new LogReader({ read: () => undefined }),
      exportLines: () => Readable.from([]),
    },
    log,
    signIn: quickSignIn(clock),
    vault,
    get publicUrl() {
      return url;
    },
    providers: new ProviderClient(new EgressGuard(egress), () => performance.now()),
  };
  const commit = (...writes: readonly Write[]) =>
    store.commit({ writes, entries: [...new Set(writes.map(tenantOf))].map((tenantId) => entry(tenantId)) });
  await commit(own.write, other.write, region.write, otherRegion.write);
  const api = await createAdminApi(services);
  // By default a server hangs up after five idle seconds, and on a busy machine just when the next request is sent.
  const server = createServer({ keepAliveTimeout: 0 }, api.routing);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let members = 0;
  return {
    url,
    store,
    services,
    refusals,
    tenant: own.tenant,
    region: region.instance,
    stranger: other.tenant,
    scratch,
    logged,
    rates,
    quotas,
    setClock: (ms) => void (nowMs = ms),
    believeClock: (is) => void (isBelieved = is),
    commit,
    async member(policies, tenant = own.tenant) {
      const { member, write } = makePrincipal(tenant, `member-${members++}`, policies, T0, random);
      const issued = issueApiKey(tenant, member.id, T0, random);
      await commit(write, issued.write as Put);
      return { member, apiKey: issued.secret.toString('ascii') };
    },
    async send(apiKey, method, path, body, headers = {}) {
      const response = await fetch(url + ADMIN_PREFIX + path, {
        method,
        headers: {
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
    },
    async close() {
      services.events.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.close();
      await vault.desk.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };

  function entry(tenantId: string) {
    return {
      tenantId,
      timeMs: T0,
      principal: 'test',
      action: 'installation:Initialise',
      requestId: 'test',
      outcome: 'done' as const,
      change: true,
      details: {},
      salt: random(16),
    };
  }
}

/** The path of a route's example, with its query. Members of `params` stand in for those of the example. */
export function examplePath(route: AdminRoute, params: Readonly<Record<string, string>> = {}): string {
  const { params: own = {}, query = {} } = route.example as { params?: object; query?: object };
  const values: Readonly<Record<string, string>> = { ...(own as Record<string, string>), ...params };
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] as string));
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** Whether an answer has the form that the route promises, and not a member more. */
export function fits(route: AdminRoute, body: unknown): boolean {
  return Compile(route.answer).Check(body);
}
