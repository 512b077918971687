import { Worker } from 'node:worker_threads';
import { Reader } from '../../bytes/reader.ts';
import type { BlockPool } from './blocks.ts';
import { endThread } from '../end-thread.ts';
import { threadFailure } from '../errors.ts';
import { readEntry, type ChunkEntry } from '../format/format.ts';
import type { HeldKey } from '../format/object-key.ts';
import { PackFiller, type ChunkList } from './pack-filler.ts';
import type { SealedPack } from '../format/pack.ts';
import type { SealAnswer, SealRequest, SealWorkerData } from './seal-worker.ts';

/** Takes a finished pack over; resolves when there is room for another one. */
export type PackTaker = (pack: SealedPack) => Promise<void>;

export interface SealerOptions {
  readonly held: HeldKey;
  readonly vaultId: string;
  readonly blocks: BlockPool;
  readonly onPack: PackTaker;
  /** How many threads beside this one, which works too. */
  readonly threads: number;
}

/** Blocks that a thread has, with the one it works on. */
const BLOCKS_PER_THREAD = 3;
/** Packs that are being put, beside those that are being filled. */
const PACKS_WAITING = 4;

interface Thread {
  readonly worker: Worker;
  busy: number;
  finished: boolean;
}

/**
 * Compresses and encrypts chunks into packs: hands blocks to threads, and works itself when every one of them has enough
 * to do.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #threads: Thread[] = [];
  readonly #filler: PackFiller;
  #failure: unknown;
  #packsWaiting = 0;
  #isStopped = false;
  #wake: (() => void) | undefined;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#filler = new PackFiller(options.held, options.vaultId);
  }

  /** Takes a block with chunks over; resolves when there is room for another one. */
  async submit(block: Buffer, chunks: ChunkList): Promise<void> {
    const thread = this.#thread();
    if (thread) {
      thread.busy++;
      const request = {
        type: 'block',
        block: block.buffer as ArrayBuffer,
        ids: chunks.ids.buffer as ArrayBuffer,
        ranges: chunks.ranges.buffer as ArrayBuffer,
      } satisfies SealRequest;
      thread.worker.postMessage(request, [request.block, request.ids, request.ranges]);
    } else {
      this.#filler.addBlock(block, chunks, (pack) => this.#putOwn(pack));
      this.#options.blocks.give(block);
    }
    await this.#until(() => this.#packsWaiting <= PACKS_WAITING);
  }

  /** Finishes the open packs; resolves when they are put. */
  async finish(): Promise<void> {
    for (const { worker } of this.#threads) worker.postMessage({ type: 'finish' } satisfies SealRequest);
    const last = this.#filler.finish();
    if (last) this.#putOwn(last);
    await this.#until(() => this.#threads.every(({ finished }) => finished) && this.#packsWaiting === 0);
  }

  /** Ends the threads. What they still make of the blocks that they have is put nowhere. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#threads.map(({ worker }) => endThread(worker)));
  }

  /** The thread that has least to do, if it is little. They start when there is work: a run with nothing new has none. */
  #thread(): Thread | undefined {
    const least = this.#threads.toSorted((a, b) => a.busy - b.busy)[0];
    if (least?.busy === 0) return least;
    if (this.#threads.length < this.#options.threads) return this.#start();
    return least && least.busy < BLOCKS_PER_THREAD ? least : undefined;
  }

  #start(): Thread {
    const workerData: SealWorkerData = { held: this.#options.held, vaultId: this.#options.vaultId };
    const worker = new Worker(new URL('./seal-worker.ts', import.meta.url), { workerData });
    const thread: Thread = { worker, busy: 0, finished: false };
    worker.on('message', (answer: SealAnswer) => this.#answered(thread, answer));
    worker.on('error', (cause) => this.#fail(threadFailure(cause)));
    worker.on('exit', (code) => this.#fail(threadFailure(code)));
    this.#threads.push(thread);
    return thread;
  }

  async #until(isTrue: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (isTrue()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #answered(thread: Thread, answer: SealAnswer): void {
    if (this.#isStopped) return;
    if (answer.type === 'pack') {
      this.#put(this.#packOf(answer), () => {
        thread.worker.postMessage({ type: 'reuse', buffer: answer.bytes } satisfies SealRequest, [answer.bytes]);
      });
    } else if (answer.type === 'block') {
      thread.busy--;
      this.#options.blocks.give(Buffer.from(answer.block));
    } else thread.finished = true;
    this.#wake?.();
  }

  #putOwn(pack: SealedPack): void {
    this.#put(pack, () => this.#filler.reuse(Buffer.from(pack.bytes.buffer as ArrayBuffer)));
  }

  #put(pack: SealedPack, reuse: () => void): void {
    this.#packsWaiting++;
    this.#options.onPack(pack).then(
      () => {
        this.#packsWaiting--;
        reuse();
        this.#wake?.();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #packOf(answer: Extract<SealAnswer, { type: 'pack' }>): SealedPack {
    const reader = new Reader(Buffer.from(answer.entries));
    const entries: ChunkEntry[] = [];
    while (reader.remaining > 0) entries.push(readEntry(reader, answer.length));
    return { id: answer.id, keyId: this.#options.held.id, bytes: Buffer.from(answer.bytes, 0, answer.length), entries };
  }
}
