import type { IncomingMessage } from 'node:http';

/** How much of a refused body is read and thrown away, so that the client gets to read the answer. */
const DRAIN_LIMIT_BYTES = 64 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** The length that the request declares; `undefined` for a chunked body, 0 for none. */
export function declaredLength(request: IncomingMessage): number | undefined {
  const { headers } = request;
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : undefined;
}

/**
 * Reads a body of at most `limitBytes` and hands it to `done`; `too-large` as soon as it is known to be longer. Never
 * holds more than the limit. A client that goes away leads to no call at all.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer | 'too-large') => void,
): void {
  const declared = declaredLength(request);
  if (declared === 0) return done(EMPTY);
  if (declared !== undefined && declared > limitBytes) return done('too-large');
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let length = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limitBytes) {
      request.off('data', take).off('end', end);
      first = rest = undefined;
      done('too-large');
    } else if (first === undefined) first = chunk;
    else (rest ??= []).push(chunk);
  };
  const end = (): void => {
    if (first === undefined) done(EMPTY);
    else done(rest === undefined ? first : Buffer.concat([first, ...rest], length));
  };
  request.on('data', take).on('end', end);
}

/** Throws the rest of a body away. One that goes on beyond all measure loses its connection. */
export function drain(request: IncomingMessage): void {
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > DRAIN_LIMIT_BYTES) request.socket.destroy();
  });
  request.resume();
}
