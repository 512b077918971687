/** Lets those that were too slow try again one after another, so that each of them comes through. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits until all that asked before for the same turn have ended theirs. The caller ends it, in every case. */
  async take(name: string): Promise<() => void> {
    const before = this.#last.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(name, promise);
    await before;
    return () => {
      if (this.#last.get(name) === promise) this.#last.delete(name);
      resolve();
    };
  }
}
