import { messageProblem, sign as signHere, signAside, verify as verifyBy } from '../crypto/signing.ts';
import type { MessageType, SigningAlgorithmName } from '../crypto/signing.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { KeyError } from './errors.ts';
import type { KeyVersion } from './key.ts';
import type { OpenKey } from './open-key.ts';
import { requireAlgorithm, requireUsable } from './use.ts';

/** What is signed and how: the algorithm by its name on the AWS wire, and what the message is. */
export interface SignedMessage {
  readonly algorithm: SigningAlgorithmName;
  readonly message: Buffer;
  readonly messageType: MessageType;
}

const SIGN = { here: signHere, aside: signAside };

/**
 * Signs a message, its digest, or (ML-DSA) its message representative. A promise where the key's spec signs aside.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`, `message-unfit`
 */
export function sign(
  openKey: OpenKey,
  signed: SignedMessage,
  nowMs: number,
): MaybePromise<{ readonly signature: Buffer; readonly version: KeyVersion }> {
  requireSigning(openKey, signed, nowMs);
  const { version, material } = openKey.current(nowMs);
  const signing = SIGN[openKey.key.spec.runs](signed.algorithm, material, signed.message, signed.messageType);
  return andThen<Buffer, { signature: Buffer; version: KeyVersion }>(signing, (signature) => ({ signature, version }));
}

/**
 * Answers where the signature is the key's over this message.
 *
 * @throws {KeyError} as {@link sign}; `invalid-signature`
 */
export function verify(openKey: OpenKey, signed: SignedMessage, signature: Buffer, nowMs: number): KeyVersion {
  requireSigning(openKey, signed, nowMs);
  const { version, publicKey } = openKey.publicHalf(nowMs);
  if (verifyBy(signed.algorithm, publicKey, signed.message, signed.messageType, signature)) return version;
  throw new KeyError('invalid-signature', { keyId: openKey.key.id });
}

function requireSigning({ key }: OpenKey, { algorithm, message, messageType }: SignedMessage, nowMs: number): void {
  requireUsable(key, 'sign-verify', nowMs);
  requireAlgorithm(key, algorithm);
  const problem = messageProblem(algorithm, message, messageType);
  if (problem !== undefined) throw new KeyError('message-unfit', { keyId: key.id, detail: problem });
}
