import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from '../request-log.ts';
import { isLoopbackHost, siteOf, type OwnAddresses, type Site } from './site.ts';

const SECURE_NAME = '__Host-keystead';
const PLAIN_NAME = 'keystead';
const MAX_USER_AGENT = 200;

/** The browser's side of a request, and of its answer. */
export interface Browser {
  /** Where it comes from; absent: from no place of this server. */
  readonly site?: Site;
  readonly address: string;
  readonly userAgent?: string;
  /** Hands the session's token to the browser. */
  readonly keep: (token: Uint8Array, site: Site) => void;
  /** Has the browser forget it. */
  readonly forget: () => void;
}

export function browserOf(own: OwnAddresses, request: FastifyRequest, reply: FastifyReply): Browser {
  const site = siteOf(own, arrivalOf(request));
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
  return {
    ...(site && { site }),
    address: addressOf(request),
    ...(userAgent !== undefined && { userAgent }),
    keep: (token, { isSecure }) =>
      void reply.setCookie(isSecure ? SECURE_NAME : PLAIN_NAME, Buffer.from(token).toString('ascii'), {
        ...COMMON,
        secure: isSecure,
      }),
    forget: () => {
      void reply.clearCookie(SECURE_NAME, { ...COMMON, secure: true });
      void reply.clearCookie(PLAIN_NAME, COMMON);
    },
  };
}

// RFC 6265bis: no script reads it, no other site sends it, and it goes with the browser.
const COMMON = { path: '/', httpOnly: true, sameSite: 'strict' } as const;

/**
 * The token of a session that a request bears. The name without a prefix counts on this machine's plain addresses alone:
 * elsewhere a neighbouring host could have set it.
 */
export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const { cookies } = request;
  const isPlain = request.protocol === 'http' && isLoopbackHost(request.headers.host);
  return cookies[SECURE_NAME] ?? (isPlain ? cookies[PLAIN_NAME] : undefined);
}

/** Whether a request may come from where it says: docs/spec/sign-in.md, "Sites". `mustSay`: it must have an `Origin`. */
export function isFromOwnSite(own: OwnAddresses, request: FastifyRequest, mustSay: boolean): boolean {
  const fetchSite = request.headers['sec-fetch-site'];
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return false;
  const { origin } = request.headers;
  if (origin === undefined) return !mustSay;
  return siteOf(own, arrivalOf(request)) !== undefined;
}

function arrivalOf({ headers, protocol }: FastifyRequest) {
  return { origin: headers.origin, host: headers.host, isSecure: protocol === 'https' };
}
