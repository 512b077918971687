import type { FastifyReply } from 'fastify';
import type { StreamAnswer } from './stream-route.ts';
import type { AdminError } from './errors.ts';

/** Writes an answer. No answer of this API may be kept by anybody on the way: some hold secrets. */
export function send(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return reply
    .code(status)
    .header('Content-Type', 'application/json')
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .header('X-Request-Id', reply.request.id)
    .send(Buffer.from(JSON.stringify(value), 'utf8'));
}

/** Sends an answer while it is made. What goes wrong on the way breaks it off, so that nobody takes a part for the whole. */
export function sendStream(reply: FastifyReply, media: string, { body, fileName }: StreamAnswer): FastifyReply {
  if (fileName !== undefined) reply.header('Content-Disposition', `attachment; filename="${fileName}"`);
  return reply
    .code(200)
    .header('Content-Type', media)
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .header('X-Accel-Buffering', 'no')
    .header('X-Request-Id', reply.request.id)
    .send(body);
}

/** `{ error: { code, message, action, requestId } }`, in the spirit of RFC 9457. */
export function sendError(reply: FastifyReply, { status, ...told }: AdminError): FastifyReply {
  return send(reply, status, { error: { ...told, requestId: reply.request.id } });
}
