import type { Readable } from 'node:stream';
import { VaultError } from '../../errors.ts';
import type { Pace } from '../pace.ts';

/** What the SDK answers to a read. */
interface Answer {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
}

/**
 * The bytes of an answer, as many as it says that it has. Rejects with `malformed` when they are more than `atMost`,
 * without reading them.
 */
export async function readBody(answer: Answer, subject: string, atMost: number, pace?: Pace): Promise<Buffer> {
  const body = answer.Body as Readable;
  const length = answer.ContentLength;
  if (length !== undefined && length > atMost) {
    body.destroy();
    throw new VaultError('malformed', `${subject} is longer than such an object can be`);
  }
  return length === undefined
    ? await readAll(body, subject, atMost, pace)
    : await readKnown(body, subject, length, pace);
}

async function readKnown(body: Readable, subject: string, length: number, pace?: Pace): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (filled + piece.length > length) throw brokenOff(subject);
    bytes.set(piece, filled);
    filled += piece.length;
    await pace?.take(piece.length);
  }
  if (filled < length) throw brokenOff(subject);
  return bytes;
}

/** A store that does not say how long its answer is. */
async function readAll(body: Readable, subject: string, atMost: number, pace?: Pace): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > atMost) throw new VaultError('malformed', `${subject} is longer than such an object can be`);
    pieces.push(piece);
    await pace?.take(piece.length);
  }
  return Buffer.concat(pieces);
}

function brokenOff(subject: string): Error {
  return Object.assign(new Error(`${subject} came with another length than it has`), { code: 'ECONNRESET' });
}
