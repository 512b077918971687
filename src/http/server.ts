import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { declaredLength, drain, readBody } from './body.ts';
import { clientAddressBy, type TrustedProxies } from './client-address.ts';
import { EndOfTurn } from './end-of-turn.ts';
import { isLoopback } from './loopback.ts';
import { OpenConnections } from './open-connections.ts';
import type { BufferRoute, HttpAnswer, MaybePromise, Route, StreamRoute } from './route.ts';
import { routerOf } from './router.ts';
import {
  followCertificate,
  isClientNamed,
  readCertificate,
  readClientCa,
  type CertificateFiles,
  type ClientCertificates,
} from './tls.ts';

/** Takes requests that no route matches, below some paths: another framework's entrance. */
export interface Fallback {
  /** Each begins and ends with a slash. */
  readonly below: readonly string[];
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly fallback?: Fallback;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Without it, the server listens on loopback addresses only. */
  readonly tls?: CertificateFiles;
  /** Other clients do not get through the handshake. Only with `tls`. */
  readonly clientCertificates?: ClientCertificates;
  /** Whose word counts on whom they speak for. Absent: nobody's. */
  readonly proxies?: TrustedProxies;
  readonly timeouts?: Partial<Timeouts>;
  /** Further connections are closed at once. 2,048 by default. */
  readonly maxConnections?: number;
  /** Told of what went wrong inside, with the request's id where there is one. */
  readonly onFault: (error: unknown, requestId?: string) => void;
}

/** How long a connection may take for what. All in milliseconds. */
export interface Timeouts {
  readonly handshakeMs: number;
  readonly headersMs: number;
  /** Headers and body together. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** How often the first three are looked at. */
  readonly checkEveryMs: number;
}

const TIMEOUTS: Timeouts = {
  handshakeMs: 10_000,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 65_000,
  checkEveryMs: 2_000,
};
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
/** With the largest body that is buffered, a bound to what nobody known can make the server hold. */
const MAX_CONNECTIONS = 2048;

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8443`, with the port that was really taken. */
  readonly url: string;
  /** Stops accepting, lets requests in flight finish for at most `graceMs`, then closes what is left. */
  readonly close: (graceMs: number) => Promise<void>;
}

/**
 * Starts a server for the routes. Limits hold before anything is parsed: header bytes, body bytes, times.
 *
 * @throws {Error} when it would listen beyond loopback without TLS, the certificate does not fit, or the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, tls, onFault } = options;
  if (!tls && !isLoopback(host)) throw withoutTls(host);
  if (!tls && options.clientCertificates) throw new TypeError('client certificates are asked for within TLS only');
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const settings = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: timeouts.checkEveryMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const connections = new OpenConnections();
  const listener = listenerOf(options, connections);
  const onRequest: RequestListener = (request, response) => listener(request, response, false);
  let server: Server | TlsServer;
  let unfollow: (() => void) | undefined;
  if (tls) {
    const certificate = readCertificate(tls);
    const { handshakeMs: handshakeTimeout } = timeouts;
    const { clientCertificates } = options;
    const fixed = clientCertificates && readClientCa(clientCertificates);
    const wanted = clientCertificates ? { requestCert: true, rejectUnauthorized: true, ...fixed } : {};
    const secure = createTlsServer(
      { ...settings, ...certificate, ...wanted, minVersion: 'TLSv1.2', handshakeTimeout },
      onRequest,
    );
    if (clientCertificates) {
      secure.on('secureConnection', (socket) => {
        if (!isClientNamed(socket, clientCertificates.names)) socket.destroy();
      });
    }
    unfollow = followCertificate(secure, tls, certificate, (error) => onFault(error), fixed);
    server = secure;
  } else server = createServer(settings, onRequest);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  // With "Expect: 100-continue" the body is asked for only where it will be read.
  server.on('checkContinue', (request, response) => listener(request, response, true));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  // A name such as localhost means what the machine's own tables say.
  if (!tls && !isLoopback(address.address)) {
    await closeServer(server, 0);
    throw withoutTls(`${host} (${address.address})`);
  }
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${address.port}`,
    close: (graceMs) => {
      unfollow?.();
      connections.close();
      return closeServer(server, graceMs);
    },
  };
}

function withoutTls(host: string): Error {
  return new Error(
    `refused to listen at ${host} without TLS: requests and answers carry keys. Configure a certificate and its key, or listen at 127.0.0.1`,
  );
}

