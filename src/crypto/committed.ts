import type { KeyObject } from 'node:crypto';
import { constantTimeEqual } from '../bytes/equal.ts';
import { openOnce, sealOnce, TAG_LENGTH } from './aead.ts';
import { deriveStep, type Label } from './kdf.ts';
import { sha256 } from './sha256.ts';

export const SALT_LENGTH = 32;
export const COMMITMENT_LENGTH = 32;

/** Why a committed message did not open. */
export type OpenFailure = 'wrong-context' | 'damaged';

/**
 * The shape that ciphertexts and wrapped secrets share: header, commitment, body, tag. The header ends in the salt.
 * One derivation binds header and aad to the message key and gives the commitment (docs/spec/ciphertext.md).
 */
export function sealCommitted(
  root: KeyObject,
  name: Label,
  header: Buffer,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const output = derive(root, name, header, aad);
  const message = Buffer.concat([header, output.subarray(32), ...sealOnce(output.subarray(0, 32), plaintext)]);
  output.fill(0);
  return message;
}

/** Undoes {@link sealCommitted}. The caller has checked the length and the fields of the header. */
export function openCommitted(
  root: KeyObject,
  name: Label,
  message: Buffer,
  headerLength: number,
  aad: Uint8Array,
): Buffer | OpenFailure {
  const bodyAt = headerLength + COMMITMENT_LENGTH;
  if (message.length < bodyAt + TAG_LENGTH) return 'damaged';
  const output = derive(root, name, message.subarray(0, headerLength), aad);
  try {
    if (!constantTimeEqual(message.subarray(headerLength, bodyAt), output.subarray(32))) return 'wrong-context';
    return openOnce(output.subarray(0, 32), message.subarray(bodyAt)) ?? 'damaged';
  } finally {
    output.fill(0);
  }
}

function derive(root: KeyObject, name: Label, header: Buffer, aad: Uint8Array): Buffer {
  const context = sha256(aad.byteLength === 0 ? header : Buffer.concat([header, aad]));
  return deriveStep(root, name, header.subarray(header.length - SALT_LENGTH), context);
}
