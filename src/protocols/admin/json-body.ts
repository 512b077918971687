import type { FastifyInstance } from 'fastify';
import { parseStrictJson, StrictJsonError } from '../../bytes/strict-json.ts';
import { RequestError, type AdminError } from './errors.ts';

/** Most bytes of a request's body. */
export const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_DEPTH = 16;

/** One content type, parsed strictly: no member twice, no `__proto__` that is more than a member's name. */
export function takeStrictJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseStrictJson(body as Buffer, MAX_DEPTH));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** What the framework refuses by itself, by its codes. */
const FRAMEWORK_ERRORS: Readonly<Record<string, AdminError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body-too-large',
    message: `the body has more than ${BODY_LIMIT_BYTES} bytes`,
    action: 'Send less.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported-media-type',
    message: 'the body is not marked as application/json',
    action: 'Send JSON with "Content-Type: application/json".',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'invalid-request',
    message: 'the body is not as long as its Content-Length says',
    action: 'Send the request again, whole.',
  },
};

/** The refusal that an error of reading or parsing a body stands for; other errors are handed back as they are. */
export function bodyRefusal(error: unknown): unknown {
  if (error instanceof StrictJsonError) {
    const message = `the body was refused: ${error.message}`;
    return new RequestError({ status: 400, code: 'invalid-json', message, action: 'Correct it and send it again.' });
  }
  const known = FRAMEWORK_ERRORS[(error as { code?: string }).code ?? ''];
  return known === undefined ? error : new RequestError(known);
}
