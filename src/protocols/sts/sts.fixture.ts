import { SignatureV4 } from '@smithy/signature-v4';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import type { HttpRequest } from '../../http/route.ts';
import { issueAccessKey } from '../../identity/credential.ts';
import { Directory } from '../../identity/directory.ts';
import { makePrincipal, type Member } from '../../identity/principal.ts';
import { makeRole, putRole, type Role } from '../../identity/role.ts';
import { makeInstance, makeTenant, type Tenant } from '../../identity/tenant.ts';
import { countingRandom, settableClock } from '../../keys/key-space.fixture.ts';
import { Pipeline } from '../../pipeline/execute.ts';
import type { Rates } from '../../pipeline/rates.ts';
import { Throttle } from '../../pipeline/throttle.ts';
import { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { tenantOf } from '../../records/account.ts';
import type { Write } from '../../records/commit.ts';
import { MemoryStore } from '../../store/memory.ts';
import { Sha256 } from '../sigv4/sha256.fixture.ts';
import { stsRoutes } from './endpoint.ts';

export const REGION = 'eu-central-1';

/** What signs a request. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An answer, read as far as tests ask. */
export interface Answer {
  readonly status: number;
  readonly xml: string;
  /** The text of the first element of a name, as it stands. */
  text(name: string): string | undefined;
  /** The credentials in it. */
  keys(): Keys;
}

export interface Departure {
  readonly region?: string;
  readonly service?: string;
  readonly skewMs?: number;
  readonly method?: 'POST' | 'GET';
  /** Sent besides, and signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How a plus sign stands in a query. */
  readonly plus?: string;
  /** In place of the parameters. */
  readonly rawBody?: string;
}

/** AWS STS over a store in memory, with a clock that stands still. */
export class StsWorld {
  readonly store = new MemoryStore();
  readonly clock = settableClock();
  readonly random = countingRandom('sts');
  readonly barrier = BarrierKey.from(makeBarrierRoot());
  readonly directory = new Directory(this.store, this.barrier);
  readonly pipeline = new Pipeline(this.store, this.clock, this.random);
  readonly unauthenticated = new UnauthenticatedRefusals();
  /** What a test bounds; nothing is bounded before. */
  readonly rates: { -readonly [Class in keyof Rates]: Rates[Class] } = {};
  readonly faults: unknown[] = [];
  readonly routes = stsRoutes({
    directory: this.directory,
    random: this.random,
    pipeline: this.pipeline,
    clock: this.clock,
    unauthenticated: this.unauthenticated,
    throttle: new Throttle(this.rates, this.clock),
    onFault: (error) => this.faults.push(error),
  });

  async tenant(name: string): Promise<Tenant> {
    const { tenant, write } = makeTenant(this.barrier, name, this.clock(), this.random);
    await this.commit(write, makeInstance(tenant, REGION, this.clock(), this.random).write);
    return tenant;
  }

  async user(tenant: Tenant, name: string, policies: readonly string[] = []): Promise<{ member: Member; keys: Keys }> {
    const { member, write } = makePrincipal(tenant, name, policies, this.clock(), this.random);
    await this.commit(write);
    return { member, keys: await this.accessKey(tenant, member.id) };
  }

  async accessKey(tenant: Tenant, principalId: string, holder?: 'root' | 'service'): Promise<Keys> {
    const issue = holder === undefined ? {} : { holder };
    const issued = issueAccessKey(tenant, principalId, undefined, this.clock(), this.random, issue);
    await this.commit(issued.write);
    return { accessKeyId: issued.credential.id, secretAccessKey: issued.secret.toString('ascii') };
  }

  /** A role that trusts these principals, with built-in policies. */
  async role(
    tenant: Tenant,
    name: string,
    trusted: readonly string[] | object,
    change: Partial<Role> = {},
  ): Promise<Role> {
    const statement = Array.isArray(trusted)
      ? {
          Effect: 'Allow',
          Principal: { AWS: trusted as string[] },
          Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        }
      : trusted;
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    const made = makeRole(tenant, { name, description: '', trust, maxSessionSeconds: 3600 }, this.clock(), this.random);
    await this.commit(made.write);
    return this.change(tenant, { ...made.role, policies: ['user'], ...change });
  }

  async change(tenant: Tenant, after: Role): Promise<Role> {
    const { role, write } = putRole(tenant, after);
    await this.commit(write);
    return role;
  }

  async commit(...writes: readonly Write[]): Promise<void> {
    const entries = [...new Set(writes.map(tenantOf))].map((tenantId) => ({
      tenantId,
      timeMs: this.clock(),
      principal: 'test',
      action: 'test:SetUp',
      requestId: 'set-up',
      outcome: 'done' as const,
      change: true,
      details: {},
      salt: this.random(16),
    }));
    await this.store.commit({ writes, entries });
  }

  /** Signs a request with an independent implementation of Signature Version 4 and hands it to the endpoint. */
  async call(
    keys: Keys,
    Action: string,
    parameters: Readonly<Record<string, string>> = {},
    departure: Departure = {},
  ): Promise<Answer> {
    const { region = REGION, service = 'sts', skewMs = 0, method = 'POST' } = departure;
    const form = new URLSearchParams({ Action, Version: '2011-06-15', ...parameters });
    const body = Buffer.from(method === 'GET' ? '' : (departure.rawBody ?? form.toString()), 'utf8');
    const signer = new SignatureV4({ service, region, credentials: keys, sha256: Sha256 });
    const query = method === 'GET' ? Object.fromEntries(form) : {};
    const signed = await signer.sign(
      {
        method,
        protocol: 'https:',
        hostname: 'sts.test',
        path: '/',
        query,
        headers: {
          host: 'sts.test',
          ...departure.headers,
          ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        },
        body,
      },
      { signingDate: new Date(this.clock() + skewMs) },
    );
    return this.send({
      method,
      query:
        method === 'GET'
          ? form
              .toString()
              .replaceAll('+', '%20')
              .replaceAll('%2B', departure.plus ?? '%2B')
          : '',
      rawHeaders: Object.entries(signed.headers).flat(),
      body,
    });
  }

  /** Hands a request to the endpoint as it is. */
  async send(request: Pick<HttpRequest, 'method' | 'query' | 'rawHeaders' | 'body'>): Promise<Answer> {
    const route = request.method === 'GET' ? this.routes.get : this.routes.post;
    const { status, body } = await route.handler({
      path: '/',
      remoteAddress: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-000000000000',
      ...request,
    });
    const xml = body.toString('utf8');
    const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
    return {
      status,
      xml,
      text,
      keys: () => ({
        accessKeyId: text('AccessKeyId') as string,
        secretAccessKey: text('SecretAccessKey') as string,
        sessionToken: text('SessionToken') as string,
      }),
    };
  }

  /** The entries of a tenant's log, without those of the set-up. */
  entries(tenant: Tenant): { action: string; outcome: string; reason?: string }[] {
    return this.store
      .entries()
      .map(({ leaf }) => JSON.parse(String(leaf)) as { tenant: string; action: string; outcome: string })
      .filter((entry) => entry.tenant === tenant.tenantId && entry.action !== 'test:SetUp');
  }
}
