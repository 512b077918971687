import { gunzipSync } from 'node:zlib';
import { parseStrictJson, StrictJsonError } from '../../bytes/strict-json.ts';
import { headerOf } from '../../http/headers.ts';
import type { HttpRequest } from '../../http/route.ts';
import { badBody, KeyProtectError } from './errors.ts';

/** More than ten times the largest body that means anything: an import, or the subnets of a policy. */
export const BODY_LIMIT_BYTES = 256 * 1024;
const MAX_DEPTH = 8;

/**
 * The JSON of a body. Its type is not asked for: some clients send none, some send a type of IBM's. Empty and `null`
 * are no body.
 *
 * @throws {KeyProtectError} `BAD_BODY_ERR`, `REQUEST_TOO_LARGE_ERR`
 */
export function readJson({ rawHeaders, body }: Pick<HttpRequest, 'rawHeaders' | 'body'>): unknown {
  const bytes = headerOf(rawHeaders, 'content-encoding')?.toLowerCase() === 'gzip' ? unzipped(body) : body;
  if (bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) return undefined;
  try {
    return parseStrictJson(bytes, MAX_DEPTH) ?? undefined;
  } catch (error) {
    if (error instanceof StrictJsonError) throw badBody(`json: ${error.message}`);
    throw error;
  }
}

function unzipped(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw badBody('gzip: the body cannot be unpacked');
  }
}

export function tooLarge(): KeyProtectError {
  return new KeyProtectError('REQUEST_TOO_LARGE_ERR', `A request has at most ${BODY_LIMIT_BYTES} bytes`);
}
