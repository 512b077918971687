import { createPublicKey, type KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { DerReader, TAG } from '../der.ts';
import { aside } from '../aside.ts';
import { EvpError, mustExist, mustSucceed } from './failure.ts';
import { evpKey } from './key-handle.ts';
import { offLoop } from './off-loop.ts';
import { openssl, type Pointer } from './openssl.ts';

export type OaepHash = 'sha1' | 'sha256';

const moduli = new WeakMap<KeyObject, Buffer>();

/** Big-endian, without leading zeros. */
function modulusOf(key: KeyObject): Buffer {
  const known = moduli.get(key);
  if (known !== undefined) return known;
  // RFC 8017 appendix A.1.1: the modulus comes first.
  const encoded = createPublicKey(key).export({ format: 'der', type: 'pkcs1' });
  const modulus = new DerReader(encoded).inside(TAG.sequence).magnitude();
  moduli.set(key, modulus);
  return modulus;
}

/**
 * RSAES-OAEP decryption without a label (RFC 8017 section 7.1.2), its private-key operation on a thread. `undefined`
 * for what does not decrypt.
 *
 * @param mgf1Hashes hashes of the mask generation function, tried in turn: the private-key operation is done once
 */
export async function oaepDecryptByEvp(
  key: KeyObject,
  ciphertext: Uint8Array,
  hash: OaepHash,
  mgf1Hashes: readonly OaepHash[],
): Promise<Buffer | undefined> {
  const modulus = modulusOf(key);
  // Steps 1b and 2b: of the length of the modulus and less than it. So nothing fails on the thread.
  if (ciphertext.byteLength !== modulus.length || Buffer.compare(ciphertext, modulus) >= 0) return undefined;
  const encoded = await aside(() => rsaDecrypt(key, ciphertext, modulus.length), key);
  try {
    for (const mgf1Hash of mgf1Hashes) {
      const plaintext = unpad(encoded, hash, mgf1Hash);
      if (plaintext !== undefined) return plaintext;
    }
    return undefined;
  } finally {
    wipe(encoded);
  }
}

/** RSADP (section 5.1.2), blinded by OpenSSL: the encoded message, as long as the modulus. */
async function rsaDecrypt(key: KeyObject, ciphertext: Uint8Array, length: number): Promise<Buffer> {
  const functions = openssl();
  const ctx = mustExist(functions.EVP_PKEY_CTX_new(evpKey(key), null), 'EVP_PKEY_CTX_new');
  try {
    mustSucceed(functions.EVP_PKEY_decrypt_init(ctx), 'EVP_PKEY_decrypt_init');
    mustSucceed(functions.EVP_PKEY_CTX_ctrl_str(ctx, 'rsa_padding_mode', 'none'), 'rsa_padding_mode');
    const encoded = Buffer.alloc(length);
    const room = new BigUint64Array([BigInt(length)]);
    const { EVP_PKEY_decrypt: call } = functions;
    const result = await offLoop('EVP_PKEY_decrypt', call, key, ctx, encoded, room, ciphertext, ciphertext.byteLength);
    if (result === 1 && Number(room[0]) === length) return encoded;
    wipe(encoded);
    throw new EvpError('OpenSSL: EVP_PKEY_decrypt failed');
  } finally {
    functions.EVP_PKEY_CTX_free(ctx);
  }
}

function digestOf(name: OaepHash): Pointer {
  return mustExist(openssl().EVP_get_digestbyname(name), 'EVP_get_digestbyname');
}

/** EME-OAEP decoding (step 3), which OpenSSL does in constant time; it tells only whether it went well. */
function unpad(encoded: Buffer, hash: OaepHash, mgf1Hash: OaepHash): Buffer | undefined {
  const functions = openssl();
  const [md, mgf1Md] = [digestOf(hash), digestOf(mgf1Hash)];
  const { length } = encoded;
  const plaintext = Buffer.alloc(length);
  const found = functions.RSA_padding_check_PKCS1_OAEP_mgf1(
    plaintext,
    length,
    encoded,
    length,
    length,
    null,
    0,
    md,
    mgf1Md,
  );
  if (found >= 0) return plaintext.subarray(0, found);
  functions.ERR_clear_error();
  wipe(plaintext);
  return undefined;
}
