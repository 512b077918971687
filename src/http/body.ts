import type { IncomingMessage } from 'node:http';
import { headerOf } from './headers.ts';

/** How much of a refused body is read and thrown away, so that the client gets to read the answer. */
const DRAIN_LIMIT_BYTES = 64 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** The length that the request declares; `undefined` for a chunked body, 0 for none. */
export function declaredLength(request: IncomingMessage): number | undefined {
  // The raw headers: asking for the parsed ones would make an object of them for every request.
  const length = headerOf(request.rawHeaders, 'content-length');
  if (length !== undefined) return Number(length);
  return headerOf(request.rawHeaders, 'transfer-encoding') === undefined ? 0 : undefined;
}

/**
 * Reads a body of at most `limitBytes`, of which `declared` was said and hands it to `done`; `too-large` as soon as it is known to be longer. Never
 * holds more than the limit. A client that goes away leads to no call at all.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  declared: number | undefined,
  done: (body: Buffer | 'too-large') => void,
): void {
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
    // The request may be known for as long as its connection is idle: nothing of what it brought is kept with it.
    request.off('data', take).off('end', end);
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
