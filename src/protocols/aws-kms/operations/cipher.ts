import { KeyError } from '../../../keys/errors.ts';
import type { KeyVersion } from '../../../keys/key.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { encryptTo } from '../../../keys/public-key-encryption.ts';
import { encrypt, requireAlgorithm, requireUsable } from '../../../keys/use.ts';
import { encryptExternally } from '../../../keys/use-external.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import type { EncryptionAlgorithmSpec, OperationName } from '../model.gen.ts';
import type { OperationContext } from '../operation.ts';
import type { ResolvedKey } from '../resolve.ts';
import { aadOf } from './encryption-context.ts';
import { externalOf } from './external.ts';

/** The algorithm of a request that names none, and the only one of symmetric keys. */
export const SYMMETRIC_ALGORITHM: EncryptionAlgorithmSpec = 'SYMMETRIC_DEFAULT';

type EncryptionContext = ReadonlyMap<string, string> | undefined;

/** What a request says of an encryption, on either side. */
export interface Cipher {
  readonly algorithm: EncryptionAlgorithmSpec;
  readonly context: EncryptionContext;
  readonly aad: Buffer;
}

/** @throws {AwsKmsError} ValidationException: the context cannot be bound */
export function cipherOf(algorithm: EncryptionAlgorithmSpec | undefined, context: EncryptionContext): Cipher {
  return { algorithm: algorithm ?? SYMMETRIC_ALGORITHM, context, aad: aadOf(context) };
}

/** Whether the request and the key agree on symmetric encryption: the common case. */
export function isSymmetric({ key }: OpenKey, { algorithm }: Cipher): boolean {
  return algorithm === SYMMETRIC_ALGORITHM && key.spec.family === 'aes';
}

/**
 * Refuses what does not go together, in AWS's order: state, usage, algorithm.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`, `context-unwanted`
 */
export function requireCipher({ key }: OpenKey, { algorithm, context }: Cipher, nowMs: number): void {
  requireUsable(key, 'encrypt-decrypt', nowMs);
  requireAlgorithm(key, algorithm);
  const hasContext = context !== undefined && context.size > 0;
  if (hasContext && key.spec.family !== 'aes') throw new KeyError('context-unwanted', { keyId: key.id });
}

/** Encrypts under a key of any spec that encrypts. A promise where half of the key is elsewhere. */
export function encryptBy(
  context: OperationContext,
  operation: OperationName,
  resolved: ResolvedKey,
  cipher: Cipher,
  plaintext: Buffer,
  nowMs: number,
): MaybePromise<{ readonly ciphertext: Buffer; readonly version: KeyVersion }> {
  const { open } = resolved;
  const { random } = context;
  if (isSymmetric(open, cipher)) {
    if (open.key.keyStore === undefined) return encrypt(open, plaintext, cipher.aad, nowMs, random);
    return encryptExternally(open, plaintext, cipher.aad, nowMs, random, externalOf(context, operation, resolved));
  }
  requireCipher(open, cipher, nowMs);
  return encryptTo(open, cipher.algorithm, plaintext, nowMs);
}

/** The id of the material that served, which is told of symmetric keys only, and of those whose material is here. */
export function materialIdOf({ key }: OpenKey, version: KeyVersion): string | undefined {
  return key.spec.family === 'aes' && key.keyStore === undefined ? version.materialId : undefined;
}
