import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Proof } from '../../identity/proofs.ts';
import type { AdminError } from './errors.ts';
import type { RequestLog } from './services.ts';

/** What became known of a request on its way. */
export interface Known {
  readonly proof?: Proof;
  readonly error?: AdminError;
}

/** One line per request: by the route's pattern, never by what was in it. */
export function logRequest(log: RequestLog, request: FastifyRequest, reply: FastifyReply, known: Known): void {
  const fields = {
    protocol: 'admin',
    requestId: request.id,
    method: request.method,
    path: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime),
    address: addressOf(request),
    ...(known.proof && { principal: known.proof.principal.arn, credential: known.proof.principal.credentialId }),
    ...(known.error && { code: known.error.code }),
  };
  log.info(fields, 'request');
}

/** The peer's address. Headers that claim another one are not believed. */
export function addressOf(request: FastifyRequest): string {
  return request.socket.remoteAddress ?? '';
}
