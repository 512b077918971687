import type { ChunkerSizes } from './chunker.ts';

/** Bytes of one block, unless chunks may be long: then it holds two, so that there is always room behind what is left over. */
const BLOCK_LENGTH = 4 << 20;

/** Buffers that go round between reading and encrypting, so that none is made twice. */
export class BlockPool {
  readonly #free: Buffer[] = [];
  readonly #length: number;

  /** `maximum` is the length of the longest chunk. */
  constructor({ maximum }: Pick<ChunkerSizes, 'maximum'>) {
    this.#length = Math.max(BLOCK_LENGTH, 2 * maximum);
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.from(new ArrayBuffer(this.#length));
  }

  give(block: Buffer): void {
    this.#free.push(block);
  }
}
