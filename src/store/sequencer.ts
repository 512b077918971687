import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';

export interface SequencerSetup {
  /** The database. */
  readonly path: string;
  /** The folder of the logs. */
  readonly folder: string;
  /** Folders outside of the data folder that get a copy of each new checkpoint. */
  readonly witnesses: readonly string[];
  /** The installation's name in checkpoints, such as `keystead.example/5f0c`: no white space, no `+`. */
  readonly origin: string;
  /** Ed25519 private key. */
  readonly signer: KeyObject;
  /** Under which entries that wait are marked: what bears no mark is not taken into a log. */
  readonly queueKey?: KeyObject;
}

export type ToSequencer =
  | { readonly nowMs: number }
  | { readonly erase: string; readonly indexes: readonly number[] }
  | 'close';

export interface StepOutcome {
  readonly entries: number;
  readonly failures: readonly string[];
}

export interface SequencerTiming {
  readonly clock: () => number;
  readonly intervalMs: number;
  /** Told of each failure. Entries stay in the queue, and the next step tries again. */
  readonly onFailure: (error: Error) => void;
}

/** Steps the sequencer's thread: about every second, and when asked. A thread that died is followed by another one. */
export class SequencerLoop {
  readonly #setup: SequencerSetup;
  readonly #timing: SequencerTiming;
  #worker: Worker | undefined;
  #waiting: PromiseWithResolvers<StepOutcome>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(setup: SequencerSetup, timing: SequencerTiming) {
    this.#setup = setup;
    this.#timing = timing;
    this.#worker = this.#start();
    this.#schedule();
  }

  /** Takes what is in the queue into the logs. Answers how many entries went; failures are told to `onFailure`. */
  async step(): Promise<number> {
    if (this.#isClosed) return 0;
    const { entries, failures } = await this.#ask({ nowMs: this.#timing.clock() });
    for (const failure of failures) this.#timing.onFailure(new Error(failure));
    return entries;
  }

  /** Erases details of entries of a log. */
  async erase(log: string, indexes: readonly number[]): Promise<void> {
    if (this.#isClosed) throw new Error('the sequencer ended: open the store again');
    const { failures } = await this.#ask({ erase: log, indexes });
    if (failures.length > 0) throw new Error(`nothing was erased: ${failures.join('; ')}`);
  }

  /** Takes what is left into the logs, and ends the thread. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.step();
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close' satisfies ToSequencer);
    await ended;
  }

  #start(): Worker {
    const options = { workerData: this.#setup, execArgv: [] };
    const worker = new Worker(new URL('./sequencer-thread.ts', import.meta.url), options);
    worker.on('message', (outcome: StepOutcome) => this.#waiting.shift()?.resolve(outcome));
    worker.on('error', (error) => this.#timing.onFailure(error as Error));
    worker.on('exit', () => {
      this.#worker = undefined;
      // What it had begun is begun again by the next.
      for (const { resolve } of this.#waiting.splice(0)) resolve({ entries: 0, failures: ['the sequencer ended'] });
    });
    return worker;
  }

  #ask(message: ToSequencer): Promise<StepOutcome> {
    const settle = Promise.withResolvers<StepOutcome>();
    this.#waiting.push(settle);
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
    return settle.promise;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.step().then(() => {
        if (this.#timer !== undefined && !this.#isClosed) this.#schedule();
      });
    }, this.#timing.intervalMs).unref();
  }
}
