/**
 * What is dear to make, made ahead: the first request for a kind waits, from then on one of its kind is kept in stock.
 * Each serves once.
 */
export class MadeAhead<Kind, Made> {
  readonly #stock = new Map<Kind, Promise<Made>>();
  readonly #make: (kind: Kind) => Promise<Made>;

  constructor(make: (kind: Kind) => Promise<Made>) {
    this.#make = make;
  }

  take(kind: Kind): Promise<Made> {
    const made = this.#stock.get(kind) ?? this.#make(kind);
    const next = made.then(() => this.#make(kind));
    this.#stock.set(kind, next);
    // A failure is not kept in stock: the next request makes one of its own.
    next.catch(() => {
      if (this.#stock.get(kind) === next) this.#stock.delete(kind);
    });
    return made;
  }
}

/** Runs what it is given, at most `limit` at once. Others wait in the order in which they came. */
export function atMost(limit: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      // Whoever waits longest takes over the place.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
