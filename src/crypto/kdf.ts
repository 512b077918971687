import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const COUNTER = Buffer.from([0, 0, 0, 1]);

/** The constant end of a derivation: how many bits it gives. */
function bitLength(bits: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(bits);
  return bytes;
}

const L512 = bitLength(512);
const L256 = bitLength(256);

/** A label as it stands in a derivation: its ASCII bytes and the separating zero byte. Made once, at start. */
export type Label = Buffer & { readonly label: unique symbol };

export function label(text: string): Label {
  return Buffer.concat([COUNTER, Buffer.from(`${text}\0`, 'ascii')]) as Label;
}

/** 64 bytes by one step of NIST SP 800-108r1 section 4.1, counter mode, PRF HMAC-SHA-512. */
export function deriveStep(root: KeyObject, name: Label, ...context: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha512', root).update(name);
  for (const part of context) mac.update(part);
  return mac.update(L512).digest();
}

/** A 256-bit key of its own for one use of a root key: the same step with an empty context, cut to 32 bytes. */
export function deriveKey(root: KeyObject, name: Label): KeyObject {
  const output = createHmac('sha512', root).update(name).update(L256).digest();
  const key = createSecretKey(output.subarray(0, 32));
  output.fill(0);
  return key;
}
