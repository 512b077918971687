import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { EgressRefusedError, type EgressGuard, type Reach } from '../egress.ts';

/** Why a message was not taken, as a word for people and for entries: never what the other side said. */
export type WebhookFailure = 'not-allowed' | 'unreachable' | 'tls' | 'timed-out' | 'redirect' | `status-${number}`;

/** Sends a message once; `undefined` when it was taken. */
export type PostWebhook = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
) => Promise<WebhookFailure | undefined>;

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
 * status is read.
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
      if (error instanceof EgressRefusedError) return Promise.resolve('not-allowed');
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
        resolve(meaningOf(response.statusCode ?? 0));
        response.destroy();
      });
      // A change of protocol is no answer, and comes as no `response`.
      asked.on('upgrade', ({ statusCode = 0 }, socket) => {
        resolve(meaningOf(statusCode));
        socket.destroy();
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(failureOf(error)));
      // Whatever became of it, whoever waits goes on.
      asked.on('close', () => resolve('unreachable'));
      asked.end(body);
    });
  };
}

function reachOf(address: string, isAllowed: (host: string) => boolean): Reach {
  const host = URL.canParse(address) ? new URL(address).hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase() : '';
  return { thisMachine: isAllowed(host) ? 'allowed' : 'refused' };
}

function meaningOf(status: number): WebhookFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  return status >= 300 && status < 400 ? 'redirect' : `status-${status}`;
}

function failureOf(error: NodeJS.ErrnoException): WebhookFailure {
  if (error instanceof EgressRefusedError) return 'not-allowed';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timed-out';
  return TLS_ERROR.test(error.code ?? '') ? 'tls' : 'unreachable';
}
