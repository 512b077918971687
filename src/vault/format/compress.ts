import { VaultError } from '../errors.ts';
import { Codec } from './format.ts';
import { frameBound, zstd } from './zstd.ts';

const PROBE = 16 << 10;
/** What compression must save to be worth its time at restore. */
const WORTH_IT = 0.97;

/** What a chunk is kept as. */
export interface Compressed {
  readonly codec: number;
  /** Good until the next call. */
  readonly bytes: Uint8Array;
}

/** Compresses what shrinks. Remembers whether the last chunk did, since neighbours are alike. */
export class Compressor {
  #shrinks = true;
  #frame = Buffer.alloc(0);

  compress(plain: Uint8Array): Compressed {
    const stored = { codec: Codec.stored, bytes: plain };
    if (plain.length < 64) return stored;
    if (!this.#shrinks && plain.length > 2 * PROBE) {
      const middle = (plain.length - PROBE) >> 1;
      if (this.#compress(plain.subarray(middle, middle + PROBE)) > PROBE * WORTH_IT) return stored;
    }
    const length = this.#compress(plain);
    this.#shrinks = length < plain.length * WORTH_IT;
    return this.#shrinks ? { codec: Codec.zstd, bytes: this.#frame.subarray(0, length) } : stored;
  }

  #compress(plain: Uint8Array): number {
    const bound = frameBound(plain.length);
    if (this.#frame.length < bound) this.#frame = Buffer.from(new ArrayBuffer(2 * bound));
    return zstd().compress(plain, this.#frame);
  }
}

/** Undoes {@link Compressor.compress}: fills `into`, which has the chunk's length. @throws {VaultError} `tampered` */
export function decompressInto(codec: number, bytes: Uint8Array, into: Uint8Array): void {
  if (codec === Codec.stored && bytes.length === into.length) return into.set(bytes);
  const length = codec === Codec.stored ? undefined : zstd().decompress(bytes, into);
  if (length !== into.length) throw new VaultError('tampered', 'A chunk does not decompress to its length');
}
