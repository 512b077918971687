import { hash, type KeyObject } from 'node:crypto';
import { bytesOf } from '../bytes/bytes.ts';
import { openOnce, sealOnce, TAG_LENGTH } from './aead.ts';
import type { ExternalParts } from './external-ciphertext.ts';
import { HANDLE_LENGTH, type Handle } from './ciphertext.ts';
import { hedgedSalt } from './salt.ts';
import { deriveStep, label } from './kdf.ts';
import { sha256 } from './sha256.ts';

/** Longest plaintext and longest additional authenticated data of the suite `xks`, in bytes. */
export const MAX_XKS_PLAINTEXT = 8192;
export const MAX_XKS_AAD = 8192;

/** What encryption gives under the suite `xks`, in the parts in which an external key store's proxy answers it. */
export interface XksCiphertext extends ExternalParts {
  /** 16 bytes, the first part of the salt. */
  readonly iv: Buffer;
  /** 20 bytes: format, handle of the key version, the rest of the salt. */
  readonly metadata: Buffer;
}

const LABEL = label('keystead/ciphertext/xks/v1');
const FORMAT = 0x01;
const IV_LENGTH = 16;
const HANDLE_AT = 1;
const SALT_REST_AT = HANDLE_AT + HANDLE_LENGTH;
const METADATA_LENGTH = 20;
const SALT_LENGTH = IV_LENGTH + METADATA_LENGTH - SALT_REST_AT;

/**
 * Encrypts 1 to {@link MAX_XKS_PLAINTEXT} bytes under a key derived for this message alone: docs/spec/xks.md.
 *
 * @param material the version's material, 32 bytes as a KeyObject
 * @param salt 19 bytes that no other message has: {@link xksSalt}
 * @throws {RangeError} plaintext, aad, handle or salt has another length
 */
export function encryptXks(
  material: KeyObject,
  handle: Handle,
  salt: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): XksCiphertext {
  if (plaintext.byteLength < 1 || plaintext.byteLength > MAX_XKS_PLAINTEXT) {
    throw new RangeError(`a plaintext has 1 to ${MAX_XKS_PLAINTEXT} bytes`);
  }
  if (aad.byteLength > MAX_XKS_AAD) throw new RangeError(`the aad has at most ${MAX_XKS_AAD} bytes`);
  if (handle.length !== HANDLE_LENGTH || salt.byteLength !== SALT_LENGTH) {
    throw new RangeError(`a handle has ${HANDLE_LENGTH} bytes and a salt ${SALT_LENGTH}`);
  }
  const iv = Buffer.from(salt.subarray(0, IV_LENGTH));
  const metadata = Buffer.concat([Buffer.from([FORMAT]), handle, salt.subarray(IV_LENGTH)], METADATA_LENGTH);
  const key = derive(material, iv, aad, metadata);
  const [ciphertext, tag] = sealOnce(key.subarray(0, 32), plaintext);
  key.fill(0);
  return { ciphertext, iv, tag, metadata };
}

/** A salt for one message, hedged as {@link hedgedSalt} is. `random`: 32 fresh bytes. */
export function xksSalt(random: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  return hedgedSalt(random, aad, plaintext).subarray(0, SALT_LENGTH);
}

/** The key version that a ciphertext names, or `undefined` where the parts are not those of this suite. */
export function xksHandle({ ciphertext, iv, tag, metadata }: XksCiphertext): Handle | undefined {
  const fits =
    ciphertext.length >= 1 &&
    ciphertext.length <= MAX_XKS_PLAINTEXT &&
    iv.length === IV_LENGTH &&
    tag.length === TAG_LENGTH &&
    metadata.length === METADATA_LENGTH &&
    metadata[0] === FORMAT;
  return fits ? bytesOf<'Handle'>(metadata.subarray(HANDLE_AT, SALT_REST_AT)) : undefined;
}

/** Decrypts what {@link xksHandle} found well-formed; `undefined` where anything of it, or the aad, is another. */
export function decryptXks(material: KeyObject, parts: XksCiphertext, aad: Uint8Array): Buffer | undefined {
  if (aad.byteLength > MAX_XKS_AAD) return undefined;
  const key = derive(material, parts.iv, aad, parts.metadata);
  try {
    return openOnce(key.subarray(0, 32), Buffer.concat([parts.ciphertext, parts.tag]));
  } finally {
    key.fill(0);
  }
}

/**
 * The Ciphertext Data Integrity Value: SHA-256 over the parts, without their lengths, 32 bytes (External Key Store
 * Proxy API Specification, appendix C).
 */
export function xksIntegrityValue(aad: Uint8Array, { metadata, iv, ciphertext, tag }: ExternalParts): Buffer {
  return hash('sha256', Buffer.concat([aad, metadata, iv, ciphertext, tag]), 'buffer');
}

/** What the specification puts under the authentication: aad and metadata, each behind its length. */
function xksBoundAad(aad: Uint8Array, metadata: Uint8Array): Buffer {
  const lengthOfAad = Buffer.from([aad.byteLength >> 8, aad.byteLength & 0xff]);
  return Buffer.concat([lengthOfAad, aad, Buffer.from([metadata.byteLength]), metadata]);
}

function derive(material: KeyObject, iv: Uint8Array, aad: Uint8Array, metadata: Buffer): Buffer {
  const salt = Buffer.concat([iv, metadata.subarray(SALT_REST_AT)]);
  return deriveStep(material, LABEL, salt, sha256(xksBoundAad(aad, metadata)));
}
