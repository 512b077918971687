import { Agent, request, type RequestOptions } from 'node:https';
import { EgressRefusedError, type EgressGuard } from '../egress.ts';

/** What comes back over the wire. */
export interface XksReply {
  readonly status: number;
  readonly body: Buffer;
}

/** Brings a request to a proxy. Rejects with {@link XksTransportError}. */
export type XksTransport = (
  target: XksTarget,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
) => Promise<XksReply>;

/** Where a proxy is. */
export interface XksTarget {
  /** `https://host`. */
  readonly endpoint: string;
  /** Where that is, if not where its name says: the operator's word for it. */
  readonly via?: XksAddress;
}

/** A host and port to connect to. The name of the endpoint goes on to count for TLS and for the signature. */
export interface XksAddress {
  readonly host: string;
  readonly port: number;
}

/** Why there is no answer. */
export class XksTransportError extends Error {
  override readonly name = 'XksTransportError';
  readonly failure: 'unreachable' | 'tls' | 'timed-out' | 'malformed-answer';

  constructor(failure: XksTransportError['failure'], note: string) {
    super(note);
    this.failure = failure;
  }
}

/** KMS gives a proxy a quarter of a second, connecting included (specification, "KMS Considerations"). */
const TIMEOUT_MS = 250;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_SOCKETS = 64;
const TLS_ERROR = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** How connections to proxies are made. */
export interface XksTransportOptions {
  /** All CAs that count, in PEM; absent: the public ones. */
  readonly ca?: readonly string[];
  /** What to show to proxies that ask for a client certificate, in PEM. */
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer };
  readonly timeoutMs?: number;
}

/**
 * A transport over TLS with connections that are kept. It follows no redirect, and calls this machine only where the
 * operator has said that a proxy is there.
 */
export function tlsTransport(guard: EgressGuard, options: XksTransportOptions = {}): XksTransport {
  const { ca, certificate, timeoutMs = TIMEOUT_MS } = options;
  const agents = new Map<string, Agent>();
  const agentFor = (kind: 'named' | 'placed'): Agent => {
    const known = agents.get(kind);
    if (known !== undefined) return known;
    const agent = new Agent({
      keepAlive: true,
      maxSockets: MAX_SOCKETS,
      minVersion: 'TLSv1.2',
      ...(ca && { ca: [...ca] }),
      ...certificate,
      // What the operator has placed may be on this machine; what a tenant names may not.
      lookup: guard.lookup({ thisMachine: kind === 'placed' ? 'allowed' : 'refused' }),
    });
    agents.set(kind, agent);
    return agent;
  };
  return async (target, path, headers, body) => {
    const { hostname } = new URL(target.endpoint);
    if (target.via === undefined) checkEndpoint(guard, target.endpoint);
    const request: RequestOptions = {
      method: 'POST',
      host: target.via?.host ?? hostname,
      port: target.via?.port ?? 443,
      servername: hostname,
      path,
      headers,
      agent: agentFor(target.via === undefined ? 'named' : 'placed'),
    };
    return send(request, body, timeoutMs);
  };
}

function checkEndpoint(guard: EgressGuard, endpoint: string): void {
  try {
    guard.check(endpoint, { thisMachine: 'refused' });
  } catch (error) {
    throw error instanceof EgressRefusedError ? new XksTransportError('unreachable', error.message) : error;
  }
}

function send(options: RequestOptions, body: Buffer, timeoutMs: number, again = true): Promise<XksReply> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (finish: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      finish();
    };
    const refuse = (failure: XksTransportError['failure'], note: string): void =>
      end(() => {
        asked.destroy();
        reject(new XksTransportError(failure, note));
      });
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) refuse('malformed-answer', `more than ${MAX_ANSWER_BYTES} bytes`);
        else chunks.push(chunk);
      });
      response.on('end', () => end(() => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) })));
      response.on('aborted', () => refuse('unreachable', 'the connection broke off'));
    });
    const timer = setTimeout(() => refuse('timed-out', `no answer within ${timeoutMs} ms`), timeoutMs);
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const leftMs = timeoutMs - (performance.now() - startedMs);
      // A kept connection that the other side has closed meanwhile: the request never got there.
      if (asked.reusedSocket && again && leftMs > 0 && !isOver) {
        end(() => void send(options, body, leftMs, false).then(resolve, reject));
        return;
      }
      refuse(TLS_ERROR.test(error.code ?? '') ? 'tls' : 'unreachable', error.code ?? error.message);
    });
    asked.end(body);
  });
}
