import type { Bytes } from '../bytes/bytes.ts';
import type { DataKeyPair } from '../crypto/key-pair.ts';
import type { Random } from '../crypto/random.ts';
import type { OpenKey } from './open-key.ts';
import { encrypt, type Encrypted } from './use.ts';

/** A pair that is handed out, its private half also encrypted under a key of ours. */
export interface SealedPair extends Encrypted {
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** PKCS#8, DER. Whoever gets it wipes it. */
  readonly privateKey: Bytes<'PrivateKey'>;
}

/**
 * Encrypts the private half of a fresh pair under a symmetric key.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`
 */
export function sealPair(
  openKey: OpenKey,
  pair: DataKeyPair,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): SealedPair {
  return { ...pair, ...encrypt(openKey, pair.privateKey, aad, nowMs, random) };
}
