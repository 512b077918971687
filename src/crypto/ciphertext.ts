import type { KeyObject } from 'node:crypto';
import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import { TAG_LENGTH } from './aead.ts';
import { COMMITMENT_LENGTH, openCommitted, SALT_LENGTH, sealCommitted, type OpenFailure } from './committed.ts';
import { label, type Label } from './kdf.ts';

/** Self-describing output of a symmetric key: docs/spec/ciphertext.md. */
export type Ciphertext = Bytes<'Ciphertext'>;

/** 16 random bytes that name one key version in its ciphertexts. */
export type Handle = Bytes<'Handle'>;

export const HANDLE_LENGTH = 16;
/** Longest plaintext in bytes, as on the AWS wire. */
export const MAX_PLAINTEXT = 4096;

interface Suite {
  readonly name: string;
  readonly label: Label;
}

const MAGIC_AND_FORMAT = Buffer.from([0x4b, 0x53, 0x01]);
const MESSAGE = 0x01;
const SUITES: ReadonlyMap<number, Suite> = new Map([
  [MESSAGE, { name: 'message', label: label('keystead/ciphertext/message/v1') }],
]);

const HANDLE_AT = 4;
const SALT_AT = HANDLE_AT + HANDLE_LENGTH;
const HEADER_LENGTH = SALT_AT + SALT_LENGTH;
/** What a ciphertext is longer than its plaintext, in bytes. */
export const OVERHEAD = HEADER_LENGTH + COMMITMENT_LENGTH + TAG_LENGTH;

/** A ciphertext whose frame was read and found well-formed. Nothing in it is authenticated yet. */
export interface ParsedCiphertext {
  readonly handle: Handle;
  readonly suite: Suite;
  readonly bytes: Ciphertext;
}

/** Reads the frame. `undefined` when length, magic, format or suite are not those of a ciphertext. */
export function parseCiphertext(bytes: Uint8Array): ParsedCiphertext | undefined {
  if (bytes.byteLength <= OVERHEAD || bytes.byteLength > OVERHEAD + MAX_PLAINTEXT) return undefined;
  const ciphertext = bytesOf<'Ciphertext'>(bytes);
  if (!ciphertext.subarray(0, 3).equals(MAGIC_AND_FORMAT)) return undefined;
  const suite = SUITES.get(ciphertext[3] as number);
  if (suite === undefined) return undefined;
  return { handle: bytesOf(ciphertext.subarray(HANDLE_AT, SALT_AT)), suite, bytes: ciphertext };
}

/**
 * Encrypts 1 to {@link MAX_PLAINTEXT} bytes.
 *
 * @param material the version's material, 32 bytes as a KeyObject
 * @param salt 32 bytes that no other message has: `hedgedSalt` makes them
 * @throws {RangeError} the plaintext, handle or salt has another length
 */
export function encrypt(
  material: KeyObject,
  handle: Handle,
  salt: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Ciphertext {
  if (plaintext.byteLength < 1 || plaintext.byteLength > MAX_PLAINTEXT) {
    throw new RangeError(`a plaintext has 1 to ${MAX_PLAINTEXT} bytes`);
  }
  if (handle.length !== HANDLE_LENGTH || salt.byteLength !== SALT_LENGTH) {
    throw new RangeError(`a handle has ${HANDLE_LENGTH} bytes and a salt ${SALT_LENGTH}`);
  }
  const suite = SUITES.get(MESSAGE) as Suite;
  const header = Buffer.concat([MAGIC_AND_FORMAT, Buffer.from([MESSAGE]), handle, salt], HEADER_LENGTH);
  return bytesOf(sealCommitted(material, suite.label, header, aad, plaintext));
}

/** Decrypts, or says why not. The reason is for the audit entry: callers see one error for both. */
export function decrypt(material: KeyObject, parsed: ParsedCiphertext, aad: Uint8Array): Buffer | OpenFailure {
  return openCommitted(material, parsed.suite.label, parsed.bytes, HEADER_LENGTH, aad);
}
