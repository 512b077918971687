import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { CliError } from './errors.ts';
import { secretMaterial, secretLength } from './secret-material.ts';

/** RFC 5649 section 3: the first half of the alternative initial value. */
const AES_KWP_IV = Buffer.from('A65959A6', 'hex');
/** The way of wrapping that any material fits. */
export const ANY_LENGTH = { wrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256', wrappingKeySpec: 'RSA_4096' } as const;

/**
 * Material as an import takes it: the bytes of a secret key, PKCS#8 in DER of a pair, whatever form its file has. The
 * file's bytes are wiped where they are not the material themselves.
 *
 * @throws {CliError} `unreadable-material`
 */
export function importable(file: Buffer<ArrayBuffer>, spec: string): Buffer {
  if (secretLength(spec) !== undefined) return secretMaterial(file, spec);
  try {
    return privateKeyOf(file).export({ format: 'der', type: 'pkcs8' });
  } catch {
    throw new CliError(
      'failed',
      'unreadable-material',
      'the file holds no private key that can be read',
      'Name a file with the private key in PEM, or in DER as PKCS#8.',
    );
  } finally {
    file.fill(0);
  }
}

function privateKeyOf(file: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: file, format: 'pem' });
  } catch {
    return createPrivateKey({ key: file, format: 'der', type: 'pkcs8' });
  }
}

/** Wraps by {@link ANY_LENGTH}: RSA-OAEP carries an AES key that is used once, which carries the material by AES-KWP. */
export function wrapAnyLength(material: Uint8Array, publicKey: string): Buffer {
  const once = randomBytes(32);
  try {
    const cipher = createCipheriv('id-aes256-wrap-pad', once, AES_KWP_IV);
    return Buffer.concat([wrapShort(once, publicKey), cipher.update(material), cipher.final()]);
  } finally {
    once.fill(0);
  }
}

/** RSAES-OAEP with SHA-256: for material that fits into one block. `publicKey` is SPKI in DER, in base64. */
export function wrapShort(material: Uint8Array, publicKey: string): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material);
}

const GCM = { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' } as const;

/**
 * The nonce of an import token under the material itself, which proves that its sender has read the token: AES-GCM, the
 * tag behind the body.
 *
 * @throws {CliError} `unreadable-material`: not of 16, 24 or 32 bytes
 */
export function encryptNonce(material: Uint8Array, nonce: Uint8Array): { readonly iv: Buffer; readonly body: Buffer } {
  const name = Object.entries(GCM).find(([length]) => Number(length) === material.byteLength)?.[1];
  if (name === undefined)
    throw new CliError(
      'failed',
      'unreadable-material',
      `the material has ${material.byteLength} bytes`,
      'Name a file with the raw bytes of an AES key: 16, 24 or 32 of them.',
    );
  const iv = randomBytes(12);
  const cipher = createCipheriv(name, material, iv);
  const body = Buffer.concat([cipher.update(nonce), cipher.final(), cipher.getAuthTag()]);
  return { iv, body };
}
