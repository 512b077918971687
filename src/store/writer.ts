import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { EntryFrames } from '../audit/entry-frame.ts';
import { type AuditDraft, leafOf } from '../audit/entry.ts';
import { assertAccountable } from '../records/account.ts';
import type { Commit } from '../records/commit.ts';
import { type RecordWriter, UnknownOutcomeError } from '../records/ports.ts';
import { StoreUnusableError } from './errors.ts';
import {
  errorOf,
  type FromWriter,
  type ToWriter,
  type Turn,
  type TurnOutcome,
  type WriterSetup,
} from './writer-messages.ts';

type Settle = PromiseWithResolvers<void>;

/** The promises of one turn that wait for the writer's thread. Uses share one: they become durable together. */
interface Waiting {
  readonly uses: Settle | undefined;
  readonly commits: readonly Settle[];
}

/**
 * The event loop's side of the one writer: gathers what comes in one turn of the loop, hands it over in one message,
 * and settles the promises when the thread says that it is on disk.
 */
export class Writer implements RecordWriter {
  readonly #worker: Worker;
  readonly #onFailure: (error: Error) => void;
  readonly #frames = new EntryFrames();
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited = Promise.withResolvers<void>();
  #uses: Settle | undefined;
  #commits: Commit[] = [];
  #commitSettles: Settle[] = [];
  #turn = 0;
  #scheduled = false;
  #unusable: string | undefined;

  private constructor(worker: Worker, onFailure: (error: Error) => void) {
    this.#worker = worker;
    this.#onFailure = onFailure;
    worker.on('message', (message: FromWriter) => this.#settle(message as readonly TurnOutcome[]));
    worker.on('error', (error) => this.#fail(error as Error));
    worker.on('exit', (code) => {
      this.#fail(new Error(`the writer ended with code ${code}`));
      this.#exited.resolve();
    });
  }

  /** Starts the thread and waits until it has the database open. `onFailure` is called once, if the thread dies. */
  static async start(setup: WriterSetup, onFailure: (error: Error) => void): Promise<Writer> {
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: setup, execArgv: [] });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        worker.removeListener('error', reject);
        resolve();
      });
      worker.once('error', reject);
    });
    return new Writer(worker, onFailure);
  }

  async commit(commit: Commit): Promise<void> {
    assertAccountable(commit);
    this.#assertUsable();
    const settle = Promise.withResolvers<void>();
    this.#commits.push(withOwnBytes(commit));
    this.#commitSettles.push(settle);
    this.#schedule();
    return settle.promise;
  }

  // Not async: the promise of the turn is handed out as it is.
  record(entry: AuditDraft): Promise<void> {
    try {
      this.#assertUsable();
      this.#frames.append(leafOf(entry));
    } catch (error) {
      return Promise.reject(error as Error);
    }
    this.#uses ??= Promise.withResolvers<void>();
    this.#schedule();
    return this.#uses.promise;
  }

  /** From the next turn on, what is written bears a mark under this key. */
  useQueueKey(queueKey: KeyObject): void {
    if (this.#unusable === undefined) this.#worker.postMessage({ queueKey } satisfies ToWriter);
  }

  /** Writes what is gathered, then ends the thread. */
  async close(): Promise<void> {
    if (this.#unusable === undefined) {
      this.#post();
      this.#unusable = 'it was closed';
      this.#worker.postMessage('close' satisfies ToWriter);
    }
    await this.#exited.promise;
  }

  #assertUsable(): void {
    if (this.#unusable !== undefined) {
      throw new StoreUnusableError(`the store takes no more writes, ${this.#unusable}: open it again`);
    }
  }

  /** Behind what is about to run already: what it adds goes with it. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#post);
  }

  readonly #post = (): void => {
    this.#scheduled = false;
    if (this.#unusable !== undefined || (this.#uses === undefined && this.#commits.length === 0)) return;
    const turn = this.#turn++;
    this.#waiting.set(turn, { uses: this.#uses, commits: this.#commitSettles });
    const uses = this.#uses === undefined ? undefined : this.#frames.take();
    const message: Turn = uses ? { turn, uses, commits: this.#commits } : { turn, commits: this.#commits };
    this.#uses = undefined;
    this.#commits = [];
    this.#commitSettles = [];
    this.#worker.postMessage(message satisfies ToWriter, uses ? [uses.buffer] : []);
  };

  #settle(outcomes: readonly TurnOutcome[]): void {
    for (const outcome of outcomes) {
      const waiting = this.#waiting.get(outcome.turn);
      if (!waiting) continue;
      this.#waiting.delete(outcome.turn);
      if (outcome.uses) waiting.uses?.reject(errorOf(outcome.uses));
      else waiting.uses?.resolve();
      for (const [i, failure] of outcome.commits.entries()) {
        if (failure) waiting.commits[i]?.reject(errorOf(failure));
        else waiting.commits[i]?.resolve();
      }
    }
  }

  #fail(cause: Error): void {
    const closed = this.#unusable !== undefined && this.#waiting.size === 0;
    if (closed) return;
    this.#unusable = `its writer died (${cause.message})`;
    const error = new UnknownOutcomeError(`the writer died while it wrote: the change may or may not be there`, {
      cause,
    });
    const gathered: Waiting = { uses: this.#uses, commits: this.#commitSettles };
    for (const { uses, commits } of [...this.#waiting.values(), gathered]) {
      uses?.reject(error);
      for (const commit of commits) commit.reject(error);
    }
    this.#waiting.clear();
    this.#uses = undefined;
    this.#commitSettles = [];
    this.#onFailure(cause);
  }
}

/** Small buffers are views on a shared pool, all of which would be copied to the other thread. */
function withOwnBytes(commit: Commit): Commit {
  return {
    ...commit,
    writes: commit.writes.map((write) =>
      'put' in write ? { ...write, put: { ...write.put, body: own(write.put.body), mac: own(write.put.mac) } } : write,
    ),
    entries: commit.entries.map((entry) => ({ ...entry, salt: own(entry.salt) })),
  };
}

function own(bytes: Buffer): Buffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}
