import { Worker } from 'node:worker_threads';
import { Reader } from '../bytes/reader.ts';
import type { BlockPool } from './blocks.ts';
import { threadFailure } from './errors.ts';
import { ChunkKind, ID_LENGTH, readEntry, type ChunkEntry } from './format.ts';
import type { HeldKey } from './object-key.ts';
import { PackFiller, type ChunkList } from './pack-filler.ts';
import type { SealedPack } from './pack.ts';
import type { SealAnswer, SealRequest, SealWorkerData } from './seal-worker.ts';

/** Compresses and encrypts chunks into packs. */
export interface Sealer {
  /** Takes a block with chunks over; resolves when there is room for another one. */
  submit(block: Buffer, chunks: ChunkList): Promise<void>;
  /** Finishes the open packs. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** Takes a finished pack over; resolves when there is room for another one. */
export type PackTaker = (pack: SealedPack) => Promise<void>;

export interface SealerOptions {
  readonly held: HeldKey;
  readonly vaultId: string;
  readonly blocks: BlockPool;
  readonly onPack: PackTaker;
  /** How many threads; 0 works in this one. */
  readonly threads: number;
}

export function createSealer(options: SealerOptions): Sealer {
  return options.threads === 0 ? new InlineSealer(options) : new ThreadedSealer(options);
}

class InlineSealer implements Sealer {
  readonly #options: SealerOptions;
  readonly #filler: PackFiller;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#filler = new PackFiller(options.held, options.vaultId);
  }

  async submit(block: Buffer, { ids, ranges }: ChunkList): Promise<void> {
    for (let i = 0; i < ranges.length / 2; i++) {
      const offset = ranges[2 * i] as number;
      const plaintext = block.subarray(offset, offset + (ranges[2 * i + 1] as number));
      const pack = this.#filler.add(ids.subarray(i * ID_LENGTH, (i + 1) * ID_LENGTH), ChunkKind.content, plaintext);
      if (pack) await this.#options.onPack(pack);
    }
    this.#options.blocks.give(block);
  }

  async finish(): Promise<void> {
    const pack = this.#filler.finish();
    if (pack) await this.#options.onPack(pack);
  }

  async stop(): Promise<void> {}
}

/** Blocks that wait at each thread, beside the one it works on. */
const BLOCKS_PER_THREAD = 2;

interface Thread {
  readonly worker: Worker;
  busy: number;
  finished: boolean;
}

class ThreadedSealer implements Sealer {
  readonly #options: SealerOptions;
  readonly #threads: Thread[] = [];
  #failure: unknown;
  #packsWaiting = 0;
  #wake: (() => void) | undefined;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  async submit(block: Buffer, { ids, ranges }: ChunkList): Promise<void> {
    const thread = this.#leastBusy();
    thread.busy++;
    const request = {
      type: 'block',
      block: block.buffer as ArrayBuffer,
      ids: ids.buffer as ArrayBuffer,
      ranges: ranges.buffer as ArrayBuffer,
    } satisfies SealRequest;
    thread.worker.postMessage(request, [request.block, request.ids, request.ranges]);
    await this.#until(() => this.#packsWaiting <= 4 && this.#hasRoom());
  }

  async finish(): Promise<void> {
    for (const { worker } of this.#threads) worker.postMessage({ type: 'finish' } satisfies SealRequest);
    await this.#until(() => this.#threads.every(({ finished }) => finished) && this.#packsWaiting === 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  /** Threads start when there is work for them: a run that finds nothing new needs none. */
  #leastBusy(): Thread {
    const least = this.#threads.toSorted((a, b) => a.busy - b.busy)[0];
    return least && (least.busy === 0 || this.#threads.length === this.#options.threads) ? least : this.#start();
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

  #hasRoom(): boolean {
    return this.#threads.length < this.#options.threads || this.#threads.some(({ busy }) => busy < BLOCKS_PER_THREAD);
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
    if (answer.type === 'pack') {
      this.#packsWaiting++;
      this.#options.onPack(this.#packOf(answer)).then(
        () => {
          this.#packsWaiting--;
          thread.worker.postMessage({ type: 'reuse', buffer: answer.bytes } satisfies SealRequest, [answer.bytes]);
          this.#wake?.();
        },
        (error: unknown) => this.#fail(error),
      );
    } else if (answer.type === 'block') {
      thread.busy--;
      this.#options.blocks.give(Buffer.from(answer.block));
    } else thread.finished = true;
    this.#wake?.();
  }

  #packOf(answer: Extract<SealAnswer, { type: 'pack' }>): SealedPack {
    const reader = new Reader(Buffer.from(answer.entries));
    const entries: ChunkEntry[] = [];
    while (reader.remaining > 0) entries.push(readEntry(reader, answer.length));
    return { id: answer.id, keyId: this.#options.held.id, bytes: Buffer.from(answer.bytes, 0, answer.length), entries };
  }
}
