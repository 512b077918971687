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

/** Counts, and tells of it four times a second. */
export class Progress {
  files = 0;
  bytes = 0;
  readonly #onProgress: OnProgress | undefined;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #totalBytes: number | undefined;
  #toldMs = 0;

  constructor(onProgress: OnProgress | undefined, clock: Clock, totalBytes?: number) {
    this.#onProgress = onProgress;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#totalBytes = totalBytes;
  }

  /** What the whole comes to, as far as anybody can say; more of it shows that nobody can. */
  expect(totalBytes: number): void {
    this.#totalBytes = totalBytes;
  }

  /** Tells if it is time; a new phase is told at once with `now`. */
  tell(phase: ProgressEvent['phase'], now = false): void {
    if (!this.#onProgress) return;
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
}
