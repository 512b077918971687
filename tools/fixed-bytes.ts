import { createHash } from 'node:crypto';

/** Bytes for test vectors that everybody can make again: the SHA-256 of a name, repeated and cut. */
export function fixed(name: string, length: number): Buffer {
  const block = createHash('sha256').update(name).digest();
  return Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, () => block)).subarray(0, length);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
