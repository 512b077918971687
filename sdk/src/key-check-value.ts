const LABEL = 'keystead/key-check-value/v1';

/**
 * The fingerprint of symmetric material, computed where the material is: 16 hexadecimal digits, to be compared with
 * what the server shows for the imported key (docs/spec/key-hierarchy.md, "Key check value").
 */
export async function keyCheckValue(material: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', material, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = new Uint8Array(await subtle.sign('HMAC', key, new TextEncoder().encode(LABEL)));
  return [...mac.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
