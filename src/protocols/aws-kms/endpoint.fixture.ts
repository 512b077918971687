import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignatureV4 } from '@smithy/signature-v4';
import { parsePolicy, type AccessPolicy } from '../../access/policy.ts';
import { testRoot } from '../../attestation/enclave.fixture.ts';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import type { HttpRequest } from '../../http/route.ts';
import { issueAccessKey } from '../../identity/credential.ts';
import { Directory } from '../../identity/directory.ts';
import { makePrincipal, principalOf, type Principal, putPrincipal, type Member } from '../../identity/principal.ts';
import { withTags } from '../../identity/tags.ts';
import type { BuiltInPolicy } from '../../identity/built-in-policies.ts';
import { makeInstance, makeTenant, type Instance, type Tenant } from '../../identity/tenant.ts';
import { GrantCache } from '../../keys/grant-cache.ts';
import { KeyCache } from '../../keys/key-cache.ts';
import { countingRandom, settableClock, wrappingPair } from '../../keys/key-space.fixture.ts';
import { generateWrappingKey, type WrappingKeySpec } from '../../crypto/import-wrapping.ts';
import { MaterialPool } from '../../keys/material-pool.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../../keys/quotas.ts';
import type { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import { Pipeline } from '../../pipeline/execute.ts';
import { grantedBy } from '../../pipeline/granted.ts';
import { tellServices } from '../../pipeline/tell-services.ts';
import type { Rates } from '../../pipeline/rates.ts';
import { Throttle } from '../../pipeline/throttle.ts';
import { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { INSTALLATION } from '../../records/record.ts';
import type { Put } from '../../records/commit.ts';
import { MemoryStore } from '../../store/memory.ts';
import { XksClient } from '../../clients/xks/client.ts';
import { XksTransportError, type XksTransport } from '../../clients/xks/transport.ts';
import { externalKeysBy } from '../../server/external-keys.ts';
import { Sha256 } from '../sigv4/sha256.fixture.ts';
import { awsKmsRoute } from './endpoint.ts';
import type { OperationName } from './model.gen.ts';
import type { Output } from './operation.ts';
import { prepareOperation, type AnyInput } from './prepare.ts';
import { readInput } from './validate.ts';
import { wireErrorOf } from './wire-error.ts';
import { encodeAnswer, encodeError } from './wire.ts';
import type { ResolvedKey } from './resolve.ts';

export const REGION = 'eu-central-1';

/** A value as it looks on the wire: buffers are base64, and a test says itself what it expects to be there. */
type Wire<T> = T extends Buffer
  ? string
  : T extends readonly (infer Member)[]
    ? Wire<Member>[]
    : T extends object
      ? { readonly [K in keyof T]-?: Wire<NonNullable<T[K]>> }
      : T;

/** An answer of the endpoint, read. */
export interface Answer<N extends OperationName = OperationName> {
  readonly status: number;
  readonly headers: readonly string[];
  /** The JSON body; `{}` where it is empty. */
  readonly body: Wire<NonNullable<Output<N>>>;
  /** The type of an error. */
  readonly type: string | undefined;
  /** The text of an error. */
  readonly text: string | undefined;
}

/** How a request departs from an honest one. */
export interface Departure {
  readonly region?: string;
  readonly skewMs?: number;
  readonly secret?: string;
  readonly service?: string;
  /** Sent in place of the JSON of the input. */
  readonly rawBody?: Buffer;
  readonly target?: string;
  /** The address of the peer. */
  readonly from?: string;
  /** Sent besides, and signed. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody with an access key. */
export interface Actor {
  readonly principal: Principal;
  readonly accessKeyId: string;
  readonly secret: string;
  /** Of a session. */
  readonly sessionToken?: string;
}

/** An account with one region and its administrator. */
export interface Account {
  readonly tenant: Tenant;
  readonly instance: Instance;
  readonly accountId: string;
  readonly admin: Actor;
}

/** RSA keys are made ahead for all tests of a file. */
const materials = new MaterialPool();

/** A self-signed certificate as the trust anchor of a token, and what the operator has configured of it. */
export const TRUST_ANCHOR = readFileSync(new URL('./trust-anchor.fixture.pem', import.meta.url), 'utf8');
const ANCHOR = new X509Certificate(TRUST_ANCHOR).raw;
/** What the ids of all clusters begin with that this operator has configured as tokens. */
export const TOKENS = 'cluster-token';
/** The VPC endpoint service that this operator has laid a way to. */
export const VPC_SERVICE = 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0';

/** The endpoint over a store in memory, with a clock that stands still and the installation's real keys. */
export class World {
  /** A test may lower them. */
  readonly quotas: { -readonly [Name in keyof Quotas]: number } = { ...DEFAULT_QUOTAS };
  readonly store = new MemoryStore();
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
  readonly faults: unknown[] = [];
  readonly rates: { -readonly [Class in keyof Rates]: Rates[Class] } = {};
  readonly throttle = new Throttle(this.rates, this.clock);
  /** Where requests to external key store proxies go. */
  proxy: XksTransport = () => Promise.reject(new XksTransportError('unreachable', 'no proxy in this test'));
  readonly ports = {
    directory: this.directory,
    keys: this.keys,
    grants: this.grants,
    records: this.store,
    random: this.random,
    // RSA keys take long to make: one serves all tests.
    materials,
    quotas: this.quotas,
    wrappingKeys: {
      take: (spec: WrappingKeySpec) => (spec === 'SM2' ? generateWrappingKey(spec) : Promise.resolve(wrappingPair())),
    } as unknown as WrappingKeyPool,
    attestationRoots: [testRoot(this.clock())],
    keyStores: {
      external: externalKeysBy(new XksClient((...request) => this.proxy(...request), this.clock), new Map()),
      hasService: (serviceName: string) => serviceName === VPC_SERVICE,
      token: (clusterId: string) => (clusterId.startsWith(TOKENS) ? { clusterId, trustAnchor: ANCHOR } : undefined),
    },
  };
  readonly route = awsKmsRoute({
    ...this.ports,
    pipeline: this.pipeline,
    clock: this.clock,
    unauthenticated: this.unauthenticated,
    // None of its rates is set, unless a test sets one.
    throttle: this.throttle,
    onFault: (error) => this.faults.push(error),
  });

  /** Makes an account with one region and an administrator. */
  async account(name = 'one', region = REGION): Promise<Account> {
    const { tenant, write } = makeTenant(this.barrier, name, this.clock(), this.random);
    const made = makeInstance(tenant, region, this.clock(), this.random);
    await this.#commit(tenant, [write, made.write], INSTALLATION, tenant.tenantId);
    const admin = await this.actor(tenant, 'admin', ['administrator']);
    return { tenant, instance: made.instance, accountId: tenant.accountId, admin };
  }

  /** Opens another region of a tenant. */
  async region(tenant: Tenant, region: string): Promise<void> {
    await this.#commit(tenant, [makeInstance(tenant, region, this.clock(), this.random).write], tenant.tenantId);
  }

  /** Opens those of some regions that a tenant does not have yet. */
  async ensureRegions(tenant: Tenant, regions: readonly string[]): Promise<void> {
    for (const region of regions) {
      if ((await this.directory.instance(tenant.tenantId, region)) === undefined) await this.region(tenant, region);
    }
  }

  /** Makes a principal with an access key. */
  async actor(tenant: Tenant, name: string, policies: readonly BuiltInPolicy[]): Promise<Actor> {
    const { member, write } = makePrincipal(tenant, name, policies, this.clock(), this.random);
    const issued = issueAccessKey(tenant, member.id, undefined, this.clock(), this.random);
    await this.#commit(tenant, [write, issued.write], tenant.tenantId);
    const { id } = issued.credential;
    return {
      principal: principalOf(tenant, member, id, 'secret-key'),
      accessKeyId: id,
      secret: issued.secret.toString('ascii'),
    };
  }

  /** Gives somebody a tag. */
  async tag(tenant: Tenant, { principal }: Actor, key: string, value: string): Promise<void> {
    const member = (await this.directory.member(tenant, principal.id)) as Member;
    const { write } = putPrincipal(tenant, { ...member, tags: withTags(member.tags, [{ key, value }]) });
    await this.#commit(tenant, [write], tenant.tenantId);
  }

  /** Signs a request with an independent implementation of Signature Version 4 and hands it to the endpoint. */
  async call<N extends OperationName>(
    actor: Actor,
    operation: N,
    input: object = {},
    departure: Departure = {},
  ): Promise<Answer<N>> {
    const { region = REGION, skewMs = 0, secret = actor.secret, service = 'kms' } = departure;
    const body = departure.rawBody ?? Buffer.from(JSON.stringify(encodable(input)), 'utf8');
    const signer = new SignatureV4({
      service,
      region,
      credentials: {
        accessKeyId: actor.accessKeyId,
        secretAccessKey: secret,
        ...(actor.sessionToken !== undefined && { sessionToken: actor.sessionToken }),
      },
      sha256: Sha256,
    });
    const signed = await signer.sign(
      {
        method: 'POST',
        protocol: 'https:',
        hostname: 'kms.test',
        path: '/',
        query: {},
        headers: {
          host: 'kms.test',
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': departure.target ?? `TrentService.${operation}`,
          ...departure.headers,
        },
        body,
      },
      { signingDate: new Date(this.clock() + skewMs) },
    );
    const rawHeaders = Object.entries(signed.headers).flat();
    return this.send({ rawHeaders, body, ...(departure.from !== undefined && { remoteAddress: departure.from }) });
  }

  /** Hands a request to the endpoint as it is. */
  async send<N extends OperationName>(
    request: Pick<HttpRequest, 'rawHeaders' | 'body'> & { readonly remoteAddress?: string },
  ): Promise<Answer<N>> {
    const answer = await this.route.handler({
      method: 'POST',
      path: '/',
      query: '',
      remoteAddress: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-000000000000',
      ...request,
    });
    return read(answer);
  }

  /** Runs an operation for a principal that has exactly these policies, without the endpoint's credential check. */
  async callAs<N extends OperationName>(
    { instance, admin }: Account,
    policies: readonly AccessPolicy[],
    operation: N,
    input: object,
  ): Promise<Answer<N>> {
    const principal: Principal = { ...admin.principal, policies, cacheKey: `test@${this.#serial++}` };
    const resolved: ResolvedKey[] = [];
    const call = {
      principal,
      requestId: 'r',
      action: `kms:${operation}`,
      source: { protocol: 'aws-kms', address: '127.0.0.1' },
    };
    try {
      const output = await this.pipeline.execute(call, (nowMs) =>
        prepareOperation(
          { ...this.ports, principal, source: call.source, instance, resolved, requestId: 'r' },
          operation,
          readInput(operation, Buffer.from(JSON.stringify(encodable(input)), 'utf8')) as AnyInput,
          nowMs,
        ),
      );
      return read(encodeAnswer(output as object | undefined, 'r'));
    } catch (error) {
      return read(encodeError(wireErrorOf(error, resolved, operation), 'r'));
    }
  }

  #serial = 0;

  async #commit(tenant: Tenant, writes: Put[], ...logs: string[]): Promise<void> {
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

/** A policy of a principal that allows some actions. */
export function allowing(...actions: string[]): AccessPolicy {
  return parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Action: actions, Resource: '*' } }), 'identity');
}

function read<N extends OperationName>(answer: {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}): Answer<N> {
  const { status, headers } = answer;
  const body: unknown = answer.body.length === 0 ? {} : JSON.parse(answer.body.toString('utf8'));
  const { __type: type, message, Message } = body as Readonly<Record<string, string | undefined>>;
  return { status, headers, body: body as Answer<N>['body'], type, text: message ?? Message };
}

/** Buffers as base64, as clients send them. */
function encodable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(encodable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encodable(member)]));
}
