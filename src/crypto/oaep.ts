import { constants, privateDecrypt, type KeyObject } from 'node:crypto';
import { oaepDecryptByEvp, type OaepHash } from './evp/oaep.ts';
import { isOpenSslReachable } from './evp/openssl.ts';

/**
 * RSAES-OAEP decryption without a label (RFC 8017 section 7.1.2). `undefined` for what does not decrypt. The caller
 * wipes what it gets.
 *
 * @param mgf1Hashes hashes of the mask generation function, tried in turn
 */
export function oaepDecrypt(
  key: KeyObject,
  ciphertext: Uint8Array,
  hash: OaepHash,
  mgf1Hashes: readonly OaepHash[],
): Buffer | undefined {
  // Step 1b. OpenSSL takes a shorter input for one with leading zeros.
  if (ciphertext.byteLength * 8 !== key.asymmetricKeyDetails?.modulusLength) return undefined;
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  for (const mgf1Hash of mgf1Hashes) {
    try {
      return privateDecrypt(
        { key, padding, oaepHash: hash, mgf1Hash } as Parameters<typeof privateDecrypt>[0],
        ciphertext,
      );
    } catch {
      // Not encrypted in this way: the next one, if any, decides.
    }
  }
  return undefined;
}

/**
 * The same on a thread of the runtime's pool; here where OpenSSL's own functions cannot be called, since Node has no
 * asynchronous form of it. The ciphertext is left alone until then.
 */
export async function oaepDecryptAside(...args: Parameters<typeof oaepDecrypt>): Promise<Buffer | undefined> {
  return isOpenSslReachable() ? oaepDecryptByEvp(...args) : oaepDecrypt(...args);
}
