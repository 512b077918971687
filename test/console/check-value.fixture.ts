import { createHmac } from 'node:crypto';

/** The check value of secret material by its specification alone: docs/spec/key-hierarchy.md. */
export function keyCheckValueOf(material: Uint8Array): string {
  return createHmac('sha256', material).update('keystead/key-check-value/v1').digest('hex').slice(0, 16);
}
