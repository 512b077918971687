import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { EgressRefusedError, type EgressGuard, type Reach } from '../egress.ts';

/** Why a message was not taken, as a word for people and for entries: never what the other side said. */
export type WebhookFailure = 'not-allowed' | 'unreachable' | 'tls' | 'timed-out' | 'redirect' | `status-${number}`;

/** A message that was not taken; where the receiver said so, how long it wants to be left alone. */
export interface WebhookNotTaken {
  readonly failure: WebhookFailure;
  readonly retryAfterMs?: number;
}

/** Sends a message once; `undefined` when it was taken. */
export type PostWebhook = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
) => Promise<WebhookNotTaken | undefined>;

/** The specification advises 15 to 30 s; a receiver that only keeps the message needs less. */
const TIMEOUT_MS = 10_000;
const TLS_ERROR = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA)/;

export interface PosterOptions {
  readonly timeoutMs?: number;
  /** Whether a host may be this machine itself; by default any may: the operator says where to. */
  readonly isThisMachineAllowed?: (host: string) => boolean;
}

/**
 * POSTs to where somebody said: over TLS, or to this machine. The guard looks at what the name resolves to when it is
 * connected to. Any answer of 2xx is consent; a redirect is none, and is not followed. Of the answer nothing but its
 * status, and how long a receiver that is busy wants to be left alone, is read.
 */
export function webhookPoster(
  guard: EgressGuard,
  { timeoutMs = TIMEOUT_MS, isThisMachineAllowed = () => true }: PosterOptions = {},
): PostWebhook {
  return (address, headers, body) => {
    let url: URL;
    try {
      url = guard.check(address, reachOf(address, isThisMachineAllowed));
    } catch (error) {
      if (error instanceof EgressRefusedError) return Promise.resolve({ failure: 'not-allowed' });
      throw error;
    }
    const options: RequestOptions = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': body.length, ...headers },
      // A connection of its own: an event is rare, and a kept connection may be dead.
      agent: false,
      lookup: guard.lookup(reachOf(address, isThisMachineAllowed)),
      signal: AbortSignal.timeout(timeoutMs),
    };
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve) => {
      const asked = send(url, url.protocol === 'https:' ? { ...options, minVersion: 'TLSv1.2' } : options);
      asked.on('response', (response: IncomingMessage) => {
        resolve(meaningOf(response));
        response.destroy();
      });
      // A change of protocol is no answer, and comes as no `response`.
      asked.on('upgrade', (response, socket) => {
        resolve(meaningOf(response));
        socket.destroy();
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve({ failure: failureOf(error) }));
      // Whatever became of it, whoever waits goes on.
      asked.on('close', () => resolve({ failure: 'unreachable' }));
      asked.end(body);
    });
  };
}

function reachOf(address: string, isAllowed: (host: string) => boolean): Reach {
  const host = URL.canParse(address) ? new URL(address).hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase() : '';
  return { thisMachine: isAllowed(host) ? 'allowed' : 'refused' };
}

function meaningOf({ statusCode = 0, headers }: IncomingMessage): WebhookNotTaken | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  if (statusCode >= 300 && statusCode < 400) return { failure: 'redirect' };
  const retryAfterMs = BUSY.has(statusCode) ? retryAfter(headers['retry-after'], Date.now()) : undefined;
  return { failure: `status-${statusCode}`, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Too Many Requests (RFC 6585), Service Unavailable. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** How long a receiver wants to be left alone, in milliseconds: RFC 9110 section 10.2.3, seconds or a date. */
export function retryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const ms = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text) - nowMs
    : Number.NaN;
  return ms > 0 ? ms : undefined;
}

function failureOf(error: NodeJS.ErrnoException): WebhookFailure {
  if (error instanceof EgressRefusedError) return 'not-allowed';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timed-out';
  return TLS_ERROR.test(error.code ?? '') ? 'tls' : 'unreachable';
}
