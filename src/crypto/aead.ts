import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Length of an AES-256-GCM tag in bytes: always this, never shorter (NIST SP 800-38D section 5.2.1.2). */
export const TAG_LENGTH = 16;

const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: TAG_LENGTH } as const;
/** For keys that are used once: see docs/spec/ciphertext.md. */
const ZERO_IV = Buffer.alloc(12);

/** Encrypts under a key that is used for this one message only. The tag stands behind the body. */
export function sealOnce(key: Uint8Array, plaintext: Uint8Array): readonly [body: Buffer, tag: Buffer] {
  const cipher = createCipheriv(CIPHER, key, ZERO_IV, OPTIONS);
  const body = cipher.update(plaintext);
  cipher.final();
  return [body, cipher.getAuthTag()];
}

/** Undoes {@link sealOnce}. `undefined` when the tag does not verify. */
export function openOnce(key: Uint8Array, bodyAndTag: Uint8Array): Buffer | undefined {
  if (bodyAndTag.byteLength < TAG_LENGTH) return undefined;
  const split = bodyAndTag.byteLength - TAG_LENGTH;
  const decipher = createDecipheriv(CIPHER, key, ZERO_IV, OPTIONS);
  decipher.setAuthTag(bodyAndTag.subarray(split));
  const plaintext = decipher.update(bodyAndTag.subarray(0, split));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}
