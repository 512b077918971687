import { expect, it } from 'vitest';
import type { Account, Answered, World } from './key-protect.fixture.ts';

/** A request as a client sends it: names in braces stand for what the test has made. */
export interface Shape {
  readonly client: Client;
  readonly method: string;
  /** Below the host, with its query, encoded as the client does it. */
  readonly path: string;
  /** Beside those that the client sends with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How much later than the request before it. */
  readonly laterMs?: number;
  readonly status: number;
  /** What the client reads of the answer. */
  readonly reads?: (answer: Answered) => unknown;
  readonly as?: unknown;
  /** What later requests name in braces. */
  readonly keeps?: Readonly<Record<string, (answer: Answered) => unknown>>;
}

export type Client = keyof typeof ALWAYS;

export const CORRELATION = 'f5a7ee35-31cd-4ab9-a6a6-3c7b1f1f2e11';

/** What each client sends with every request, in its own spelling. */
const ALWAYS = {
  'Node 0.4.6': {
    Accept: 'application/json',
    Authorization: 'Bearer {token}',
    'Bluemix-Instance': '{instance}',
    'User-Agent': 'ibm-key-protect-node/0.4.6',
    'Accept-Encoding': 'gzip, compress, deflate, br',
  },
  Go: {
    'User-Agent': 'keyprotect-go-client/0.17.3',
    accept: 'application/json',
    authorization: 'Bearer {token}',
    'bluemix-instance': '{instance}',
    'correlation-id': CORRELATION,
    'Accept-Encoding': 'gzip',
  },
  redstone: {
    'User-Agent': 'python-requests/2.32.3',
    'Accept-Encoding': 'gzip, deflate',
    Accept: '*/*',
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    authorization: 'Bearer {token}',
    'bluemix-instance': '{instance}',
  },
  'Python 3.0': {
    'User-Agent': 'keyprotect-python-client/3.0.1',
    'Accept-Encoding': 'gzip, deflate',
    Accept: 'application/json',
    'Bluemix-Instance': '{instance}',
    Authorization: 'Bearer {token}',
  },
  Java: {
    Accept: 'application/json',
    'Bluemix-Instance': '{instance}',
    Authorization: 'Bearer {token}',
    'User-Agent': 'keyprotect-java-client/0.1.0',
    'Accept-Encoding': 'gzip',
  },
  curl: {
    accept: 'application/vnd.ibm.kms.key+json',
    authorization: 'bearer {token}',
    'bluemix-instance': '{instance}',
    'correlation-id': 'my correlation id',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** Sends shapes to a world, one after the other. */
export class ShapeSender {
  readonly #world: World;
  readonly #values: Map<string, string>;

  constructor(world: World, { admin, instance }: Account, values: Readonly<Record<string, string>> = {}) {
    this.#world = world;
    this.#values = new Map(Object.entries({ token: admin.token, instance: instance.instanceId, ...values }));
  }

  /** The requests as tests: each is answered as its client needs it. */
  tries(shapes: readonly Shape[]): void {
    it.each(shapes.map((shape) => [`${shape.client}: ${shape.method} ${shape.path}`, shape] as const))(
      '%s',
      async (_, shape) => {
        const answer = await this.#send(shape);
        expect([answer.status, answer.code]).toEqual([shape.status, shape.status < 400 ? undefined : answer.code]);
        expect(faultsOf(shape, answer)).toEqual([]);
        expect(shape.reads?.(answer)).toEqual(shape.as);
        for (const [name, reads] of Object.entries(shape.keeps ?? {})) this.#values.set(name, String(reads(answer)));
      },
    );
  }

  #send({ client, method, path, headers = {}, body = '', laterMs = 0 }: Shape): Promise<Answered> {
    const { clock } = this.#world;
    clock.set(clock() + laterMs);
    const [below = '', query = ''] = path.split('?');
    return this.#world.send({
      method,
      path: this.#filled(below),
      query: this.#filled(query),
      rawHeaders: Object.entries({ ...ALWAYS[client], ...headers })
        .flat()
        .map((text) => this.#filled(text)),
      body: Buffer.from(this.#filled(body), 'utf8'),
      remoteAddress: '192.0.2.1',
      isSecure: true,
      requestId: 'a-request',
    });
  }

  #filled(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = this.#values.get(name);
      if (value === undefined) throw new TypeError(`nothing is kept as ${name}`);
      return value;
    });
  }
}

const DATE = /(Date|From|On|Expiration|lastUpdated)$/;
const TYPE = /^application\/vnd\.ibm\.kms\.[a-z_.]+\+json$/;
const GO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** What keeps any client from reading an answer. */
function faultsOf({ method }: Shape, { status, headers, body }: Answered): unknown[] {
  const none = status === 204 || method === 'HEAD';
  const total = body?.metadata?.collectionTotal as unknown;
  return [
    headers.has('correlation-id') ? [] : ['no correlation id'],
    none && body !== undefined ? ['a body'] : [],
    // Go reads JSON of a 200, and takes no 202.
    !none && status === 200 && body === undefined ? ['no body'] : [],
    body === undefined || TYPE.test(headers.get('content-type') ?? '') ? [] : [headers.get('content-type')],
    total === undefined || total === (body.resources?.length ?? 0) ? [] : ['another number of resources'],
    datesOf(body).filter(([, date]) => !GO_DATE.test(String(date))),
  ].flat();
}

function datesOf(value: unknown): [string, unknown][] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, one]) =>
    DATE.test(name) && (typeof one !== 'object' || one === null) ? [[name, one]] : datesOf(one),
  );
}

/** A member of the first resource. */
export const first = (field: string) => (answer: Answered) => answer.body.resources[0][field] as unknown;
/** Members of the first resource. */
export const firsts =
  (...fields: readonly string[]) =>
  (answer: Answered) =>
    fields.map((field) => first(field)(answer));
/** A member of a body without an envelope. */
export const member = (field: string) => (answer: Answered) => answer.body[field] as unknown;
export const header = (name: string) => (answer: Answered) => answer.headers.get(name);
export const code = (answer: Answered): unknown => answer.code;
/** The number of resources as the envelope tells it. */
export const total = (answer: Answered): unknown => answer.body.metadata.collectionTotal as unknown;

/** A request body in an envelope. */
export function enveloped(kind: string, ...resources: readonly object[]): string {
  const metadata = { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: resources.length };
  return JSON.stringify({ metadata, resources });
}

/** The type that Node and Java say of a body. */
export function typed(kind: string): { readonly 'Content-Type': string } {
  return { 'Content-Type': `application/vnd.ibm.kms.${kind}+json` };
}
