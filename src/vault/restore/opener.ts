import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { endThread } from '../end-thread.ts';
import { threadFailure, VaultError } from '../errors.ts';
import { ENTRY_LENGTH, writeEntry, type ChunkEntry } from '../format/format.ts';
import { openRange, OUTPUT_LENGTH, roomFor } from './open-range.ts';
import type { OpenAnswer, OpenRequest, OpenWorkerData } from './open-worker.ts';

/** Decrypts, unpacks and verifies ranges of packs. */
export interface Opener {
  /** Takes `bytes` over; answers the plaintexts of `entries` one after another. */
  open(key: KeyObject, bytes: Buffer, start: number, entries: readonly ChunkEntry[]): Promise<Buffer>;
  /** Takes back an answer that has served, to put another one in. */
  reuse(plain: Buffer): void;
  stop(): Promise<void>;
}

/** `threads` 0 works in this thread. */
export function createOpener(idKey: KeyObject, threads: number): Opener {
  return threads === 0 ? new InlineOpener(idKey) : new ThreadedOpener(idKey, threads);
}

function encodeEntries(entries: readonly ChunkEntry[]): Buffer {
  const out = Buffer.from(new ArrayBuffer(entries.length * ENTRY_LENGTH));
  entries.reduce((at, entry) => writeEntry(out, at, entry), 0);
  return out;
}

class InlineOpener implements Opener {
  readonly #idKey: KeyObject;

  constructor(idKey: KeyObject) {
    this.#idKey = idKey;
  }

  async open(key: KeyObject, bytes: Buffer, start: number, entries: readonly ChunkEntry[]): Promise<Buffer> {
    return openRange(key, this.#idKey, bytes, start, encodeEntries(entries));
  }

  reuse(): void {}

  async stop(): Promise<void> {}
}

interface Waiting {
  readonly resolve: (plain: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

class ThreadedOpener implements Opener {
  readonly #workers: Worker[];
  readonly #waiting = new Map<number, Waiting>();
  readonly #spare: ArrayBuffer[] = [];
  #next = 0;
  #failure: VaultError | undefined;

  constructor(idKey: KeyObject, threads: number) {
    const workerData: OpenWorkerData = { idKey };
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./open-worker.ts', import.meta.url), { workerData });
      worker.on('message', (answer: OpenAnswer) => this.#answered(answer));
      worker.on('error', (cause) => this.#fail(threadFailure(cause)));
      worker.on('exit', (code) => this.#fail(threadFailure(code)));
      return worker;
    });
  }

  async open(key: KeyObject, bytes: Buffer, start: number, entries: readonly ChunkEntry[]): Promise<Buffer> {
    if (this.#failure) throw this.#failure;
    const number = this.#next++;
    const worker = this.#workers[number % this.#workers.length] as Worker;
    const list = encodeEntries(entries).buffer as ArrayBuffer;
    // A pooled buffer shares its memory with others, also the first of a pool, and cannot be handed over.
    const own = bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const range = own.buffer as ArrayBuffer;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#waiting.set(number, { resolve, reject });
    const plain = entries.reduce((sum, entry) => sum + entry.plain, 0);
    const into = roomFor(plain) === OUTPUT_LENGTH ? this.#spare.pop() : undefined;
    const request: OpenRequest = { number, key, bytes: range, start, entries: list, ...(into && { into }) };
    worker.postMessage(request, [range, list, ...(into ? [into] : [])]);
    return await promise;
  }

  reuse(plain: Buffer): void {
    if (plain.buffer.byteLength === OUTPUT_LENGTH) this.#spare.push(plain.buffer as ArrayBuffer);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map(endThread));
  }

  #fail(failure: VaultError): void {
    this.#failure ??= failure;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }

  #answered(answer: OpenAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('plain' in answer) waiting?.resolve(Buffer.from(answer.plain, 0, answer.length));
    else if ('code' in answer) waiting?.reject(new VaultError(answer.code, answer.what));
    else waiting?.reject(threadFailure(answer.failure));
  }
}
