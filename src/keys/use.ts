import { randomBytes } from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../bytes/bytes.ts';
import { decrypt as open, encrypt as seal, type Ciphertext, type ParsedCiphertext } from '../crypto/ciphertext.ts';
import { hedgedSalt } from '../crypto/salt.ts';
import type { KeyUsage } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import { KeyError } from './errors.ts';
import type { Key, KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireState } from './state.ts';

/** A key that is handed out to protect data. */
export type DataKey = Bytes<'DataKey'>;

/** What came of a use of a key, and which of its versions served. */
export interface Encrypted {
  readonly ciphertext: Ciphertext;
  readonly version: KeyVersion;
}

export interface Decrypted {
  readonly plaintext: Buffer;
  readonly version: KeyVersion;
}

/**
 * Whether a key may be used now, and in this way: its state is told before its usage.
 *
 * @throws {KeyError} what its state refuses; `wrong-usage`
 */
export function requireUsable(key: Key, usage: KeyUsage, nowMs: number): void {
  requireState(key, 'use', nowMs);
  if (key.usage !== usage) throw new KeyError('wrong-usage', { keyId: key.id });
}

/**
 * Whether a key may be used now for what only symmetric keys do: data keys, encryption contexts.
 *
 * @throws {KeyError} what its state refuses; `wrong-usage`
 */
export function requireSymmetric(key: Key, nowMs: number): void {
  requireUsable(key, 'encrypt-decrypt', nowMs);
  if (key.spec.family !== 'aes') throw new KeyError('wrong-usage', { keyId: key.id });
}

/** Here is but one half of a key that lives elsewhere: its material alone must not encrypt anything. */
function requireHere(key: Key, nowMs: number): void {
  requireSymmetric(key, nowMs);
  if (key.keyStore !== undefined) throw new KeyError('wrong-origin', { keyId: key.id });
}

/**
 * Whether the key has an algorithm, named as on the AWS wire. Asked behind {@link requireUsable}.
 *
 * @throws {KeyError} `wrong-algorithm`
 */
export function requireAlgorithm({ id, spec, usage }: Key, algorithm: string): void {
  const known: readonly string[] = spec.algorithms[usage] ?? [];
  if (known.includes(algorithm)) return;
  throw new KeyError('wrong-algorithm', { keyId: id, detail: algorithm });
}

/** Encrypts 1 to 4096 bytes under the current version. */
export function encrypt(
  openKey: OpenKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): Encrypted {
  requireHere(openKey.key, nowMs);
  const { version, handle, material } = openKey.current(nowMs);
  const ciphertext = seal(material, handle, hedgedSalt(random(32), aad, plaintext), aad, plaintext);
  return { ciphertext, version };
}

/**
 * Decrypts with the version that the ciphertext names.
 *
 * @throws {KeyError} `invalid-ciphertext`; its detail (`wrong-context`, `damaged`) is for the audit entry alone
 */
export function decrypt(openKey: OpenKey, ciphertext: ParsedCiphertext, aad: Uint8Array, nowMs: number): Decrypted {
  requireHere(openKey.key, nowMs);
  const { version, material } = openKey.byHandle(ciphertext.handle, nowMs);
  const plaintext = open(material, ciphertext, aad);
  if (typeof plaintext === 'string')
    throw new KeyError('invalid-ciphertext', { keyId: openKey.key.id, detail: plaintext });
  return { plaintext, version };
}

/** Makes a data key of 1 to 1024 bytes and encrypts it. The caller wipes the data key once it is handed out. */
export function generateDataKey(
  openKey: OpenKey,
  length: number,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): Encrypted & { readonly dataKey: DataKey } {
  requireSymmetric(openKey.key, nowMs);
  const dataKey = bytesOf<'DataKey'>(randomBytes(length));
  try {
    return { ...encrypt(openKey, dataKey, aad, nowMs, random), dataKey };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}
