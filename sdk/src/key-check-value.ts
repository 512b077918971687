const LABEL = 'keystead/key-check-value/v1';

/**
 * The fingerprint of a secret key, computed where the material is: 16 hexadecimal digits, to be compared with what the
 * server shows for the imported key (docs/spec/key-hierarchy.md, "Key check value").
 */
export async function keyCheckValue(material: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', material, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await subtle.sign('HMAC', key, new TextEncoder().encode(LABEL));
  return hexOf(mac).slice(0, 16);
}

/**
 * The fingerprint of a key pair: 64 hexadecimal digits, the SHA-256 of its public key (docs/spec/key-specs.md, "Key
 * check value").
 *
 * @param publicKey SubjectPublicKeyInfo, DER
 */
export async function publicKeyCheckValue(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(await globalThis.crypto.subtle.digest('SHA-256', publicKey));
}

function hexOf(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
