import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { END } from '../end-thread.ts';
import { VaultError, type VaultErrorCode } from '../errors.ts';
import { openRange } from './open-range.ts';
import { release } from '../release.ts';

/** What an opening thread is started with. */
export interface OpenWorkerData {
  readonly idKey: KeyObject;
}

/** A range of a pack, and the chunks in it. */
export interface OpenRequest {
  readonly number: number;
  readonly key: KeyObject;
  readonly bytes: ArrayBuffer;
  /** Where the range begins in the pack. */
  readonly start: number;
  readonly entries: ArrayBuffer;
  /** Where the plaintext may go. */
  readonly into?: ArrayBuffer;
}

export type OpenAnswer = { readonly number: number } & (
  | { readonly plain: ArrayBuffer; readonly length: number }
  | { readonly code: VaultErrorCode; readonly what: string }
  | { readonly failure: string }
);

const { idKey } = workerData as OpenWorkerData;
const port = parentPort;
if (!port) throw new Error('this module runs in a worker thread');

port.on('message', (request: OpenRequest | typeof END) => {
  if (request === END) {
    port.close();
    return;
  }
  const { number, key, bytes, start, entries, into } = request;
  try {
    const range = Buffer.from(bytes);
    const opened = openRange(key, idKey, range, start, Buffer.from(entries), into);
    release(range);
    const plain = opened.buffer as ArrayBuffer;
    port.postMessage({ number, plain, length: opened.length } satisfies OpenAnswer, [plain]);
  } catch (error) {
    const answer: OpenAnswer =
      error instanceof VaultError ? { number, code: error.code, what: error.what } : { number, failure: String(error) };
    port.postMessage(answer);
  }
});
