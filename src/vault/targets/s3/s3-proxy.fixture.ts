import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What befalls a request on its way. */
export type Fault =
  /** The store answers by itself with an error, or with nothing at 200, and does nothing. */
  | { readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks: before the store gets the request, after it has done it, or within its answer. */
  | 'never-sent'
  | 'answer-lost'
  | 'body-broken';

/** A request, as far as a test decides by it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** How many requests came before. */
  readonly number: number;
}

/** Stands between a target and the tests' S3 server, and lets happen what happens in networks and large stores. */
export class S3Proxy {
  readonly seen: Seen[] = [];
  readonly #server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => void this.#pass(incoming, response));
  readonly #upstream: URL;
  readonly #s3: S3Client;
  #fault: (seen: Seen) => Fault | undefined = () => undefined;
  #completing: Promise<unknown> = Promise.resolve();
  /** Seconds that the clock of the store is ahead. */
  clockAheadSeconds = 0;
  /** Whether the store writes over what is there, whatever the condition says. */
  ignoresConditions = false;

  private constructor(upstream: string, s3: S3Client) {
    this.#upstream = new URL(upstream);
    this.#s3 = s3;
  }

  static async start(upstream: string, s3: S3Client): Promise<S3Proxy> {
    const proxy = new S3Proxy(upstream, s3);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Decides what befalls each request from now on. */
  fails(fault: (seen: Seen) => Fault | undefined): void {
    this.seen.length = 0;
    this.#fault = fault;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://store');
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const { method = '', headers } = incoming;
    const seen: Seen = { method, path: pathname, query: searchParams, headers, body, number: this.seen.length };
    this.seen.push(seen);
    const fault = this.#fault(seen);
    if (typeof fault === 'object') return answerError(response, fault);
    if (fault === 'never-sent') return void response.destroy();
    const isCompletion = seen.method === 'POST' && searchParams.has('uploadId');
    if (isCompletion && incoming.headers['if-none-match'] === '*') {
      // AWS completes under a condition; Ceph 16 does not look at it.
      const turn = this.#completing.then(async () => {
        if (await this.#isThere(pathname)) answerError(response, { status: 412, code: 'PreconditionFailed' });
        else await this.#forward(incoming, body, response, fault);
      });
      this.#completing = turn.catch(() => undefined);
      return;
    }
    if (seen.method === 'PUT' && this.ignoresConditions) {
      await this.#s3.send(new PutObjectCommand({ ...placeOf(pathname), Body: body }));
      response.writeHead(200).end();
    } else await this.#forward(incoming, body, response, fault);
  }

  async #isThere(path: string): Promise<boolean> {
    return await this.#s3.send(new HeadObjectCommand(placeOf(path))).then(
      () => true,
      () => false,
    );
  }

  #forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    return new Promise((resolve) => {
      const { hostname, port } = this.#upstream;
      const { method, url, headers } = incoming;
      const upstream = request({ hostname, port, method, path: url, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const bytes = Buffer.concat(pieces);
          const date = new Date(Date.now() + this.clockAheadSeconds * 1000).toUTCString();
          if (fault === 'answer-lost') response.destroy();
          else {
            response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date });
            if (fault === 'body-broken') response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
            else response.end(bytes);
          }
          resolve();
        });
      });
      upstream.on('error', () => {
        response.destroy();
        resolve();
      });
      upstream.end(body);
    });
  }
}

function placeOf(path: string): { readonly Bucket: string | undefined; readonly Key: string } {
  const [, Bucket, ...key] = decodeURIComponent(path).split('/');
  return { Bucket, Key: key.join('/') };
}

function answerError(response: ServerResponse, { status, code, headers }: Exclude<Fault, string>): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(status === 200 ? '' : xml);
}
