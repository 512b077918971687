import { createDecipheriv, type CipherGCMTypes } from 'node:crypto';

const TAG_LENGTH = 16;
const IV_LENGTH = 12;
const CIPHERS: Readonly<Record<number, CipherGCMTypes>> = { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' };

/**
 * Opens a nonce that the sender of key material encrypted under that material itself, to prove that it has it and means
 * this import: AES-GCM without additional data, the tag behind the body
 * (https://cloud.ibm.com/docs/key-protect?topic=key-protect-tutorial-import-keys). `undefined` where it does not open,
 * and for material or an initialization vector of a length that AES-GCM does not have here.
 *
 * @param material 16, 24 or 32 bytes
 * @param iv 12 bytes
 */
export function openImportNonce(material: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Buffer | undefined {
  const cipher = CIPHERS[material.byteLength];
  if (cipher === undefined || iv.byteLength !== IV_LENGTH || encrypted.byteLength < TAG_LENGTH) return undefined;
  const split = encrypted.byteLength - TAG_LENGTH;
  // Node takes shorter tags where their length is not pinned.
  const decipher = createDecipheriv(cipher, material, iv, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(encrypted.subarray(split));
  const nonce = decipher.update(encrypted.subarray(0, split));
  try {
    decipher.final();
    return nonce;
  } catch {
    nonce.fill(0);
    return undefined;
  }
}
