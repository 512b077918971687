import { refuseAborted } from './errors.ts';
import type { KeyRing } from './key-ring.ts';
import type { Clock } from './ports.ts';

/** How long a key that was switched off may still serve a run that holds its data key. */
const PROVE_EVERY_MS = 5 * 60_000;

/** Watches over long work: ends it when the caller says so, and when the master key says no. */
export class KeyGuard {
  readonly #ring: KeyRing;
  readonly #keyId: string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #provenMs: number;

  /** `keyId` is a data key that was unwrapped or made just now. */
  constructor(ring: KeyRing, keyId: string, clock: Clock, signal: AbortSignal | undefined) {
    this.#ring = ring;
    this.#keyId = keyId;
    this.#clock = clock;
    this.#signal = signal;
    this.#provenMs = clock.monotonicMs();
  }

  /** Called at every step of the work; asks the master key when the last answer is five minutes old. */
  async check(): Promise<void> {
    refuseAborted(this.#signal);
    if (this.#clock.monotonicMs() - this.#provenMs >= PROVE_EVERY_MS) await this.prove();
  }

  /** Asks the master key now. */
  async prove(): Promise<void> {
    const asked = this.#clock.monotonicMs();
    await this.#ring.prove(this.#keyId);
    this.#provenMs = asked;
  }
}