function closeServer(server: Server | TlsServer, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(end);
      resolve();
    });
    server.closeIdleConnections();
  });
}

type Listener = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;

function listenerOf({ routes, fallback, onFault, proxies }: ServerOptions, connections: OpenConnections): Listener {
  const match = routerOf(routes);
  const clientAddress = clientAddressBy(proxies);
  const endOfTurn = new EndOfTurn();
  return (request, response, expectsContinue) => {
    const peer = request.socket.remoteAddress;
    // Reset before anybody asked who is there: what came could not be told from where, and nobody waits for an answer.
    if (peer === undefined) return void request.destroy();
    if (!connections.take(request, response)) return void request.resume();
    const url = request.url as string;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const method = request.method as string;
    const route = match(method, path);
    if (typeof route !== 'string') {
      const serve: Serve = {
        request,
        response,
        method,
        path,
        query: mark < 0 ? '' : url.slice(mark + 1),
        onFault,
        endOfTurn,
        expectsContinue,
        remoteAddress: clientAddress(peer, request.rawHeaders),
      };
      if (route.body === 'buffer') serveBuffer(serve, route);
      else serveStream(serve, route);
    } else if (route === 'not-found' && fallback?.below.some((prefix) => path.startsWith(prefix))) {
      if (expectsContinue) response.writeContinue();
      fallback.handle(request, response);
    } else {
      drain(request);
      write({ response }, route === 'not-found' ? NOT_FOUND : METHOD_NOT_ALLOWED);
    }
  };
}

const NOT_FOUND = plain(404, 'no such path');
const METHOD_NOT_ALLOWED = plain(405, 'the path does not take this method');

interface Serve {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly onFault: ServerOptions['onFault'];
  readonly endOfTurn: EndOfTurn;
  /** The client waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
  readonly remoteAddress: string;
}

function serveBuffer(serve: Serve, route: BufferRoute): void {
  const { request, response, method, path, query, remoteAddress } = serve;
  const requestId = randomUUID();
  const declared = declaredLength(request);
  if (serve.expectsContinue && (declared === undefined || declared <= route.bodyLimitBytes)) response.writeContinue();
  readBody(request, route.bodyLimitBytes, declared, (body) => {
    if (body === 'too-large') {
      drain(request);
      write(serve, route.refuse('body-too-large', requestId));
      return;
    }
    const { rawHeaders, socket } = request;
    const asked = { method, path, query, rawHeaders, body, remoteAddress, isSecure: isSecure(socket), requestId };
    serve.endOfTurn.run(() => answer(serve, route, requestId, () => route.handler(asked)));
  });
}

function serveStream(serve: Serve, route: StreamRoute): void {
  const { request, response, method, path, query, remoteAddress } = serve;
  const requestId = randomUUID();
  const { rawHeaders, socket } = request;
  if (serve.expectsContinue) response.writeContinue();
  answer(serve, route, requestId, () =>
    route.handler({
      method,
      path,
      query,
      rawHeaders,
      body: request,
      remoteAddress,
      isSecure: isSecure(socket),
      requestId,
    }),
  );
}

function isSecure(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

/** Runs a handler and writes what it answers: once, whatever happens. */
function answer(serve: Serve, route: Route, requestId: string, run: () => MaybePromise<HttpAnswer>): void {
  const { onFault } = serve;
  const fail = (error: unknown): void => {
    onFault(error, requestId);
    write(serve, route.refuse('failed', requestId));
  };
  let result: MaybePromise<HttpAnswer>;
  try {
    result = run();
  } catch (error) {
    return fail(error);
  }
  if (!(result instanceof Promise)) return write(serve, result);
  const timer = setTimeout(() => write(serve, route.refuse('timed-out', requestId)), route.timeoutMs).unref();
  result.then(
    (value) => {
      clearTimeout(timer);
      write(serve, value);
    },
    (error: unknown) => {
      clearTimeout(timer);
      fail(error);
    },
  );
}

/** One head, one body, one write. A second answer to the same request is dropped. */
function write({ response }: Pick<Serve, 'response'>, { status, headers, body }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, [...headers, 'Content-Length', String(body.length)]);
  // As text it leaves in one piece with the head; as bytes it would be a piece of its own.
  response.end(body.toString('latin1'), 'latin1');
}

function plain(status: number, error: string): HttpAnswer {
  return { status, headers: ['Content-Type', 'application/json'], body: Buffer.from(JSON.stringify({ error })) };
}
