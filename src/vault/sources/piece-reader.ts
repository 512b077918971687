/** Reads what comes in pieces, as from a pipe, into buffers of any size. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array(0);
  #isOver = false;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Fills some of `into`; 0 at the end, and from then on. Rejects with what the pieces reject with. */
  async read(into: Uint8Array): Promise<number> {
    while (this.#left.length === 0) {
      if (this.#isOver) return 0;
      const next = await this.#pieces.next();
      if (next.done === true) this.#isOver = true;
      else this.#left = next.value;
    }
    const length = Math.min(into.length, this.#left.length);
    into.set(this.#left.subarray(0, length));
    this.#left = this.#left.subarray(length);
    return length;
  }

  /** Lets go of what brings the pieces. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#left = new Uint8Array(0);
    await this.#pieces.return?.();
  }
}
