import { randomBytes } from 'node:crypto';
import { bytesOf, wipe } from '../bytes/bytes.ts';
import { hedgedSalt } from '../crypto/salt.ts';
import type { Random } from '../crypto/random.ts';
import { openWrapped, sealWrapped, type ParsedWrappedKey, type WrappedKey } from '../crypto/wrapped-key.ts';
import { KeyError } from './errors.ts';
import type { KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireRootKey } from './root-key.ts';
import type { DataKey } from './use.ts';

/** Bytes of a data key that is made here (https://cloud.ibm.com/docs/key-protect, "wrap"). */
const DATA_KEY_LENGTH = 32;

/** A wrapped key, and the version that wrapped it. */
export interface Wrapped {
  readonly wrapped: WrappedKey;
  readonly version: KeyVersion;
}

/** What was wrapped, and the version that it was wrapped by. */
export interface Unwrapped {
  /** The caller's to wipe. */
  readonly secret: Buffer;
  readonly version: KeyVersion;
}

/**
 * Wraps 1 to 8,192 bytes under the current version.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `key-not-active`, `key-deleted`, `key-pending-import`
 */
export function wrap(openKey: OpenKey, secret: Uint8Array, aad: Uint8Array, nowMs: number, random: Random): Wrapped {
  requireRootKey(openKey.key, 'wrap', nowMs);
  return sealBy(openKey, secret, aad, nowMs, random);
}

/** Makes a data key of 32 bytes and wraps it. The caller wipes the data key once it is handed out. */
export function wrapFresh(
  openKey: OpenKey,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): Wrapped & { readonly dataKey: DataKey } {
  requireRootKey(openKey.key, 'wrap', nowMs);
  const dataKey = bytesOf<'DataKey'>(randomBytes(DATA_KEY_LENGTH));
  try {
    return { ...sealBy(openKey, dataKey, aad, nowMs, random), dataKey };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

/**
 * Unwraps with the version that the wrapped key names, of this key alone. What a retired version had wrapped comes with
 * a copy that the current one made.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `key-not-active`, `key-deleted`, `key-pending-import`; `invalid-ciphertext`,
 *   whose detail (`unknown-version`, `wrong-context`, `damaged`) is for the audit entry alone
 */
export function unwrap(
  openKey: OpenKey,
  parsed: ParsedWrappedKey,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): Unwrapped & { readonly renewed: Wrapped | undefined } {
  requireRootKey(openKey.key, 'unwrap', nowMs);
  const opened = openBy(openKey, parsed, aad, nowMs);
  if (opened.version.stage === 'current') return { ...opened, renewed: undefined };
  try {
    return { ...opened, renewed: sealBy(openKey, opened.secret, aad, nowMs, random) };
  } catch (error) {
    wipe(opened.secret);
    throw error;
  }
}

/**
 * Wraps anew, under the current version, what any version of the same key had wrapped. The secret does not leave.
 *
 * @returns the new wrapped key, and the version that had wrapped the old one
 * @throws {KeyError} as {@link unwrap}
 */
export function rewrap(
  openKey: OpenKey,
  parsed: ParsedWrappedKey,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
): Wrapped & { readonly previous: KeyVersion } {
  requireRootKey(openKey.key, 'rewrap', nowMs);
  const { secret, version } = openBy(openKey, parsed, aad, nowMs);
  try {
    return { ...sealBy(openKey, secret, aad, nowMs, random), previous: version };
  } finally {
    wipe(secret);
  }
}

function sealBy(openKey: OpenKey, secret: Uint8Array, aad: Uint8Array, nowMs: number, random: Random): Wrapped {
  const { version, material } = openKey.current(nowMs);
  return { wrapped: sealWrapped(material, version.id, hedgedSalt(random(32), aad, secret), aad, secret), version };
}

function openBy(openKey: OpenKey, parsed: ParsedWrappedKey, aad: Uint8Array, nowMs: number): Unwrapped {
  const { version, material } = openKey.byVersionId(parsed.versionId, nowMs);
  const secret = openWrapped(material, parsed, aad);
  if (typeof secret === 'string') throw new KeyError('invalid-ciphertext', { keyId: openKey.key.id, detail: secret });
  return { secret, version };
}
