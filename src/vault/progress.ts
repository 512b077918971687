import type { Clock } from './ports.ts';

export interface ProgressEvent {
  readonly phase: 'prepare' | 'read' | 'finish' | 'restore' | 'check';
  readonly files: number;
  readonly bytes: number;
  /** Where it is known. */
  readonly totalBytes?: number;
  /** Bytes a second since the beginning. */
  readonly rate: number;
}

export type OnProgress = (event: ProgressEvent) => void;

const EVERY_MS = 250;
const AT_LEAST_EVERY_MS = 1_000;

/**
 * Counts, and tells of it four times a second while something happens, and each second while nothing does: a store that takes
 * a pack slowly is not a run that hangs. What is told stays quiet once it is disposed of.
 */
export class Progress implements Disposable {
  files = 0;
  bytes = 0;
  readonly #onProgress: OnProgress | undefined;
  readonly #clock: Clock;
  #startedMs: number;
  #totalBytes: number | undefined;
  #toldMs = 0;
  #phase: ProgressEvent['phase'] | undefined;
  readonly #heartbeat: NodeJS.Timeout | undefined;

  constructor(onProgress: OnProgress | undefined, clock: Clock, totalBytes?: number) {
    this.#onProgress = onProgress;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#totalBytes = totalBytes;
    // What waits for a store lets timers through; a process must not live on for the sake of its progress.
    if (onProgress) this.#heartbeat = setInterval(() => this.#tellAgain(), AT_LEAST_EVERY_MS).unref();
  }

  /** What the whole comes to, as far as anybody can say; more of it shows that nobody can. */
  expect(totalBytes: number): void {
    this.#totalBytes = totalBytes;
  }

  /** Counts bytes from nothing again, towards a total of their own. */
  restart(totalBytes: number): void {
    this.bytes = 0;
    this.#startedMs = this.#clock.monotonicMs();
    this.#totalBytes = totalBytes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
  }

  /** Tells if it is time; a new phase is told at once with `now`. */
  tell(phase: ProgressEvent['phase'], now = false): void {
    if (!this.#onProgress) return;
    this.#phase = phase;
    const nowMs = this.#clock.monotonicMs();
    if (!now && nowMs - this.#toldMs < EVERY_MS) return;
    this.#toldMs = nowMs;
    const seconds = Math.max(0.001, (nowMs - this.#startedMs) / 1000);
    this.#onProgress({
      phase,
      files: this.files,
      bytes: this.bytes,
      rate: Math.round(this.bytes / seconds),
      ...(this.#totalBytes === undefined || this.#totalBytes < this.bytes ? {} : { totalBytes: this.#totalBytes }),
    });
  }
  #tellAgain(): void {
    if (this.#phase !== undefined) this.tell(this.#phase);
  }
}
