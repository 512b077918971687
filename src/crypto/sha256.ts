import { hash } from 'node:crypto';

/**
 * SHA-256, 32 bytes, of what is no secret. It comes by way of a string, which the runtime makes in half the time of a
 * buffer with memory of its own (0.36 against 0.7 microseconds), and which cannot be wiped.
 */
export function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}
