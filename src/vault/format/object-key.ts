import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { wipe, type Bytes } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import { VaultError } from '../errors.ts';
import { COMMITMENT_LENGTH, TAG_LENGTH } from './format.ts';
import type { KeyPurpose } from '../master-keys/context.ts';
import { release } from '../release.ts';

const NOTHING = Buffer.alloc(0);

/** A data key in use: unwrapped, and proven to be the one that its envelope commits to. */
export interface HeldKey {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly key: KeyObject;
  /** 32 bytes; envelope and manifest hold the same. */
  readonly commitment: Buffer;
}

/** The key of one object, what its header commits to, and the mask over its footer's length. */
export interface ObjectKey {
  readonly key: KeyObject;
  readonly commitment: Buffer;
  readonly mask: Buffer;
}

/** HKDF-SHA-256 (RFC 5869) to `length` bytes. */
export function expand(key: KeyObject, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length));
}

/** Takes a data key over: computes its commitment and wipes the bytes. `vaultId` and `id` are hexadecimal. */
export function holdKey(dataKey: Bytes<'DataKey'>, vaultId: string, id: string, purpose: KeyPurpose): HeldKey {
  if (dataKey.length !== 32) throw new VaultError('tampered', `The data key ${id} is not 256 bits long`);
  const key = createSecretKey(dataKey);
  wipe(dataKey);
  const info = lengthPrefixed(
    'keystead/backup/data-key-commitment/v1',
    Buffer.from(vaultId, 'hex'),
    Buffer.from(id, 'hex'),
    purpose,
  );
  return { id, purpose, key, commitment: expand(key, NOTHING, info, COMMITMENT_LENGTH) };
}

/** Derives the key of one object from the run's data key and the object's salt. */
export function deriveObjectKey(
  kind: 'pack' | 'index' | 'manifest',
  held: HeldKey,
  vaultId: string,
  salt: Uint8Array,
): ObjectKey {
  const info = lengthPrefixed(`keystead/backup/${kind}/v1`, Buffer.from(vaultId, 'hex'), Buffer.from(held.id, 'hex'));
  const bytes = expand(held.key, salt, info, 68);
  const key = createSecretKey(bytes.subarray(0, 32));
  wipe(bytes.subarray(0, 32));
  return { key, commitment: bytes.subarray(32, 64), mask: bytes.subarray(64) };
}

/** Refuses bytes that are not under this key, before any decryption. Compares in constant time. */
export function checkCommitment(what: string, expected: Uint8Array, found: Uint8Array): void {
  if (!constantTimeEqual(expected, found)) {
    throw new VaultError('commitment-mismatch', `${what} was made with another key than the one its name stands for`);
  }
}

/** An object key serves one object, so the offset of a ciphertext in it is a nonce that never comes twice. */
function nonceAt(offset: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(offset, 8);
  return nonce;
}

/** Encrypts into `into` at `offset`, ciphertext then tag; answers how many bytes that were. */
export function sealInto(
  key: KeyObject,
  aad: Uint8Array,
  plaintext: Uint8Array,
  into: Uint8Array,
  offset: number,
): number {
  const cipher = createCipheriv('aes-256-gcm', key, nonceAt(offset), { authTagLength: TAG_LENGTH });
  cipher.setAAD(aad);
  const ciphertext = cipher.update(plaintext);
  into.set(ciphertext, offset);
  release(ciphertext);
  cipher.final();
  into.set(cipher.getAuthTag(), offset + plaintext.length);
  return plaintext.length + TAG_LENGTH;
}

/** Opens ciphertext and tag that lie at `offset` of their object. @throws {VaultError} `tampered` */
export function openSealed(what: string, key: KeyObject, aad: Uint8Array, sealed: Uint8Array, offset: number): Buffer {
  if (sealed.length < TAG_LENGTH) throw new VaultError('malformed', `${what} is too short`);
  const end = sealed.length - TAG_LENGTH;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceAt(offset), { authTagLength: TAG_LENGTH });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch (cause) {
    wipe(plaintext);
    throw new VaultError('tampered', `${what} was changed after it was written, or belongs elsewhere`, cause);
  }
  return plaintext;
}
