import { createPublicKey, decapsulate, encapsulate, sign, verify, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { withKeyContext } from './evp/key-handle.ts';
import { openssl } from './evp/openssl.ts';

/** Whether the parts of a private key make one key: RSA by its numbers, the others by trying it on itself. */
export function isPairOfItself(key: KeyObject): boolean {
  const type = key.asymmetricKeyType ?? '';
  if (type === 'rsa') return isSoundRsa(key);
  return type.startsWith('ml-kem') ? opensItsOwn(key) : signsForItself(key);
}

/** Primes, modulus, exponents and coefficient: OpenSSL checks all of them against each other. */
function isSoundRsa(key: KeyObject): boolean {
  return withKeyContext(key, (ctx) => {
    const isSound = openssl().EVP_PKEY_check(ctx) === 1;
    if (!isSound) openssl().ERR_clear_error();
    return isSound;
  });
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
