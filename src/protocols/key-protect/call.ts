import { headerOf } from '../../http/headers.ts';
import type { HttpRequest } from '../../http/route.ts';
import { iamIdOf } from '../../identity/iam-id.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Endpoint } from './catalog.ts';

export const PROTOCOL = 'key-protect';
/** What is taken for a correlation id and told again. */
const CORRELATION_ID = /^[\w.:-]{1,128}$/;

/** A request of somebody proven, as the pipeline and its entries know it. */
export function callOf(
  { rawHeaders, remoteAddress, isSecure, requestId, path }: HttpRequest,
  principal: Principal,
  { event, actions }: Pick<Endpoint, 'event' | 'actions'>,
  correlationId: string,
): Call {
  const userAgent = headerOf(rawHeaders, 'user-agent');
  return {
    principal,
    requestId,
    action: actions[0],
    // What IBM's activity events carry of every request, in canonical order.
    details: {
      correlationId,
      event,
      iamId: iamIdOf(principal),
      instance: headerOf(rawHeaders, 'bluemix-instance')?.slice(0, 64),
      keyRing: headerOf(rawHeaders, 'x-kms-key-ring')?.slice(0, 128),
      uri: path.slice(0, 1_024),
    },
    source: {
      protocol: PROTOCOL,
      address: remoteAddress,
      isSecure: isSecure === true,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

/** The id by which the client finds the request again: its own, or else ours. */
export function correlationOf({ rawHeaders, requestId }: HttpRequest): string {
  const given = headerOf(rawHeaders, 'correlation-id')?.trim();
  return given !== undefined && CORRELATION_ID.test(given) ? given : requestId;
}
