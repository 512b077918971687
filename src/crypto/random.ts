import { randomFillSync } from 'node:crypto';

/** Fresh random bytes: for salts and ids by this port, so that a test may choose them. */
export type Random = (length: number) => Buffer;

const POOL_LENGTH = 4096;

/**
 * A source of salts and ids that asks OpenSSL's generator for 4 KiB at a time. Bytes handed out are wiped from the
 * pool and never handed out again. Not for keys: those are drawn one by one where they are made.
 */
export function pooledRandom(): Random {
  const pool = Buffer.alloc(POOL_LENGTH);
  let used = POOL_LENGTH;
  return (length) => {
    if (length > POOL_LENGTH) return randomFillSync(Buffer.allocUnsafe(length));
    if (used + length > POOL_LENGTH) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + length));
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}
