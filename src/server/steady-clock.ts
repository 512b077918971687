import type { Clock } from '../keys/ports.ts';

/** By more than this no clock strays between two looks at it: it was set. In milliseconds. */
const TOLERANCE_MS = 60_000;
/** So long a clock that was set must go on undisturbed before it ends anything: time to notice that it is wrong. */
const DOUBTED_MS = 3_600_000;

/**
 * A clock for what cannot be taken back, such as the destruction of keys: nothing is due by it for an hour after the
 * machine's clock was set, forward or back. What has become due works nowhere in the meantime; only its end waits.
 */
export class SteadyClock {
  readonly #clock: Clock;
  readonly #onSet: (byMs: number) => void;
  readonly #monotonicMs: () => number;
  /** What the clock was ahead of the one that only goes forward. */
  #aheadMs: number;
  #doubtedUntilMs = -Infinity;

  /**
   * @param onSet told by how much the clock was set
   * @param monotonicMs a clock that nobody sets, in milliseconds since any time
   */
  constructor(clock: Clock, onSet: (byMs: number) => void, monotonicMs = () => performance.now()) {
    this.#clock = clock;
    this.#onSet = onSet;
    this.#monotonicMs = monotonicMs;
    this.#aheadMs = clock() - monotonicMs();
  }

  /** Milliseconds since 1970; `undefined` while the clock is not to be believed. To be asked more often than it is set. */
  now(): number | undefined {
    const [nowMs, monotonicMs] = [this.#clock(), this.#monotonicMs()];
    const byMs = Math.round(nowMs - monotonicMs - this.#aheadMs);
    this.#aheadMs += byMs;
    if (Math.abs(byMs) > TOLERANCE_MS) {
      this.#doubtedUntilMs = monotonicMs + DOUBTED_MS;
      this.#onSet(byMs);
    }
    return monotonicMs < this.#doubtedUntilMs ? undefined : nowMs;
  }

  /** Does something by the time, unless that is not to be believed. */
  async by(act: (nowMs: number) => Promise<unknown>): Promise<void> {
    const nowMs = this.now();
    if (nowMs !== undefined) await act(nowMs);
  }
}
