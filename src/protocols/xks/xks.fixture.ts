import { SignatureV4 } from '@smithy/signature-v4';
import type { XksTransport } from '../../clients/xks/transport.ts';
import { exposeKey, makeXksEndpoint, type ExposedKey, type XksEndpoint } from '../../keys/xks-endpoint.ts';
import { putXksEndpoint } from '../../keys/xks-endpoint-record.ts';
import type { Write } from '../../records/commit.ts';
import { Sha256 } from '../sigv4/sha256.fixture.ts';
import { REGION, World, type Account } from '../aws-kms/endpoint.fixture.ts';
import { xksRoute } from './endpoint.ts';

/** An answer of the proxy, read. */
export interface XksReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** `errorName` of an error. */
  readonly error: unknown;
}

/** How a request departs from an honest one. */
export interface XksDeparture {
  readonly secret?: string;
  readonly accessKeyId?: string;
  readonly service?: string;
  readonly skewMs?: number;
  readonly region?: string;
  readonly path?: string;
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

export const AWS_REGION = 'us-east-2';
export const KMS_KEY_ARN = 'arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What AWS KMS says of a request, as in the examples of the specification. */
export const REQUEST_METADATA = {
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: KMS_KEY_ARN,
  kmsOperation: 'Encrypt',
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsViaService: 'ebs',
};

/** The proxy's route over the same house as the AWS KMS endpoint's. */
export class XksWorld extends World {
  isReady = true;
  readonly xks = xksRoute({
    directory: this.directory,
    records: this.store,
    keys: this.keys,
    pipeline: this.pipeline,
    clock: this.clock,
    random: this.random,
    unauthenticated: this.unauthenticated,
    installationId: '3f0d9c1e-52a4-4b5e-9c56-1f7f3f7f2a11',
    version: '0.0.0-test',
    isReady: () => this.isReady,
    onFault: (error) => this.faults.push(error),
  });

  /** Requests of custom key stores come here, without a network in between. */
  override proxy: XksTransport = async (_, path, headers, body) => {
    const answer = await this.xks.handler({
      method: 'POST',
      path,
      query: '',
      rawHeaders: Object.entries(headers).flat(),
      body: Buffer.from(body),
      remoteAddress: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-000000000002',
    });
    return { status: answer.status, body: answer.body };
  };

  /** Makes an endpoint of an account that exposes these keys. */
  async endpoint(account: Account, name: string, keys: readonly ExposedKey[]): Promise<XksAccess> {
    const { tenantKey } = account.instance;
    const wanted = { name, region: REGION, pathPrefix: `/${name}` };
    const made = makeXksEndpoint(tenantKey, wanted, this.clock(), this.random);
    const endpoint = keys.reduce(exposeKey, made.endpoint);
    await this.write(account, putXksEndpoint(tenantKey, undefined, endpoint));
    const accessKeyId = endpoint.credentials[0]?.accessKeyId ?? '';
    return { endpoint: { ...endpoint, revision: 1 }, accessKeyId, secret: made.secret.toString('ascii') };
  }

  /** Changes an endpoint. */
  async change(account: Account, access: XksAccess, after: XksEndpoint): Promise<XksAccess> {
    await this.write(account, putXksEndpoint(account.instance.tenantKey, access.endpoint, after));
    return { ...access, endpoint: { ...after, revision: access.endpoint.revision + 1 } };
  }

  async write({ tenant }: Account, ...writes: Write[]): Promise<void> {
    const entry = {
      tenantId: tenant.tenantId,
      timeMs: this.clock(),
      principal: 'test',
      action: 'test:Set-up',
      requestId: 'set-up',
      outcome: 'done' as const,
      change: true,
      details: {},
      salt: this.random(16),
    };
    await this.store.commit({ writes, entries: [entry] });
  }

  /** Signs a request with an independent implementation and hands it to the proxy. `call`: `health`, `keys/a/encrypt`. */
  async ask(access: XksAccess, call: string, body: object, departure: XksDeparture = {}): Promise<XksReply> {
    const path = departure.path ?? `${access.endpoint.pathPrefix}/kms/xks/v1/${call}`;
    const text = departure.rawBody ?? JSON.stringify(body);
    const signer = new SignatureV4({
      service: departure.service ?? 'kms-xks-proxy',
      region: departure.region ?? AWS_REGION,
      credentials: {
        accessKeyId: departure.accessKeyId ?? access.accessKeyId,
        secretAccessKey: departure.secret ?? access.secret,
      },
      sha256: Sha256,
      applyChecksum: false,
      uriEscapePath: false,
    });
    const headers = { host: 'xks.test', ...departure.headers };
    const request = { method: 'POST', protocol: 'https:', hostname: 'xks.test', path, query: {}, headers, body: text };
    const signed = await signer.sign(request, { signingDate: new Date(this.clock() + (departure.skewMs ?? 0)) });
    return this.hand(path, departure.query ?? '', { ...signed.headers, 'content-type': 'application/json' }, text);
  }

  async hand(path: string, query: string, headers: Record<string, string>, body: string): Promise<XksReply> {
    const answer = await this.xks.handler({
      method: 'POST',
      path,
      query,
      rawHeaders: Object.entries(headers).flat(),
      body: Buffer.from(body, 'utf8'),
      remoteAddress: '127.0.0.1',
      requestId: '00000000-0000-4000-8000-000000000001',
    });
    const read = JSON.parse(answer.body.toString('utf8')) as Readonly<Record<string, unknown>>;
    return { status: answer.status, body: read, error: read['errorName'] };
  }
}

/** An endpoint and what signs for it. */
export interface XksAccess {
  readonly endpoint: XksEndpoint;
  readonly accessKeyId: string;
  readonly secret: string;
}
