import type { KeyObject } from 'node:crypto';
import type { BlockPool } from './blocks.ts';
import type { NextCut } from './chunker.ts';
import type { ChunkRegistry } from './chunk-registry.ts';
import { idOf } from '../format/domain.ts';
import { ID_LENGTH } from '../format/format.ts';
import type { ChunkList } from './pack-filler.ts';
import type { Extent } from '../format/tree.ts';

/** A file in a stream. `extents` resolves when every chunk that holds a part of it has its id. */
interface StreamedFile {
  readonly start: number;
  end: number | undefined;
  readonly extents: Extent[];
  readonly resolve: (extents: readonly Extent[]) => void;
}

export interface ContentStreamOptions {
  readonly cut: NextCut;
  readonly idKey: KeyObject;
  readonly registry: ChunkRegistry;
  readonly blocks: BlockPool;
  readonly submit: (block: Buffer, chunks: ChunkList) => Promise<void>;
}

/** Files open at once in one stream, at the most: it bounds what waits for the next chunk to end. */
const MAX_WAITING = 4096;

/** Joins files to one stream of bytes and cuts it into chunks: small files share chunks, long ones have many. */
export class ContentStream {
  readonly #options: ContentStreamOptions;
  readonly #files: StreamedFile[] = [];
  #block: Buffer;
  /** Where the block begins in the stream. */
  #base = 0;
  #filled = 0;
  #newBytes = 0;

  constructor(options: ContentStreamOptions) {
    this.#options = options;
    this.#block = options.blocks.take();
  }

  /** Bytes of plaintext that no earlier chunk had. */
  get newBytes(): number {
    return this.#newBytes;
  }

  /** Begins a file; what is written from now on is its content. */
  begin(): Promise<readonly Extent[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Extent[]>();
    this.#files.push({ start: this.#base + this.#filled, end: undefined, extents: [], resolve });
    return promise;
  }

  /** Where the next bytes go, `atLeast` that many; {@link wrote} takes them in. */
  async room(atLeast: number): Promise<Buffer> {
    if (this.#block.length - this.#filled < atLeast) await this.#cutChunks(false);
    return this.#block.subarray(this.#filled);
  }

  wrote(length: number): void {
    this.#filled += length;
  }

  /** Ends the file that was begun last. */
  async end(): Promise<void> {
    const file = this.#files.at(-1);
    if (!file) return;
    file.end = this.#base + this.#filled;
    if (file.end <= this.#base || file.end === file.start) {
      // It is empty, or all of it is in chunks already.
      this.#files.pop();
      file.resolve(file.extents);
    }
    if (this.#files.length >= MAX_WAITING) await this.flush();
  }

  /** Ends the last chunk here. */
  async flush(): Promise<void> {
    await this.#cutChunks(true);
  }

  async #cutChunks(isLast: boolean): Promise<void> {
    const { cut, idKey, registry, blocks, submit } = this.#options;
    const block = this.#block;
    const filled = this.#filled;
    const fresh: Buffer[] = [];
    const ranges: number[] = [];
    let at = 0;
    while (at < filled) {
      const end = cut(block, at, filled, isLast);
      if (end === undefined) break;
      const id = idOf(idKey, block.subarray(at, end));
      if (!registry.claim(id)) {
        fresh.push(id);
        ranges.push(at, end - at);
        this.#newBytes += end - at;
      }
      this.#assign(id, this.#base + at, end - at);
      at = end;
    }
    this.#base += at;
    this.#filled = filled - at;
    if (fresh.length === 0) {
      block.copyWithin(0, at, filled);
      return;
    }
    this.#block = blocks.take();
    block.copy(this.#block, 0, at, filled);
    const ids = Buffer.from(new ArrayBuffer(fresh.length * ID_LENGTH));
    fresh.forEach((id, i) => ids.set(id, i * ID_LENGTH));
    await submit(block, { ids, ranges: Uint32Array.from(ranges) });
  }

  /** Tells the files that lie in this chunk. */
  #assign(chunk: Buffer, start: number, length: number): void {
    const end = start + length;
    for (const file of this.#files) {
      if (file.start >= end) break;
      const from = Math.max(start, file.start);
      const to = Math.min(end, file.end ?? end);
      if (to > from) file.extents.push({ chunk, offset: from - start, length: to - from });
    }
    this.#settle(end);
  }

  /** Lets go of the files that end up to here. */
  #settle(upTo: number): void {
    let settled = 0;
    for (const file of this.#files) {
      if (file.end === undefined || file.end > upTo) break;
      file.resolve(file.extents);
      settled++;
    }
    this.#files.splice(0, settled);
  }
}
