import {
  decryptXks,
  encryptXks,
  xksHandle,
  xksIntegrityValue,
  xksSalt,
  type XksCiphertext,
} from '../crypto/xks-ciphertext.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { wipe } from '../bytes/bytes.ts';
import { SYMMETRIC } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import { KeyError } from './errors.ts';
import type { Key, KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireSymmetric } from './use.ts';

/** What came of an encryption for an external key store. */
export interface XksEncrypted {
  readonly parts: XksCiphertext;
  readonly version: KeyVersion;
  /** Only where it was asked for: the parts were opened again after it was computed. */
  readonly integrityValue?: Buffer;
}

/** Whether a key can stand behind an external key store: symmetric, of 256 bits, with its material here. */
export function canBeExposed({ spec, origin }: Key): boolean {
  return spec === SYMMETRIC && (origin === 'generated' || origin === 'imported');
}

/**
 * Encrypts under the current version, in the parts of the suite `xks`.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-origin` for a key whose material is elsewhere
 */
export function encryptForXks(
  openKey: OpenKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  withIntegrity: boolean,
  nowMs: number,
  random: Random,
): XksEncrypted {
  requireExposable(openKey.key, nowMs);
  const { version, handle, material } = openKey.current(nowMs);
  const parts = encryptXks(material, handle, xksSalt(random(32), aad, plaintext), aad, plaintext);
  if (!withIntegrity) return { parts, version };
  // Appendix C: the value first, then the trial, so that what is damaged in between is found.
  const integrityValue = xksIntegrityValue(aad, parts);
  const opened = decryptXks(material, parts, aad);
  const agrees = opened !== undefined && constantTimeEqual(opened, plaintext);
  wipe(opened);
  if (!agrees) throw new Error('what was encrypted does not decrypt: the memory of this machine may be failing');
  return { parts, version, integrityValue };
}

/**
 * Decrypts with the version that the metadata names.
 *
 * @throws {KeyError} what the key's state refuses; `invalid-ciphertext`
 */
export function decryptForXks(
  openKey: OpenKey,
  parts: XksCiphertext,
  aad: Uint8Array,
  nowMs: number,
): { readonly plaintext: Buffer; readonly version: KeyVersion } {
  requireExposable(openKey.key, nowMs);
  const invalid = () => new KeyError('invalid-ciphertext', { keyId: openKey.key.id });
  const handle = xksHandle(parts);
  if (handle === undefined) throw invalid();
  const { version, material } = openKey.byHandle(handle, nowMs);
  const plaintext = decryptXks(material, parts, aad);
  if (plaintext === undefined) throw invalid();
  return { plaintext, version };
}

function requireExposable(key: Key, nowMs: number): void {
  requireSymmetric(key, nowMs);
  if (!canBeExposed(key)) throw new KeyError('wrong-origin', { keyId: key.id });
}
