import { setImmediate } from 'node:timers/promises';

/** How long others wait for their turn while a long list is made, in milliseconds. */
const TURN_MS = 2;

/** Lets others have their turn now and then while something long is done. */
export class Pauses {
  #sinceMs = performance.now();

  /** A promise once it is time to wait; `undefined` before. */
  next(): Promise<void> | undefined {
    return performance.now() - this.#sinceMs < TURN_MS ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await setImmediate();
    this.#sinceMs = performance.now();
  }
}
