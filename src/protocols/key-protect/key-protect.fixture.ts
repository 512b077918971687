import { randomUUID } from 'node:crypto';
import { bytesOf } from '../../bytes/bytes.ts';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import type { WrappingKeyPair } from '../../crypto/import-wrapping.ts';
import type { HttpAnswer, HttpRequest } from '../../http/route.ts';
import type { BuiltInPolicy } from '../../identity/built-in-policies.ts';
import { issueApiKey } from '../../identity/credential.ts';
import { Directory } from '../../identity/directory.ts';
import { makePrincipal, putPrincipal } from '../../identity/principal.ts';
import { withAssignment, type RoleAssignment, type RoleScope } from '../../identity/role-assignment.ts';
import { makeService } from '../../identity/service.ts';
import { makeInstance, makeTenant, type Instance, type Tenant } from '../../identity/tenant.ts';
import { GrantCache } from '../../keys/grant-cache.ts';
import { KeyCache } from '../../keys/key-cache.ts';
import { countingRandom, settableClock, wrappingPair } from '../../keys/key-space.fixture.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../../keys/quotas.ts';
import type { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import { Pipeline } from '../../pipeline/execute.ts';
import { grantedBy } from '../../pipeline/granted.ts';
import { tellServices } from '../../pipeline/tell-services.ts';
import { RequestMeter } from '../../pipeline/request-meter.ts';
import { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import type { Put } from '../../records/commit.ts';
import { INSTALLATION } from '../../records/record.ts';
import { MemoryStore } from '../../store/memory.ts';
import { issuerOf } from '../iam/claims.ts';
import { SigningKeys } from '../iam/signing-keys.ts';
import { Tokens } from '../iam/tokens.ts';
import { keyProtectRoutes, type EndpointPorts } from './endpoint.ts';
import { PREFIX } from './match.ts';

export const REGION = 'eu-central-1';

/** An answer of the endpoint, read. */
export interface Answered {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  /** The code of an error. */
  readonly code: string | undefined;
}

/** How a request departs from an honest one. */
export interface Departure {
  readonly body?: unknown;
  readonly rawBody?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The id of another instance. */
  readonly instance?: string;
  readonly from?: string;
}

/** Somebody with a token. */
export interface Actor {
  readonly id: string;
  readonly token: string;
}

/** A tenant with one instance and its administrator. */
export interface Account {
  readonly tenant: Tenant;
  readonly instance: Instance;
  readonly admin: Actor;
}

/** The endpoint over a store in memory, with a clock that stands still and the installation's real keys. */
export class World {
  /** A test may lower them. */
  readonly quotas: { -readonly [Name in keyof Quotas]: number } = { ...DEFAULT_QUOTAS };
  readonly store = this.makeStore();
  readonly clock = settableClock();
  readonly random = countingRandom('world');
  readonly barrier = BarrierKey.from(makeBarrierRoot());
  readonly directory = new Directory(this.store, this.barrier);
  readonly keys = new KeyCache(this.store);
  readonly grants = new GrantCache(this.store);
  readonly pipeline = new Pipeline(
    this.store,
    this.clock,
    this.random,
    grantedBy(this.grants, this.store),
    tellServices(this.store, this.directory, this.random),
  );
  readonly unauthenticated = new UnauthenticatedRefusals();
  readonly meter = new RequestMeter();
  readonly faults: unknown[] = [];
  readonly signingKeys = new SigningKeys({ store: this.store, barrier: this.barrier, random: this.random });
  readonly tokens = new Tokens({
    keys: this.signingKeys,
    directory: this.directory,
    random: this.random,
    issuer: issuerOf('world'),
  });
  readonly ports: EndpointPorts = {
    directory: this.directory,
    keys: this.keys,
    records: this.store,
    random: this.random,
    quotas: this.quotas,
    wrappingKeys: { take: async () => this.makeWrappingPair() } as unknown as WrappingKeyPool,
    // A test that turns the clock goes on with its API key, as a client that gets a new token would.
    tokens: {
      read: (token, nowMs) =>
        token.startsWith('ks_')
          ? this.directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(token, 'ascii')))
          : this.tokens.read(token, nowMs),
    },
    pipeline: this.pipeline,
    clock: this.clock,
    unauthenticated: this.unauthenticated,
    meter: this.meter,
    onFault: (error) => this.faults.push(error),
  };
  readonly routes = keyProtectRoutes(this.ports);

  /** Where a test wants another store than one in memory. */
  protected makeStore(): MemoryStore {
    return new MemoryStore();
  }

  /** Where a test wants a wrapping key of the real size. */
  protected makeWrappingPair(): WrappingKeyPair | Promise<WrappingKeyPair> {
    return wrappingPair();
  }

  async account(name = 'one', region = REGION): Promise<Account> {
    const { tenant, write } = makeTenant(this.barrier, name, this.clock(), this.random);
    const made = makeInstance(tenant, region, this.clock(), this.random);
    await this.commit(tenant, [write, made.write], INSTALLATION, tenant.tenantId);
    return { tenant, instance: made.instance, admin: await this.actor(tenant, 'admin', ['administrator']) };
  }

  /** Makes a user with an API key. */
  async actor(
    tenant: Tenant,
    name: string,
    policies: readonly BuiltInPolicy[],
    more: { readonly program?: true } = {},
  ): Promise<Actor> {
    const { member, write } = makePrincipal(tenant, name, policies, this.clock(), this.random, more);
    const issued = issueApiKey(tenant, member.id, this.clock(), this.random);
    await this.commit(tenant, [write, issued.write], tenant.tenantId);
    return { id: member.id, token: issued.secret.toString('ascii') };
  }

  /** Gives a user roles of IBM Key Protect, in a region over the instance that is there now. */
  async assign({ tenant }: Account, { id }: Actor, wanted: Omit<RoleAssignment, 'id'>): Promise<void> {
    const member = await this.directory.member(tenant, id);
    if (member === undefined) throw new TypeError('no such user');
    const bound = await this.bound(tenant, wanted);
    const { write } = putPrincipal(tenant, withAssignment(member, bound, this.random));
    await this.commit(tenant, [write], tenant.tenantId);
  }

  /** A scope with the instance that its region has now; where there is none, with one that never was. */
  async bound<Scope extends RoleScope>(tenant: Tenant, scope: Scope): Promise<Scope & RoleScope> {
    if (scope.region === undefined) return scope;
    const instance = await this.directory.instance(tenant.tenantId, scope.region);
    return { ...scope, instanceId: instance?.instanceId ?? randomUUID() };
  }

  /** Makes a service, hosted by a tenant. */
  async service(tenant: Tenant, name: string): Promise<Actor> {
    const { service, write } = makeService(tenant, name, this.clock(), this.random);
    const issued = issueApiKey(tenant, service.id, this.clock(), this.random, { holder: 'service' });
    await this.commit(tenant, [write, issued.write], tenant.tenantId);
    return { id: service.id, token: issued.secret.toString('ascii') };
  }

  /** One more API key of a user. */
  async apiKey(tenant: Tenant, id: string): Promise<Actor> {
    const issued = issueApiKey(tenant, id, this.clock(), this.random);
    await this.commit(tenant, [issued.write], tenant.tenantId);
    return { id, token: issued.secret.toString('ascii') };
  }

  /** Sends a request: `path` is below `/api/v2`, with its query. */
  async call(
    { instance }: Account,
    { token }: Actor,
    method: string,
    path: string,
    departure: Departure = {},
  ): Promise<Answered> {
    const { body, rawBody, headers = {}, from = '127.0.0.1' } = departure;
    const all = {
      authorization: `Bearer ${token}`,
      'bluemix-instance': departure.instance ?? instance.instanceId,
      ...headers,
    };
    const [below = '', query = ''] = path.split('?');
    return this.send({
      method,
      path: PREFIX + below,
      query,
      rawHeaders: Object.entries(all).flat(),
      body: rawBody ?? (body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body))),
      remoteAddress: from,
      isSecure: true,
      requestId: randomUUID(),
    });
  }

  /** Hands a request to the endpoint as it is. */
  async send(request: HttpRequest): Promise<Answered> {
    const route = this.routes.find(({ method }) => method === request.method);
    if (route === undefined) throw new TypeError(`no route for ${request.method}`);
    return read(await route.handler(request));
  }

  /** Makes records as if somebody had asked for them. */
  async commit(tenant: Tenant, writes: Put[], ...logs: string[]): Promise<void> {
    const entries = logs.map((tenantId) => ({
      tenantId,
      timeMs: this.clock(),
      principal: 'test',
      action: `test:Set-up ${tenant.name}`,
      requestId: 'set-up',
      outcome: 'done' as const,
      change: true,
      details: {},
      salt: this.random(16),
    }));
    await this.store.commit({ writes, entries });
  }
}

function read({ status, headers, body }: HttpAnswer): Answered {
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), headers[i + 1] as string]] : []));
  const parsed = body.length === 0 ? undefined : (JSON.parse(body.toString('utf8')) as Answered['body']);
  return {
    status,
    headers: new Map(pairs as [string, string][]),
    body: parsed,
    code: parsed?.resources?.[0]?.reasons?.[0]?.code,
  };
}

/** The envelope of one resource. */
export function one(kind: string, resource: object): object {
  return many(kind, [resource]);
}

export function many(kind: string, resources: readonly object[]): object {
  return {
    metadata: { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: resources.length },
    resources,
  };
}
