const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const HEX = '0123456789abcdef';
const PAD = '='.charCodeAt(0);

/** For each letter what it counts, by its byte; 255: it is none. */
function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  for (let at = 0; at < alphabet.length; at++) {
    values[alphabet.charCodeAt(at)] = at;
    if (alphabet === HEX) values[alphabet.toUpperCase().charCodeAt(at)] = at;
  }
  return values;
}

const BASE64_VALUES = valuesOf(BASE64);
const HEX_VALUES = valuesOf(HEX);

/*
 * Secrets in letters, from bytes to bytes: a string could not be wiped. Callers wipe what they are given.
 */

/** Base64 (RFC 4648 section 4, padded) of bytes. */
export function base64Of(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const text = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, PAD);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(from, from + 3);
    const letters = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const count = Math.min(bytes.length - from, 3) + 1;
    for (let at = 0; at < count; at++) text[to + at] = BASE64.charCodeAt(letters[at] as number);
  }
  return text;
}

/** The bytes of base64 as {@link base64Of} writes it, white space aside; `undefined`: it is none. */
export function bytesOfBase64(text: Uint8Array): Buffer<ArrayBuffer> | undefined {
  const letters = Buffer.from(text.filter((byte) => !isSpace(byte)));
  try {
    if (letters.length % 4 !== 0) return undefined;
    const padding = letters.at(-1) !== PAD ? 0 : letters.at(-2) !== PAD ? 1 : 2;
    const bytes = Buffer.alloc((letters.length / 4) * 3 - padding);
    let [bits, kept, to] = [0, 0, 0];
    for (const letter of letters.subarray(0, letters.length - padding)) {
      const value = BASE64_VALUES[letter] as number;
      if (value === 255) return undefined;
      bits = ((bits << 6) | value) & 0xfff;
      kept += 6;
      if (kept >= 8) bytes[to++] = (bits >> (kept -= 8)) & 0xff;
    }
    // The bits that fill up the last letter are zero: one value has one spelling.
    return (bits & ((1 << kept) - 1)) === 0 ? bytes : undefined;
  } finally {
    letters.fill(0);
  }
}

/** The bytes of hexadecimal digits, whatever their case, with white space around them; `undefined`: they are none. */
export function bytesOfHex(text: Uint8Array): Buffer<ArrayBuffer> | undefined {
  const [first, last] = [text.findIndex((byte) => !isSpace(byte)), text.findLastIndex((byte) => !isSpace(byte))];
  const digits = text.subarray(Math.max(first, 0), last + 1);
  if (digits.length === 0 || digits.length % 2 !== 0) return undefined;
  const bytes = Buffer.alloc(digits.length / 2);
  for (let to = 0; to < bytes.length; to++) {
    const [high, low] = [
      HEX_VALUES[digits[2 * to] as number] as number,
      HEX_VALUES[digits[2 * to + 1] as number] as number,
    ];
    if (high === 255 || low === 255) {
      bytes.fill(0);
      return undefined;
    }
    bytes[to] = (high << 4) | low;
  }
  return bytes;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
