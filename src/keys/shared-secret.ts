import type { Bytes } from '../bytes/bytes.ts';
import { decapsulate as decapsulateBy, encapsulate as encapsulateTo } from '../crypto/encapsulation.ts';
import { deriveSharedSecret as agreeHere, deriveSharedSecretAside } from '../crypto/key-agreement.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { KeyError } from './errors.ts';
import type { KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireAlgorithm, requireUsable } from './use.ts';

/** A secret that a key shares with somebody. Whoever gets it wipes it. */
export interface Shared {
  readonly sharedSecret: Bytes<'SharedSecret'>;
  readonly version: KeyVersion;
}

const AGREE = { here: agreeHere, aside: deriveSharedSecretAside };

/**
 * Agrees on a secret with the owner of a public key (SPKI, DER) on the same curve: the x coordinate, as it is.
 * A promise where the key's spec
 * agrees aside. `algorithm`: its name on the AWS wire, as below.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`, `invalid-public-key`
 */
export function deriveSharedSecret(
  openKey: OpenKey,
  algorithm: string,
  peer: Buffer,
  nowMs: number,
): MaybePromise<Shared> {
  const { key } = openKey;
  requireUsable(key, 'key-agreement', nowMs);
  requireAlgorithm(key, algorithm);
  const { version, material } = openKey.current(nowMs);
  const agreeing = AGREE[key.spec.runs](key.spec, material, peer);
  return andThen<Bytes<'SharedSecret'> | undefined, Shared>(agreeing, (sharedSecret) => {
    if (sharedSecret === undefined) throw new KeyError('invalid-public-key', { keyId: key.id });
    return { sharedSecret, version };
  });
}

/**
 * Makes a secret and encapsulates it for the key.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`
 */
export function encapsulate(
  openKey: OpenKey,
  algorithm: string,
  nowMs: number,
): Shared & { readonly ciphertext: Buffer } {
  requireUsable(openKey.key, 'encapsulate-decapsulate', nowMs);
  requireAlgorithm(openKey.key, algorithm);
  const { version, publicKey } = openKey.publicHalf(nowMs);
  return { ...encapsulateTo(publicKey), version };
}

/**
 * Opens what {@link encapsulate} made. A ciphertext that was not made for the key gives a secret that nobody has
 * (FIPS 203, implicit rejection): only its length can be wrong.
 *
 * @throws {KeyError} as {@link encapsulate}; `invalid-ciphertext`
 */
export function decapsulate(openKey: OpenKey, algorithm: string, ciphertext: Buffer, nowMs: number): Shared {
  const { key } = openKey;
  requireUsable(key, 'encapsulate-decapsulate', nowMs);
  requireAlgorithm(key, algorithm);
  const { version, material } = openKey.current(nowMs);
  const sharedSecret = decapsulateBy(key.spec, material, ciphertext);
  if (sharedSecret === undefined) throw new KeyError('invalid-ciphertext', { keyId: key.id, detail: 'wrong-length' });
  return { sharedSecret, version };
}
