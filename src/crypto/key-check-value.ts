import { createHash, createHmac, createPublicKey, type KeyObject } from 'node:crypto';

/**
 * A fingerprint that the owner of material can compute at home: docs/spec/key-hierarchy.md. For a secret key 16
 * hexadecimal digits that only its owner can compute; for a pair the SHA-256 of its public key, which anybody can.
 * Only for material of full entropy.
 */
export function keyCheckValue(material: KeyObject): string {
  if (material.type === 'secret') {
    return createHmac('sha256', material).update('keystead/key-check-value/v1').digest('hex').slice(0, 16);
  }
  const publicKey = material.type === 'private' ? createPublicKey(material) : material;
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}
