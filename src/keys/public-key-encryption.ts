import {
  decryptAside,
  decryptWith as decryptHere,
  encryptTo as encryptBy,
  maxPlaintext,
  type PublicKeyEncryptionName,
} from '../crypto/public-key-encryption.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { KeyError } from './errors.ts';
import type { KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireAlgorithm, requireUsable, type Decrypted } from './use.ts';

/**
 * Encrypts to the public half of a key: a bare ciphertext, without a header. `algorithm`: its name on the AWS wire.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`, `plaintext-too-long`
 */
export function encryptTo(
  openKey: OpenKey,
  algorithm: string,
  plaintext: Buffer,
  nowMs: number,
): { readonly ciphertext: Buffer; readonly version: KeyVersion } {
  const { key } = openKey;
  const named = requirePublicKeyAlgorithm(openKey, algorithm, nowMs);
  const { version, publicKey } = openKey.publicHalf(nowMs);
  const longest = maxPlaintext(named, key.spec);
  if (plaintext.length > longest) {
    throw new KeyError('plaintext-too-long', {
      keyId: key.id,
      detail: `Algorithm ${algorithm} and key spec ${key.spec.aws} cannot encrypt data larger than ${longest} bytes.`,
    });
  }
  return { ciphertext: encryptBy(named, publicKey, plaintext), version };
}

const DECRYPT = { here: decryptHere, aside: decryptAside };

/**
 * Decrypts by the private half of a key. A promise where the key's spec decrypts aside.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`, `invalid-ciphertext`
 */
export function decryptWith(
  openKey: OpenKey,
  algorithm: string,
  ciphertext: Buffer,
  nowMs: number,
): MaybePromise<Decrypted> {
  const named = requirePublicKeyAlgorithm(openKey, algorithm, nowMs);
  const { version, material } = openKey.current(nowMs);
  const decrypting = DECRYPT[openKey.key.spec.runs](named, material, ciphertext);
  return andThen<Buffer | undefined, Decrypted>(decrypting, (plaintext) => {
    if (plaintext === undefined) throw new KeyError('invalid-ciphertext', { keyId: openKey.key.id });
    return { plaintext, version };
  });
}

function requirePublicKeyAlgorithm({ key }: OpenKey, algorithm: string, nowMs: number): PublicKeyEncryptionName {
  requireUsable(key, 'encrypt-decrypt', nowMs);
  requireAlgorithm(key, algorithm);
  return algorithm as PublicKeyEncryptionName;
}
