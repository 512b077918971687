import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { VaultError } from './errors.ts';
import { Codec } from './format.ts';

const PROBE = 16 << 10;
/** What compression must save to be worth its time at restore. */
const WORTH_IT = 0.97;

const params = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // No chunk is much longer than this window, and a smaller one is set up faster.
  [constants.ZSTD_c_windowLog]: 18,
  // Fewer, longer matches: a fifth faster on records and binaries, two or three per cent larger.
  [constants.ZSTD_c_hashLog]: 13,
  [constants.ZSTD_c_minMatch]: 7,
};

function zstd(bytes: Uint8Array): Buffer {
  // Where the longest frame there can be has room (ZSTD_compressBound), zstd compresses straight from input to output.
  const bound = bytes.length + (bytes.length >> 8) + 128;
  return zstdCompressSync(bytes, { params, chunkSize: bound, pledgedSrcSize: bytes.length });
}

/** Compresses what shrinks. Remembers whether the last chunk did, since neighbours are alike. */
export class Compressor {
  #shrinks = true;

  compress(plain: Uint8Array): { readonly codec: number; readonly bytes: Uint8Array } {
    const stored = { codec: Codec.stored, bytes: plain };
    if (plain.length < 64) return stored;
    if (!this.#shrinks && plain.length > 2 * PROBE) {
      const middle = (plain.length - PROBE) >> 1;
      if (zstd(plain.subarray(middle, middle + PROBE)).length > PROBE * WORTH_IT) return stored;
    }
    const bytes = zstd(plain);
    this.#shrinks = bytes.length < plain.length * WORTH_IT;
    return this.#shrinks ? { codec: Codec.zstd, bytes } : stored;
  }
}

/** Undoes {@link Compressor.compress}. The answer has exactly `length` bytes. @throws {VaultError} `tampered` */
export function decompress(codec: number, bytes: Buffer, length: number): Buffer {
  let plain: Buffer;
  try {
    // One byte more than needed, so that a frame that is too long shows without being unpacked.
    plain =
      codec === Codec.stored
        ? bytes
        : zstdDecompressSync(bytes, { chunkSize: length + 64, maxOutputLength: length + 64 });
  } catch (cause) {
    throw new VaultError('tampered', 'A chunk does not decompress to its length', cause);
  }
  if (plain.length !== length) throw new VaultError('tampered', 'A chunk does not decompress to its length');
  return plain;
}
