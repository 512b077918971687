import type { KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { DerError, DerReader, TAG } from '../der.ts';
import { mustExist, mustSucceed } from './failure.ts';
import { withKeyContext } from './key-handle.ts';
import { openssl } from './openssl.ts';

/** Bytes that a ciphertext has beyond its plaintext at the most: two coordinates, a hash, and their DER. */
const OVERHEAD = 128;

/** GB/T 32918.4-2016 with SM3, as DER of x, y, hash and body (GM/T 0009-2012 section 7.2). */
export function sm2Encrypt(publicKey: KeyObject, plaintext: Uint8Array): Buffer {
  return withKeyContext(publicKey, (ctx) => {
    const functions = openssl();
    mustSucceed(functions.EVP_PKEY_encrypt_init(ctx), 'EVP_PKEY_encrypt_init');
    const output = Buffer.alloc(plaintext.byteLength + OVERHEAD);
    const length = new BigUint64Array([BigInt(output.length)]);
    mustSucceed(functions.EVP_PKEY_encrypt(ctx, output, length, plaintext, plaintext.byteLength), 'EVP_PKEY_encrypt');
    return output.subarray(0, Number(length[0]));
  });
}

/** `undefined` for what does not decrypt, and for every encoding but the one that encryption makes. */
export function sm2Decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Buffer | undefined {
  if (!isSm2Ciphertext(ciphertext)) return undefined;
  return withKeyContext(privateKey, (ctx) => {
    const functions = openssl();
    mustSucceed(functions.EVP_PKEY_decrypt_init(ctx), 'EVP_PKEY_decrypt_init');
    const output = Buffer.alloc(ciphertext.byteLength);
    const length = new BigUint64Array([BigInt(output.length)]);
    if (functions.EVP_PKEY_decrypt(ctx, output, length, ciphertext, ciphertext.byteLength) === 1) {
      return output.subarray(0, Number(length[0]));
    }
    functions.ERR_clear_error();
    wipe(output);
    return undefined;
  });
}

/** OpenSSL itself takes bytes behind the last value. */
function isSm2Ciphertext(bytes: Uint8Array): boolean {
  try {
    const outer = new DerReader(bytes);
    const inner = outer.inside(TAG.sequence);
    outer.end();
    inner.magnitude();
    inner.magnitude();
    const [hash, body] = [inner.value(TAG.octetString), inner.value(TAG.octetString)];
    inner.end();
    return hash.length === 32 && body.length > 0;
  } catch (cause) {
    if (cause instanceof DerError) return false;
    throw cause;
  }
}

/**
 * The x coordinate of the product of a private scalar and a peer's point on SM2's curve, which Node's own ECDH does
 * not compute. `undefined` for what is no point of the curve.
 */
export function sm2SharedSecret(scalar: Uint8Array, peerPoint: Uint8Array): Buffer | undefined {
  const functions = openssl();
  const key = mustExist(functions.EC_KEY_new_by_curve_name(functions.OBJ_txt2nid('SM2')), 'EC_KEY_new_by_curve_name');
  try {
    mustSucceed(functions.EC_KEY_oct2priv(key, scalar, scalar.byteLength), 'EC_KEY_oct2priv');
    const group = functions.EC_KEY_get0_group(key);
    const point = mustExist(functions.EC_POINT_new(group), 'EC_POINT_new');
    try {
      // It refuses points off the curve; the cofactor is 1.
      if (functions.EC_POINT_oct2point(group, point, peerPoint, peerPoint.byteLength, null) !== 1) {
        functions.ERR_clear_error();
        return undefined;
      }
      const secret = Buffer.alloc(scalar.byteLength);
      const length = functions.ECDH_compute_key(secret, secret.length, point, key, null);
      if (length === secret.length) return secret;
      functions.ERR_clear_error();
      return undefined;
    } finally {
      functions.EC_POINT_free(point);
    }
  } finally {
    functions.EC_KEY_free(key);
  }
}
