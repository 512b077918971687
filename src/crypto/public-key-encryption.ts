import { constants, publicEncrypt, type KeyObject } from 'node:crypto';
import { EvpError } from './evp/failure.ts';
import { OpenSslUnreachable } from './evp/openssl.ts';
import { sm2Decrypt, sm2Encrypt } from './evp/sm2.ts';
import type { KeySpecRow } from './key-spec.ts';
import { oaepDecrypt, oaepDecryptAside } from './oaep.ts';

interface PublicKeyEncryption {
  readonly families: readonly KeySpecRow['family'][];
  /** Longest plaintext in bytes. */
  maxPlaintext(spec: KeySpecRow): number;
  encrypt(publicKey: KeyObject, plaintext: Uint8Array): Buffer;
  /** Undefined or thrown: it does not decrypt. */
  decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Buffer | undefined;
  /** The same on a thread. Undefined: no key of its families takes long. */
  decryptAside?(privateKey: KeyObject, ciphertext: Uint8Array): Promise<Buffer | undefined>;
}

/** RFC 8017 section 7.1, with MGF1 by the same hash and no label. */
function oaep(oaepHash: 'sha1' | 'sha256', hashLength: number): PublicKeyEncryption {
  const options = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
  return {
    families: ['rsa'],
    maxPlaintext: ({ pair }) => (pair?.type === 'rsa' ? pair.modulusLength / 8 - 2 * hashLength - 2 : 0),
    encrypt: (key, plaintext) => publicEncrypt({ key, ...options }, plaintext),
    decrypt: (key, ciphertext) => oaepDecrypt(key, ciphertext, oaepHash, [oaepHash]),
    decryptAside: (key, ciphertext) => oaepDecryptAside(key, ciphertext, oaepHash, [oaepHash]),
  };
}

/** Public-key encryption by its names on the AWS wire. */
const PUBLIC_KEY_ENCRYPTION = {
  RSAES_OAEP_SHA_1: oaep('sha1', 20),
  RSAES_OAEP_SHA_256: oaep('sha256', 32),
  SM2PKE: { families: ['sm2'], maxPlaintext: () => 1024, encrypt: sm2Encrypt, decrypt: sm2Decrypt },
} as const satisfies Record<string, PublicKeyEncryption>;

export type PublicKeyEncryptionName = keyof typeof PUBLIC_KEY_ENCRYPTION;

/** Longest plaintext that the algorithm takes with a key of this spec, in bytes. */
export function maxPlaintext(algorithm: PublicKeyEncryptionName, spec: KeySpecRow): number {
  return PUBLIC_KEY_ENCRYPTION[algorithm].maxPlaintext(spec);
}

/** Encrypts 1 byte to {@link maxPlaintext} bytes. */
export function encryptTo(algorithm: PublicKeyEncryptionName, publicKey: KeyObject, plaintext: Uint8Array): Buffer {
  return PUBLIC_KEY_ENCRYPTION[algorithm].encrypt(publicKey, plaintext);
}

/**
 * The plaintext; `undefined` for whatever does not decrypt, without saying why. The caller wipes it.
 *
 * @throws {OpenSslUnreachable} for SM2PKE, where OpenSSL's own functions cannot be called
 */
export function decryptWith(
  algorithm: PublicKeyEncryptionName,
  privateKey: KeyObject,
  ciphertext: Uint8Array,
): Buffer | undefined {
  try {
    return PUBLIC_KEY_ENCRYPTION[algorithm].decrypt(privateKey, ciphertext);
  } catch (cause) {
    // What is wrong with the server is not wrong with the ciphertext.
    if (cause instanceof OpenSslUnreachable || cause instanceof EvpError) throw cause;
    return undefined;
  }
}

/**
 * The same on a thread of the runtime's pool, for keys whose spec asks for it. The ciphertext is left alone until then.
 */
export async function decryptAside(
  algorithm: PublicKeyEncryptionName,
  privateKey: KeyObject,
  ciphertext: Uint8Array,
): Promise<Buffer | undefined> {
  const row: PublicKeyEncryption = PUBLIC_KEY_ENCRYPTION[algorithm];
  if (row.decryptAside === undefined) throw new TypeError(`${algorithm} decrypts at once`);
  return row.decryptAside(privateKey, ciphertext);
}
