import { der, derInteger, DerError, DerReader, TAG } from './der.ts';
import type { KeyPairShape } from './key-spec.ts';
import { smallInteger, writePrivateKeyInfo } from './pkcs8.ts';

export const ID_RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

/** RSAPrivateKey of RFC 8017 appendix A.1.2: positive integers without leading zeros. Views. */
export interface RsaPrivateKey {
  readonly n: Buffer;
  readonly e: Buffer;
  readonly d: Buffer;
  readonly p: Buffer;
  readonly q: Buffer;
  readonly dp: Buffer;
  readonly dq: Buffer;
  readonly qInverse: Buffer;
}

/** @throws {DerError} also for keys of more than two primes */
export function readRsaPrivateKey(bytes: Uint8Array): RsaPrivateKey {
  const outer = new DerReader(bytes);
  const key = outer.inside(TAG.sequence);
  outer.end();
  if (smallInteger(key) !== 0) throw new DerError('an RSA key of more than two primes');
  const [n, e, d, p] = [key.magnitude(), key.magnitude(), key.magnitude(), key.magnitude()];
  const [q, dp, dq, qInverse] = [key.magnitude(), key.magnitude(), key.magnitude(), key.magnitude()];
  key.end();
  return { n, e, d, p, q, dp, dq, qInverse };
}

/** Material of an RSA key: PKCS#8, DER. */
export function writeRsaPrivateKey({ n, e, d, p, q, dp, dq, qInverse }: RsaPrivateKey): Buffer {
  const integers = [n, e, d, p, q, dp, dq, qInverse].map(derInteger);
  return writePrivateKeyInfo(
    ID_RSA_ENCRYPTION,
    [der(TAG.null)],
    der(TAG.sequence, derInteger(Buffer.alloc(0)), ...integers),
  );
}

/** Primes must differ by more than this fraction of their size, as a power of two: FIPS 186-5 section A.1.3. */
const CLOSE_BITS = 100n;
/** So many first bytes tell: what follows them makes less than 1 of a difference. */
const LEADING_BYTES = 13;

/** What is wrong with the sizes of a key, which OpenSSL takes in many. FIPS 186-5 section 5.1 and appendix A.1.1. */
export function rsaProblem(shape: Extract<KeyPairShape, { type: 'rsa' }>, key: RsaPrivateKey) {
  const { modulusLength } = shape;
  if (bitLength(key.n) !== modulusLength) {
    return { code: 'other-spec', says: `the modulus has ${bitLength(key.n)} bits, not ${modulusLength}` } as const;
  }
  const isOdd = ((key.e.at(-1) ?? 0) & 1) === 1;
  // OpenSSL itself goes no further than 64 bits with a large modulus.
  if (!isOdd || bitLength(key.e) < 17 || bitLength(key.e) > 64) {
    return { code: 'unsound', says: 'the public exponent is not odd and from 65537 to 64 bits' } as const;
  }
  const half = modulusLength / 2;
  if (bitLength(key.p) !== half || bitLength(key.q) !== half) {
    return { code: 'unsound', says: `the two primes are not of ${half} bits each` } as const;
  }
  if (areClose(key.p, key.q)) {
    return { code: 'unsound', says: 'the two primes are too close to each other' } as const;
  }
  if (bitLength(key.d) <= half || key.d.length > key.n.length) {
    return { code: 'unsound', says: 'the private exponent is out of range' } as const;
  }
  return undefined;
}

/** Whether two primes of one size can be found from their product, because each is near to its square root. */
function areClose(p: Buffer, q: Buffer): boolean {
  const [a, b] = [leading(p), leading(q)];
  const distance = a > b ? a - b : b - a;
  return distance <= 1n << (8n * BigInt(LEADING_BYTES) - CLOSE_BITS);
}

function leading(magnitude: Buffer): bigint {
  return BigInt(`0x${magnitude.toString('hex', 0, LEADING_BYTES)}`);
}

function bitLength(magnitude: Buffer): number {
  const first = magnitude[0];
  return first === undefined ? 0 : magnitude.length * 8 - (Math.clz32(first) - 24);
}
