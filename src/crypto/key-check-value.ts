import { createHmac, type KeyObject } from 'node:crypto';

/**
 * A fingerprint that the owner of symmetric material can compute at home: docs/spec/key-hierarchy.md. 16 hexadecimal
 * digits. Only for material of full entropy.
 */
export function keyCheckValue(material: KeyObject): string {
  return createHmac('sha256', material).update('keystead/key-check-value/v1').digest('hex').slice(0, 16);
}
