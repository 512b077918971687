import { createCipheriv } from 'node:crypto';

/**
 * Makes one body and tag that AES-256-GCM accepts under two keys at once (zero IV, no additional data): the tag is
 * a polynomial in the hash key, so two blocks leave enough freedom to satisfy two equations.
 * Dodis, Grubbs, Ristenpart, Woodage, "Fast Message Franking" (CRYPTO 2018), section 3.
 */
export function bodyForTwoKeys(first: Uint8Array, second: Uint8Array): Buffer {
  const [h1, h2] = [hashKey(first), hashKey(second)];
  const [e1, e2] = [tagMask(first), tagMask(second)];
  const lengths = 256n;
  const free = 0x0123456789abcdef0123456789abcdefn;
  // block * h^3 + free * h^2 + lengths * h + mask is the tag: equal for both keys.
  const rest = times(free, square(h1) ^ square(h2)) ^ times(lengths, h1 ^ h2) ^ e1 ^ e2;
  const block = times(rest, inverse(times(square(h1), h1) ^ times(square(h2), h2)));
  const tag = times(block, times(square(h1), h1)) ^ times(free, square(h1)) ^ times(lengths, h1) ^ e1;
  return Buffer.concat([toBytes(block), toBytes(free), toBytes(tag)]);
}

function encryptBlock(key: Uint8Array, hex: string): bigint {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return BigInt(`0x${cipher.update(hex, 'hex', 'hex')}`);
}

const hashKey = (key: Uint8Array) => encryptBlock(key, '0'.repeat(32));
const tagMask = (key: Uint8Array) => encryptBlock(key, '1'.padStart(32, '0'));
const toBytes = (value: bigint) => Buffer.from(value.toString(16).padStart(32, '0'), 'hex');

/** NIST SP 800-38D section 6.3, algorithm 1: the leftmost bit is the coefficient of x^0. */
function times(x: bigint, y: bigint): bigint {
  let product = 0n;
  let shifted = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ (0xe1n << 120n) : shifted >> 1n;
  }
  return product;
}

const square = (x: bigint) => times(x, x);

/** x^(2^128 - 2), by Fermat. */
function inverse(x: bigint): bigint {
  let result = 1n << 127n;
  let power = x;
  for (let i = 1; i < 128; i++) {
    power = square(power);
    result = times(result, power);
  }
  return result;
}
