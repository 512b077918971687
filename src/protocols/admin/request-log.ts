import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClientAddress } from '../../http/client-address.ts';
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

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom it comes from; found before anything else is. */
    clientAddress: string;
  }
}

/** The client's address: the peer's, or behind a trusted proxy whom that speaks for. Nobody else's word is believed. */
export function addressOf(request: FastifyRequest): string {
  return request.clientAddress;
}

/** Has every request of an app know whom it comes from. */
export function knowClients(app: FastifyInstance, clientAddress: ClientAddress): void {
  app.decorateRequest('clientAddress', '');
  app.addHook('onRequest', async (request) => {
    request.clientAddress = clientAddress(request.socket.remoteAddress ?? '', request.raw.rawHeaders);
  });
}
