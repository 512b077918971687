import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { wipe } from '../../bytes/bytes.ts';
import { EgressRefusedError, type EgressGuard } from '../egress.ts';

/** A request to an API that answers JSON. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Reply {
  readonly status: number;
  /** JSON that was read; `undefined` for none. */
  readonly body: unknown;
  /** The Date header, milliseconds since 1970. */
  readonly serverMs: number | undefined;
}

/** Brings one request to a host. Rejects when no answer came; an answer of any status is one. */
export type Exchange = (path: string, ask: Ask) => Promise<Reply>;

const MAX_ANSWER_BYTES = 1 << 20;

/**
 * Requests to one host over connections that are kept, TLS from 1.2 on. It follows no redirect.
 *
 * @throws {EgressRefusedError} the address is not one that may be called, or has more than scheme, host and port
 */
export function exchangeWith(
  guard: EgressGuard,
  endpoint: string,
  timeoutMs: number,
): { readonly exchange: Exchange; readonly close: () => void } {
  const url = guard.check(endpoint);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new EgressRefusedError(`The endpoint has more than a scheme, a host and a port: use ${url.origin}`);
  }
  const { httpAgent, httpsAgent } = guard.agents();
  const isTls = url.protocol === 'https:';
  const agent = isTls ? httpsAgent : httpAgent;
  const exchange: Exchange = (path, { method, headers, body }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const options: RequestOptions = {
      method,
      agent,
      signal,
      headers: { accept: 'application/json', ...headers, ...(body && { 'content-length': body.length }) },
    };
    const target = new URL(path, url);
    return new Promise((resolve, reject) => {
      const asked = isTls ? requestHttps(target, { ...options, minVersion: 'TLSv1.2' }) : requestHttp(target, options);
      let answered = false;
      asked.on('response', (response) => {
        answered = true;
        read(response).then(resolve, reject);
      });
      asked.on('error', reject);
      asked.on('close', () => {
        if (!answered) reject(new Error('the connection ended without an answer'));
      });
      asked.end(body);
    });
  };
  return {
    exchange,
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

async function read(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is longer than any that is known');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const serverMs = Date.parse(response.headers.date ?? '');
  const body = parsed(bytes.toString('utf8'));
  // Among them may be a data key.
  wipe(bytes, ...chunks);
  return { status: response.statusCode ?? 0, body, serverMs: Number.isNaN(serverMs) ? undefined : serverMs };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
