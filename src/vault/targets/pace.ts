import { setTimeout as wait } from 'node:timers/promises';

/** Bytes that go at once: little enough for a slow line to stay usable beside them. */
export const PACE_STEP = 64 << 10;

/** A bandwidth that everything which holds this shares, in both directions. */
export class Pace {
  readonly #bytesPerSecond: number;
  readonly #nowMs: () => number;
  readonly #wait: (ms: number) => Promise<unknown>;
  #freeAtMs = 0;

  /** @param bytesPerSecond above zero */
  constructor(
    bytesPerSecond: number,
    nowMs: () => number = () => performance.now(),
    waiting: (ms: number) => Promise<unknown> = wait,
  ) {
    if (!(bytesPerSecond > 0)) throw new RangeError('a bandwidth is above zero');
    this.#bytesPerSecond = bytesPerSecond;
    this.#nowMs = nowMs;
    this.#wait = waiting;
  }

  /** Resolves when so many bytes may go: who comes later waits for who came before. */
  async take(bytes: number): Promise<void> {
    const nowMs = this.#nowMs();
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + (bytes * 1000) / this.#bytesPerSecond;
    // Timers are no finer than this, and waiting is made up for by who comes next.
    if (startMs - nowMs >= 1) await this.#wait(startMs - nowMs);
  }

  /** The bytes in steps, each when it may go. */
  async *steps(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += PACE_STEP) {
      const step = bytes.subarray(at, at + PACE_STEP);
      await this.take(step.length);
      yield step;
    }
  }
}
