import { decapsulate as open, encapsulate as seal, type KeyObject } from 'node:crypto';
import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import type { KeySpecRow } from './key-spec.ts';

export type SharedSecret = Bytes<'SharedSecret'>;

export interface Encapsulated {
  /** 32 bytes. The caller wipes them once they are handed out. */
  readonly sharedSecret: SharedSecret;
  readonly ciphertext: Buffer;
}

/** ML-KEM: a fresh shared secret, and its form that only the private key opens. FIPS 203 section 7.2. */
export function encapsulate(publicKey: KeyObject): Encapsulated {
  const { sharedKey, ciphertext } = seal(publicKey);
  return { sharedSecret: bytesOf(sharedKey), ciphertext };
}

/**
 * ML-KEM: the shared secret of a ciphertext, 32 bytes. FIPS 203 section 7.3: a ciphertext that was not made for this
 * key gives a secret that nobody else knows, and no error. `undefined` for a wrong length alone.
 */
export function decapsulate(spec: KeySpecRow, privateKey: KeyObject, ciphertext: Uint8Array): SharedSecret | undefined {
  if (spec.pair?.type !== 'module-lattice' || spec.pair.ciphertextLength === undefined) {
    throw new TypeError(`keys of spec ${spec.name} do not encapsulate`);
  }
  return ciphertext.byteLength === spec.pair.ciphertextLength ? bytesOf(open(privateKey, ciphertext)) : undefined;
}
