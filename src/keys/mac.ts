import { generateMac as generateBy, verifyMac as verifyBy, type MacAlgorithmName } from '../crypto/mac.ts';
import { KeyError } from './errors.ts';
import type { KeyVersion } from './key.ts';
import type { OpenKey, UsableVersion } from './open-key.ts';
import { requireAlgorithm, requireUsable } from './use.ts';

/**
 * Makes the MAC of a message. `algorithm`: its name on the AWS wire.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`
 */
export function generateMac(
  openKey: OpenKey,
  algorithm: MacAlgorithmName,
  message: Buffer,
  nowMs: number,
): { readonly mac: Buffer; readonly version: KeyVersion } {
  const { version, material } = macKey(openKey, algorithm, nowMs);
  return { mac: generateBy(algorithm, material, message), version };
}

/**
 * Answers where the MAC is the key's over this message.
 *
 * @throws {KeyError} as {@link generateMac}; `invalid-mac`
 */
export function verifyMac(
  openKey: OpenKey,
  algorithm: MacAlgorithmName,
  message: Buffer,
  mac: Buffer,
  nowMs: number,
): KeyVersion {
  const { version, material } = macKey(openKey, algorithm, nowMs);
  if (verifyBy(algorithm, material, message, mac)) return version;
  throw new KeyError('invalid-mac', { keyId: openKey.key.id });
}

function macKey(openKey: OpenKey, algorithm: MacAlgorithmName, nowMs: number): UsableVersion {
  requireUsable(openKey.key, 'generate-verify-mac', nowMs);
  requireAlgorithm(openKey.key, algorithm);
  return openKey.current(nowMs);
}
