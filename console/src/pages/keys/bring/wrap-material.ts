const { subtle } = globalThis.crypto;

/**
 * Wraps material under a wrapping key: RSAES-OAEP with SHA-256 for the hash and MGF1, and an empty label (RFC 8017
 * section 7.1.1).
 *
 * @param publicKey SubjectPublicKeyInfo, DER, in base64
 * @returns base64
 */
export async function wrapMaterial(material: Uint8Array<ArrayBuffer>, publicKey: string): Promise<string> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const key = await subtle.importKey('spki', Uint8Array.fromBase64(publicKey), algorithm, false, ['encrypt']);
  return new Uint8Array(await subtle.encrypt(algorithm, key, material)).toBase64();
}

const IV_LENGTH = 12;

/**
 * Encrypts the nonce of an import token under the material itself, by AES-GCM with a tag of 16 bytes behind it: the
 * proof that who sends the material has read the token (docs/spec/import-token.md).
 *
 * @param nonce base64
 * @returns both in base64
 */
export async function sealNonce(
  material: Uint8Array<ArrayBuffer>,
  nonce: string,
): Promise<{ readonly encryptedNonce: string; readonly iv: string }> {
  const key = await subtle.importKey('raw', material, 'AES-GCM', false, ['encrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, tagLength: 128 }, key, Uint8Array.fromBase64(nonce));
  return { encryptedNonce: new Uint8Array(sealed).toBase64(), iv: iv.toBase64() };
}
