import { createDecipheriv, createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { wipe } from '../bytes/bytes.ts';
import { keySpec } from './key-spec.ts';
import { oaepDecrypt, oaepDecryptAside } from './oaep.ts';
import { decryptWith } from './public-key-encryption.ts';

/** How imported material may be encrypted on its way. One row per algorithm of the wire. */
type WrappingAlgorithm = RsaWrapping | Sm2Wrapping;

interface RsaWrapping {
  readonly keys: 'rsa';
  readonly oaepHash: 'sha1' | 'sha256';
  /** MGF1 hashes that are tried in turn: Java clients send SHA-256 with MGF1-SHA-1 unless told otherwise. */
  readonly mgf1Hashes: readonly ('sha1' | 'sha256')[];
  /** Whether RSA carries an AES key, and that key carries the material by AES-KWP (RFC 5649). */
  readonly twoSteps: boolean;
}

interface Sm2Wrapping {
  readonly keys: 'sm2';
}

export const WRAPPING_ALGORITHMS = {
  RSAES_OAEP_SHA_1: { keys: 'rsa', oaepHash: 'sha1', mgf1Hashes: ['sha1'], twoSteps: false },
  RSAES_OAEP_SHA_256: { keys: 'rsa', oaepHash: 'sha256', mgf1Hashes: ['sha256', 'sha1'], twoSteps: false },
  RSA_AES_KEY_WRAP_SHA_1: { keys: 'rsa', oaepHash: 'sha1', mgf1Hashes: ['sha1'], twoSteps: true },
  RSA_AES_KEY_WRAP_SHA_256: { keys: 'rsa', oaepHash: 'sha256', mgf1Hashes: ['sha256', 'sha1'], twoSteps: true },
  SM2PKE: { keys: 'sm2' },
} as const satisfies Record<string, WrappingAlgorithm>;

export type WrappingAlgorithmName = keyof typeof WRAPPING_ALGORITHMS;

/** Wrapping keys by their names on the wire. Lengths are in bits. */
export const WRAPPING_KEY_SPECS = {
  RSA_2048: { keys: 'rsa', modulusLength: 2048 },
  RSA_3072: { keys: 'rsa', modulusLength: 3072 },
  RSA_4096: { keys: 'rsa', modulusLength: 4096 },
  SM2: { keys: 'sm2' },
} as const satisfies Record<string, { readonly keys: WrappingAlgorithm['keys']; readonly modulusLength?: number }>;

export type WrappingKeySpec = keyof typeof WRAPPING_KEY_SPECS;

/** Whether keys of this spec serve this algorithm. */
export function servesWrapping(spec: WrappingKeySpec, algorithm: WrappingAlgorithmName): boolean {
  return WRAPPING_KEY_SPECS[spec].keys === WRAPPING_ALGORITHMS[algorithm].keys;
}

export interface WrappingKeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/** Makes a wrapping key. RSA is made on OpenSSL's threads, never on the event loop. */
export async function generateWrappingKey(spec: WrappingKeySpec): Promise<WrappingKeyPair> {
  const row = WRAPPING_KEY_SPECS[spec];
  if (row.keys === 'rsa') return generate('rsa', { modulusLength: row.modulusLength });
  return generateKeyPairSync('ec', { namedCurve: 'SM2' });
}

const OAEP = { here: oaepDecrypt, aside: oaepDecryptAside };

/**
 * Decrypts imported material. `undefined` when it does not decrypt: the caller cannot tell which step failed. A promise
 * where RSA keys of the wrapping key's size run aside; the wrapping key has been read when this returns.
 *
 * @param privateKeyDer PKCS#8 DER of the wrapping key
 */
export function unwrapImported(
  name: WrappingAlgorithmName,
  privateKeyDer: Buffer,
  encrypted: Uint8Array,
): Buffer | undefined | Promise<Buffer | undefined> {
  const algorithm: WrappingAlgorithm = WRAPPING_ALGORITHMS[name];
  const key = createPrivateKey({ key: privateKeyDer, format: 'der', type: 'pkcs8' });
  if (algorithm.keys === 'sm2') return decryptWith('SM2PKE', key, encrypted);
  const { mgf1Hashes, oaepHash } = algorithm;
  const modulusLength = modulusLengthOf(key);
  const decrypt = OAEP[keySpec(`rsa-${modulusLength * 8}`)?.runs ?? 'aside'];
  if (!algorithm.twoSteps) return decrypt(key, encrypted, oaepHash, mgf1Hashes);

  if (encrypted.byteLength <= modulusLength) return undefined;
  const decrypted = decrypt(key, encrypted.subarray(0, modulusLength), oaepHash, mgf1Hashes);
  const wrapped = encrypted.subarray(modulusLength);
  return decrypted instanceof Promise
    ? decrypted.then((aesKey) => unwrapBy(aesKey, wrapped))
    : unwrapBy(decrypted, wrapped);
}

/** The second step, by the key that the first one gave, which is wiped. */
function unwrapBy(aesKey: Buffer | undefined, wrapped: Uint8Array): Buffer | undefined {
  if (aesKey === undefined) return undefined;
  try {
    return unwrapPadded(aesKey, wrapped);
  } finally {
    wipe(aesKey);
  }
}

/** In bytes. */
function modulusLengthOf(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}

/** RFC 5649 section 3. OpenSSL checks the integrity value and the padding. */
function unwrapPadded(aesKey: Buffer, wrapped: Uint8Array): Buffer | undefined {
  // The shortest wrapped form is two semiblocks, and every form is whole semiblocks.
  if (![16, 24, 32].includes(aesKey.length) || wrapped.byteLength < 16 || wrapped.byteLength % 8 !== 0)
    return undefined;
  try {
    const decipher = createDecipheriv(`id-aes${aesKey.length * 8}-wrap-pad`, aesKey, Buffer.from('a65959a6', 'hex'));
    // This mode decrypts whole messages only: update gives everything, final has nothing left to give.
    const material = decipher.update(wrapped);
    decipher.final();
    return material;
  } catch {
    return undefined;
  }
}
