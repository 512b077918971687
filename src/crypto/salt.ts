import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

let hedgeKey: KeyObject | undefined;

/**
 * A salt that differs for different plaintexts even if `random` (32 bytes) repeats: a resumed or forked machine
 * then does not use one message key twice.
 */
export function hedgedSalt(random: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  hedgeKey ??= createSecretKey(randomBytes(32));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(aad.byteLength);
  const salt = createHmac('sha256', hedgeKey)
    .update(Buffer.concat([random, length, aad]))
    .update(plaintext)
    .digest('binary');
  // By way of a string, like sha256: a salt is no secret.
  return Buffer.from(salt, 'latin1');
}
