/** Bytes of one block: several of the longest chunks, so that what is left over at its end is little. */
const BLOCK_LENGTH = 4 << 20;

/** Buffers that go round between reading and encrypting, so that none is made twice. */
export class BlockPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.from(new ArrayBuffer(BLOCK_LENGTH));
  }

  give(block: Buffer): void {
    this.#free.push(block);
  }
}
