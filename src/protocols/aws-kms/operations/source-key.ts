import { parseCiphertext, type ParsedCiphertext } from '../../../crypto/ciphertext.ts';
import { parseExternalCiphertext, type ParsedExternalCiphertext } from '../../../crypto/external-ciphertext.ts';
import { KeyError } from '../../../keys/errors.ts';
import type { Key } from '../../../keys/key.ts';
import { decryptWith } from '../../../keys/public-key-encryption.ts';
import { requireState } from '../../../keys/state.ts';
import { decrypt, type Decrypted } from '../../../keys/use.ts';
import { decryptExternally } from '../../../keys/use-external.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import { isFound } from '../expressible.ts';
import type { DryRunModifierType } from '../model.gen.ts';
import type { OperationContext } from '../operation.ts';
import { resolvedKey, resolveKey, type ResolvedKey } from '../resolve.ts';
import { isSymmetric, requireCipher, SYMMETRIC_ALGORITHM, type Cipher } from './cipher.ts';
import { externalOf } from './external.ts';
import { requiredMember, validationError } from './refusals.ts';

/** What a request says of the ciphertext that it wants opened. */
export interface SourceRequest {
  readonly ciphertext: Buffer | undefined;
  readonly keyId: string | undefined;
  /** What the request calls its `keyId`. */
  readonly keyMember: string;
  readonly operation: 'Decrypt' | 'ReEncrypt';
  readonly cipher: Cipher;
  readonly dryRun: boolean | undefined;
  readonly modifiers: readonly DryRunModifierType[] | undefined;
}

/** The key of a ciphertext, found, and the way to open it. */
export interface Source {
  readonly resolved: ResolvedKey;
  /**
   * Decrypts; a promise where half of the key is elsewhere. `undefined` where the request is a dry run that has no
   * ciphertext.
   *
   * @throws {KeyError} what the key's state refuses; `incorrect-key`, `invalid-ciphertext`
   */
  open(nowMs: number): MaybePromise<Decrypted | undefined>;
}

/**
 * Finds the key of a ciphertext: the one that the request names, or else the one that the ciphertext itself names,
 * among those of the caller's account and Region. No key is tried out.
 *
 * @throws {KeyError} `invalid-ciphertext`, `unknown-ciphertext-key`
 * @throws {AwsKmsError} ValidationException, NotFoundException
 */
export function findSource(context: OperationContext, request: SourceRequest, nowMs: number): MaybePromise<Source> {
  const { ciphertext, keyId } = request;
  const isIgnored = isCiphertextIgnored(request);
  if (ciphertext === undefined && !isIgnored) throw requiredMember('CiphertextBlob');
  if (keyId === undefined && isIgnored) throw requiredMember(request.keyMember);
  const isSymmetricWanted = request.cipher.algorithm === SYMMETRIC_ALGORITHM;
  const isRead = ciphertext !== undefined && !isIgnored && (isSymmetricWanted || keyId === undefined);
  const parsed = isRead ? (parseCiphertext(ciphertext) ?? parseExternalCiphertext(ciphertext)) : undefined;
  const sourceOf = (resolved: ResolvedKey): Source => ({
    resolved,
    open: (runAtMs) => openSource(context, request, resolved, isIgnored, parsed, runAtMs),
  });
  if (keyId !== undefined) return andThen(resolveKey(context, keyId, ANY_FORM, nowMs), sourceOf);
  if (parsed === undefined) {
    // The ciphertexts of asymmetric keys name no key.
    throw isSymmetricWanted ? new KeyError('invalid-ciphertext') : requiredMember(request.keyMember);
  }
  return andThen(context.keys.findByHandle(context.instance, parsed.handle), (open) => {
    if (open === undefined || !isFound(open.key, nowMs)) throw new KeyError('unknown-ciphertext-key');
    return sourceOf(resolvedKey(context, open, context.instance.accountId));
  });
}

type Parsed = ParsedCiphertext | ParsedExternalCiphertext;

function openSource(
  context: OperationContext,
  { cipher, ciphertext, operation }: SourceRequest,
  resolved: ResolvedKey,
  isIgnored: boolean,
  parsed: Parsed | undefined,
  nowMs: number,
): MaybePromise<Decrypted | undefined> {
  const { open } = resolved;
  const { key } = open;
  requireState(key, 'use', nowMs);
  // A ciphertext that names a key is told from the kind of key first: AWS says so of an HMAC key.
  if (parsed !== undefined && !isVersionOf(key, parsed)) throw new KeyError('incorrect-key', { keyId: key.id });
  requireCipher(open, cipher, nowMs);
  if (isIgnored) return undefined;
  if (!isSymmetric(open, cipher)) return decryptWith(open, cipher.algorithm, ciphertext as Buffer, nowMs);
  const isHere = key.keyStore === undefined;
  // Each suite belongs to one kind of key.
  if (parsed === undefined || isHere !== 'suite' in parsed) throw new KeyError('invalid-ciphertext', { keyId: key.id });
  return 'suite' in parsed
    ? decrypt(open, parsed, cipher.aad, nowMs)
    : decryptExternally(open, parsed, cipher.aad, nowMs, externalOf(context, operation, resolved));
}

function isVersionOf({ versions }: Key, { handle }: Parsed): boolean {
  const name = handle.toString('base64');
  return versions.some((version) => version.handle === name);
}

function isCiphertextIgnored({ dryRun, modifiers = [] }: SourceRequest): boolean {
  if (modifiers.length === 0) return false;
  if (dryRun !== true) throw validationError('DryRunModifiers can only be given with DryRun.');
  return modifiers.includes('IGNORE_CIPHERTEXT');
}
