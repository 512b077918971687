import { decode, Tokenizer, type DecodeOptions } from 'cborg';
import { malformed } from './errors.ts';

/** More than any document has: 9 members, 32 registers, 8 certificates. It bounds depth and work alike. */
const MAX_ITEMS = 256;

const STRICT: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

/** Counts what it reads, so that no nesting and no claimed length of a hostile text costs more than it is long. */
class CountingTokenizer extends Tokenizer {
  #left = MAX_ITEMS;

  override next(): ReturnType<Tokenizer['next']> {
    if (this.#left-- === 0) throw malformed(`The CBOR has more than ${MAX_ITEMS} items.`);
    return super.next();
  }
}

/**
 * Reads one item of CBOR (RFC 8949) from untrusted bytes: definite lengths, shortest forms, no map key twice, no tags,
 * nothing behind the item. `allowIndefinite`: lists and maps may end with a mark instead. Byte strings come as
 * `Uint8Array`, maps as `Map`.
 *
 * @throws {AttestationError} `malformed`
 */
export function readCbor(bytes: Uint8Array, { allowIndefinite = false } = {}): unknown {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options = { ...STRICT, allowIndefinite };
  try {
    return decode(view, { ...options, tokenizer: new CountingTokenizer(view, options) }) as unknown;
  } catch {
    throw malformed('The attestation document is not CBOR in its strict form.');
  }
}
