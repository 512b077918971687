import { Compressor } from '../format/compress.ts';
import { ChunkKind, ID_LENGTH } from '../format/format.ts';
import type { HeldKey } from '../format/object-key.ts';
import { PackWriter, type SealedPack } from '../format/pack.ts';

/** Chunks in a block: their ids one after another, and offset and length of each. */
export interface ChunkList {
  readonly ids: Buffer;
  readonly ranges: Uint32Array;
}

/** Puts chunks into packs, one pack after another. */
export class PackFiller {
  readonly #held: HeldKey;
  readonly #vaultId: string;
  readonly #compressor = new Compressor();
  readonly #buffers: Buffer<ArrayBuffer>[] = [];
  #writer: PackWriter | undefined;

  constructor(held: HeldKey, vaultId: string) {
    this.#held = held;
    this.#vaultId = vaultId;
  }

  /** Takes the buffer of a pack that was put, to make another one in. */
  reuse(buffer: Buffer<ArrayBuffer>): void {
    this.#buffers.push(buffer);
  }

  /** Adds one chunk; answers the pack that had no room for it any more, if it is now full. */
  add(id: Buffer, kind: number, plaintext: Uint8Array): SealedPack | undefined {
    let full: SealedPack | undefined;
    if (this.#writer && !this.#writer.fits(plaintext.length)) {
      full = this.#writer.finish();
      this.#writer = undefined;
    }
    this.#writer ??= new PackWriter(this.#held, this.#vaultId, this.#compressor, this.#buffers.pop());
    this.#writer.add(id, kind, plaintext);
    return full;
  }

  /** Adds the chunks of a block; hands each pack that is full to `take`. */
  addBlock(block: Buffer, { ids, ranges }: ChunkList, take: (full: SealedPack) => void): void {
    for (let i = 0; i < ranges.length / 2; i++) {
      const offset = ranges[2 * i] as number;
      const plaintext = block.subarray(offset, offset + (ranges[2 * i + 1] as number));
      const full = this.add(ids.subarray(i * ID_LENGTH, (i + 1) * ID_LENGTH), ChunkKind.content, plaintext);
      if (full) take(full);
    }
  }

  /** The pack that is open, however little is in it. */
  finish(): SealedPack | undefined {
    const last = this.#writer?.finish();
    this.#writer = undefined;
    return last;
  }
}
