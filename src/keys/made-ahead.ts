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
