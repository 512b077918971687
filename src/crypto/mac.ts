import { createHmac, type KeyObject } from 'node:crypto';
import { constantTimeEqual } from '../bytes/equal.ts';

/** MAC algorithms by their names on the AWS wire. */
export const MAC_ALGORITHMS = {
  HMAC_SHA_224: { hash: 'sha224', length: 28 },
  HMAC_SHA_256: { hash: 'sha256', length: 32 },
  HMAC_SHA_384: { hash: 'sha384', length: 48 },
  HMAC_SHA_512: { hash: 'sha512', length: 64 },
} as const satisfies Record<string, { readonly hash: string; readonly length: number }>;

export type MacAlgorithmName = keyof typeof MAC_ALGORITHMS;

/** The HMAC of a message (FIPS 198-1), in its full length. */
export function generateMac(algorithm: MacAlgorithmName, key: KeyObject, message: Uint8Array): Buffer {
  return createHmac(MAC_ALGORITHMS[algorithm].hash, key).update(message).digest();
}

/** Whether this is the message's MAC, whole. Takes a time that does not depend on where they differ. */
export function verifyMac(algorithm: MacAlgorithmName, key: KeyObject, message: Uint8Array, mac: Uint8Array): boolean {
  return constantTimeEqual(generateMac(algorithm, key, message), mac);
}
