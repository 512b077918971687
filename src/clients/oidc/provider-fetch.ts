import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { CustomFetch } from 'openid-client';
import { EgressRefusedError, type EgressGuard } from '../egress.ts';
import { ProviderError } from './provider-error.ts';

/** How long a provider may take for one answer, connecting included, in ms: somebody waits at a browser. */
export const PROVIDER_TIMEOUT_MS = 8_000;
/** A discovery document has some 5 KB, a set of keys some 20 KB at most. */
const MAX_ANSWER_BYTES = 256 * 1024;
const TLS_ERROR = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA)/;
/** Answers that have no body (RFC 9110). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * How this server calls a provider: through the egress guard, which looks at every address that a name resolves to at
 * the moment of the connection; no redirect is followed; time and size are bounded.
 *
 * @throws {ProviderError} by the function that it answers
 */
export function providerFetch(guard: EgressGuard, timeoutMs: number = PROVIDER_TIMEOUT_MS): CustomFetch {
  return (address, { method, headers, body }) => {
    const reach = guard.reachForTenant(address);
    let url: URL;
    try {
      url = guard.check(address, reach);
    } catch (error) {
      if (error instanceof EgressRefusedError) return Promise.reject(new ProviderError('not-allowed', error.message));
      throw error;
    }
    const sent = bodyBytes(body);
    const isTls = url.protocol === 'https:';
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...(sent && { 'content-length': sent.length }) },
      agent: false,
      lookup: guard.lookup(reach),
      signal: AbortSignal.timeout(timeoutMs),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => reject(asProviderError(error, url.host));
      const asked = isTls ? requestHttps(url, { ...options, minVersion: 'TLSv1.2' }) : requestHttp(url, options);
      asked.on('response', (response) => void readAnswer(response, url.host).then(resolve, fail));
      asked.on('upgrade', (_, socket) => {
        socket.destroy();
        fail(new ProviderError('not-a-provider', `${url.host} answered with a change of protocol`));
      });
      asked.on('error', fail);
      asked.on('close', () =>
        fail(new ProviderError('unreachable', `${url.host} ended the connection without an answer`)),
      );
      asked.end(sent);
    });
  };
}

async function readAnswer(response: IncomingMessage, host: string): Promise<Response> {
  const status = response.statusCode ?? 0;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new ProviderError('answer-too-large', `${host} answered with more than ${MAX_ANSWER_BYTES} bytes`);
    }
    parts.push(part);
  }
  if (status >= 300 && status < 400)
    throw new ProviderError('redirect', `${host} answered with a redirect (${status}), which is not followed`);
  if (status < 200 || status > 599)
    throw new ProviderError('not-a-provider', `${host} answered with the status ${status}`);
  const type = response.headers['content-type'];
  const challenge = response.headers['www-authenticate'];
  return new Response(BODILESS.has(status) ? null : Buffer.concat(parts), {
    status,
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
    },
  });
}

/** The library sends forms, and nothing else. */
function bodyBytes(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body), 'utf8');
  throw new TypeError('a provider is sent forms alone');
}

function asProviderError(error: NodeJS.ErrnoException, host: string): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof EgressRefusedError) return new ProviderError('not-allowed', error.message);
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return new ProviderError('timed-out', `${host} did not answer in time`);
  const code = error.code ?? 'no code';
  return TLS_ERROR.test(code)
    ? new ProviderError('tls', `the TLS connection to ${host} failed (${code})`)
    : new ProviderError('unreachable', `${host} cannot be reached (${code})`);
}
