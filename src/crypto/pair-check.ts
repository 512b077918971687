import { createPublicKey, decapsulate, encapsulate, sign, verify, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { longAside } from './aside.ts';
import { mustExist } from './evp/failure.ts';
import { evpKey } from './evp/key-handle.ts';
import { offLoop } from './evp/off-loop.ts';
import { openssl } from './evp/openssl.ts';

/**
 * Whether primes, modulus, exponents and coefficient of an RSA key belong together: OpenSSL checks all of them, off the
 * event loop, for a quarter of a second with the largest keys.
 *
 * @throws {OpenSslUnreachable}
 */
export function isSoundRsa(key: KeyObject): Promise<boolean> {
  return longAside(async () => {
    const functions = openssl();
    const ctx = mustExist(functions.EVP_PKEY_CTX_new(evpKey(key), null), 'EVP_PKEY_CTX_new');
    try {
      return (await offLoop('EVP_PKEY_check', functions.EVP_PKEY_check, key, ctx)) === 1;
    } finally {
      functions.EVP_PKEY_CTX_free(ctx);
    }
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
