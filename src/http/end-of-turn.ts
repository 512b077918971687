/**
 * Runs what gathers in one turn of the event loop together at its end, in the order in which it came.
 *
 * Requests that were read in one turn are then served one right behind the other: the code that serves them stays in the
 * processor's caches, they ask once whether what is cached is still true, and their entries become durable together.
 * Whoever is served has arrived whole before the first of them is looked at.
 */
export class EndOfTurn {
  #tasks: (() => void)[] = [];

  /** `task` must not throw: those behind it would not be run. */
  run(task: () => void): void {
    if (this.#tasks.push(task) === 1) setImmediate(this.#runAll);
  }

  readonly #runAll = (): void => {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
  };
}
