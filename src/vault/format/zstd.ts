import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** zstd (RFC 8878), from buffer to buffer. One for each thread. */
export interface Zstd {
  /** Compresses to one frame in `into`, which has {@link frameBound} bytes; answers the frame's length. */
  readonly compress: (plain: Uint8Array, into: Buffer) => number;
  /** Unpacks a frame into `into`; answers the length, `undefined` for what is no sound frame or does not fit. */
  readonly decompress: (frame: Uint8Array, into: Uint8Array) => number | undefined;
}

/** The longest frame that so many bytes can become (ZSTD_compressBound). */
export function frameBound(length: number): number {
  return length + (length >> 8) + 128;
}

const PARAMETERS: Readonly<Record<number, number>> = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // No chunk is much longer than this window, and a smaller one is set up faster.
  [constants.ZSTD_c_windowLog]: 18,
  // Longer matches: faster on records and binaries, one or two per cent larger.
  [constants.ZSTD_c_hashLog]: 15,
  [constants.ZSTD_c_minMatch]: 7,
};

/** ZSTD_c_literalCompressionMode, of zstd.h's experimental part, which Node's interface does not let through. */
const LITERAL_COMPRESSION_MODE = 1002;
/**
 * What only contexts of our own are told: to look for matches at fewer places, and to compress what lies between them all
 * the same, which zstd leaves alone by itself then. Faster still; a smaller table is too, but costs binaries two per cent.
 */
const OWN_PARAMETERS: Readonly<Record<number, number>> = {
  ...PARAMETERS,
  [constants.ZSTD_c_targetLength]: 2,
  [LITERAL_COMPRESSION_MODE]: 1,
};

let bound: Zstd | undefined;

/**
 * The zstd of this thread. Where the runtime lets its own library be called, contexts are made once and nothing is
 * allocated for a chunk; elsewhere it is Node's interface. Each reads what the other has made.
 */
export function zstd(): Zstd {
  bound ??= bind() ?? nodeZstd;
  return bound;
}

/** Node's own interface: a context and an output buffer for each call. */
export const nodeZstd: Zstd = {
  compress: (plain, into) => {
    const options = { params: PARAMETERS, chunkSize: frameBound(plain.length), pledgedSrcSize: plain.length };
    return zstdCompressSync(plain, options).copy(into);
  },
  decompress: (frame, into) => {
    try {
      // A little more than needed, so that a frame that is too long shows without being unpacked.
      const room = into.length + 64;
      const plain = zstdDecompressSync(frame, { chunkSize: room, maxOutputLength: room });
      if (plain.length > into.length) return undefined;
      into.set(plain);
      return plain.length;
    } catch {
      return undefined;
    }
  },
};

/** An address in zstd's memory. */
type Pointer = bigint & { readonly pointer: unique symbol };
type Size = number | bigint;

/** What is called of zstd.h. A length is a number of bytes; a size that is an error says so by `ZSTD_isError`. */
interface Library {
  ZSTD_createCCtx(): Pointer | null;
  ZSTD_createDCtx(): Pointer | null;
  ZSTD_CCtx_setParameter(context: Pointer, parameter: number, value: number): Size;
  ZSTD_compress2(context: Pointer, into: Uint8Array, room: number, plain: Uint8Array, length: number): Size;
  ZSTD_decompressDCtx(context: Pointer, into: Uint8Array, room: number, frame: Uint8Array, length: number): Size;
  ZSTD_isError(size: Size): number;
}

const DECLARATIONS: { readonly [Name in keyof Library]: string } = {
  ZSTD_createCCtx: 'void *ZSTD_createCCtx()',
  ZSTD_createDCtx: 'void *ZSTD_createDCtx()',
  ZSTD_CCtx_setParameter: 'size_t ZSTD_CCtx_setParameter(void *context, int parameter, int value)',
  ZSTD_compress2:
    'size_t ZSTD_compress2(void *context, uint8_t *into, size_t room, const uint8_t *plain, size_t length)',
  ZSTD_decompressDCtx:
    'size_t ZSTD_decompressDCtx(void *context, uint8_t *into, size_t room, const uint8_t *frame, size_t length)',
  ZSTD_isError: 'uint32_t ZSTD_isError(size_t size)',
};

/** zstd of the running Node binary, with contexts of its own; `undefined` where it cannot be called. */
export function bind(): Zstd | undefined {
  const library = load();
  const compressing = library?.ZSTD_createCCtx();
  const decompressing = library?.ZSTD_createDCtx();
  if (library === undefined || !compressing || !decompressing) return undefined;
  for (const [parameter, value] of Object.entries(OWN_PARAMETERS)) {
    if (library.ZSTD_isError(library.ZSTD_CCtx_setParameter(compressing, Number(parameter), value))) return undefined;
  }
  return {
    compress: (plain, into) => {
      const length = library.ZSTD_compress2(compressing, into, into.length, plain, plain.length);
      // With room for the longest frame there is, only memory can be missing: Node's interface says so its own way.
      return library.ZSTD_isError(length) ? nodeZstd.compress(plain, into) : Number(length);
    },
    decompress: (frame, into) => {
      const length = library.ZSTD_decompressDCtx(decompressing, into, into.length, frame, frame.length);
      return library.ZSTD_isError(length) ? undefined : Number(length);
    },
  };
}

function load(): Library | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const binary = koffi.load(null);
    const functions = Object.entries(DECLARATIONS).map(([name, text]) => [name, binary.func(text)] as const);
    return Object.fromEntries(functions) as unknown as Library;
  } catch {
    return undefined;
  }
}
