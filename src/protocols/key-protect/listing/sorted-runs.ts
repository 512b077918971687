import type { Pauses } from '../../../pipeline/pauses.ts';

const RUN = 1_024;

/**
 * Sorts many things a little at a time: short runs as they come, merged as far as they are asked for. Nobody waits for
 * the whole of it.
 */
export class SortedRuns<T> {
  readonly #order: (a: T, b: T) => number;
  readonly #runs: T[][] = [];
  #last: T[] = [];

  constructor(order: (a: T, b: T) => number) {
    this.#order = order;
  }

  add(thing: T): void {
    this.#last.push(thing);
    if (this.#last.length === RUN) this.#close();
  }

  /** What stands from `offset` on, at most `limit` of it. Asked for once. */
  async take(offset: number, limit: number, pauses: Pauses): Promise<T[]> {
    if (this.#last.length > 0) this.#close();
    const heap = new Heads(this.#runs, this.#order);
    const taken: T[] = [];
    for (let at = 0; at < offset + limit; at++) {
      const thing = heap.pop();
      if (thing === undefined) break;
      if (at >= offset) taken.push(thing);
      if (at % RUN === 0) await pauses.next();
    }
    return taken;
  }

  #close(): void {
    this.#runs.push(this.#last.toSorted(this.#order));
    this.#last = [];
  }
}

interface Head<T> {
  first: T;
  next: number;
  readonly run: readonly T[];
}

/** A heap of runs by what stands first in each. */
class Heads<T> {
  readonly #order: (a: T, b: T) => number;
  readonly #heads: Head<T>[];

  constructor(runs: readonly T[][], order: (a: T, b: T) => number) {
    this.#order = order;
    this.#heads = runs.map((run) => ({ first: run[0] as T, next: 1, run }));
    for (let i = this.#heads.length >> 1; i-- > 0;) this.#sink(i);
  }

  pop(): T | undefined {
    const [head] = this.#heads;
    if (head === undefined) return undefined;
    const { first } = head;
    if (head.next < head.run.length) {
      head.first = head.run[head.next++] as T;
    } else {
      const last = this.#heads.pop() as Head<T>;
      if (last !== head) this.#heads[0] = last;
    }
    this.#sink(0);
    return first;
  }

  #sink(from: number): void {
    const heads = this.#heads;
    const sinking = heads[from];
    if (sinking === undefined) return;
    let at = from;
    for (let child = 2 * at + 1; child < heads.length; child = 2 * at + 1) {
      let least = heads[child] as Head<T>;
      const right = heads[child + 1];
      if (right !== undefined && this.#order(right.first, least.first) < 0) {
        least = right;
        child++;
      }
      if (this.#order(least.first, sinking.first) >= 0) break;
      heads[at] = least;
      at = child;
    }
    heads[at] = sinking;
  }
}
