import { createPublicKey, decapsulate, encapsulate, sign, verify, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { atMost } from './at-most.ts';
import { EvpError, mustExist } from './evp/failure.ts';
import { evpKey } from './evp/key-handle.ts';
import { openssl } from './evp/openssl.ts';

/** The threads that check keys also serve everybody's files: half of them at the most. */
const turn = atMost(2);

/**
 * Whether primes, modulus, exponents and coefficient of an RSA key belong together: OpenSSL checks all of them, off the
 * event loop, for a quarter of a second with the largest keys.
 *
 * @throws {OpenSslUnreachable}
 */
export function isSoundRsa(key: KeyObject): Promise<boolean> {
  return turn(() => check(key));
}

function check(key: KeyObject): Promise<boolean> {
  const functions = openssl();
  const ctx = mustExist(functions.EVP_PKEY_CTX_new(evpKey(key), null), 'EVP_PKEY_CTX_new');
  return new Promise((resolve, reject) => {
    functions.EVP_PKEY_check.async(ctx, (error, result) => {
      functions.EVP_PKEY_CTX_free(ctx);
      if (error) reject(new EvpError('OpenSSL: EVP_PKEY_check failed', { cause: error }));
      else resolve(result === 1);
    });
  });
}

/** Whether an expanded module-lattice key does for its own public key what it is for. */
export function servesItself(key: KeyObject): boolean {
  return key.asymmetricKeyType?.startsWith('ml-kem') === true ? opensItsOwn(key) : signsForItself(key);
}

function opensItsOwn(key: KeyObject): boolean {
  const { sharedKey, ciphertext } = encapsulate(createPublicKey(key));
  const opened = decapsulate(key, ciphertext);
  const isSame = constantTimeEqual(sharedKey, opened);
  wipe(sharedKey, opened);
  return isSame;
}

const PROBE = Buffer.from('keystead');

function signsForItself(key: KeyObject): boolean {
  return verify(null, PROBE, createPublicKey(key), sign(null, PROBE, key));
}
