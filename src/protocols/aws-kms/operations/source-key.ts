import { parseCiphertext, type ParsedCiphertext } from '../../../crypto/ciphertext.ts';
import { KeyError } from '../../../keys/errors.ts';
import { conditionOf } from '../../../keys/state.ts';
import { decrypt, type Decrypted } from '../../../keys/use.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { DryRunModifierType } from '../model.gen.ts';
import type { OperationContext } from '../operation.ts';
import { resolvedKey, resolveKey, type ResolvedKey } from '../resolve.ts';
import { requireAlgorithm } from './algorithm.ts';
import { requiredMember, validationError } from './refusals.ts';

/** What a request says of the ciphertext that it wants opened. */
export interface SourceRequest {
  readonly ciphertext: Buffer | undefined;
  readonly keyId: string | undefined;
  /** What the request calls its `keyId`. */
  readonly keyMember: string;
  readonly algorithm: string | undefined;
  readonly dryRun: boolean | undefined;
  readonly modifiers: readonly DryRunModifierType[] | undefined;
}

/** The key of a ciphertext, found, and the way to open it. */
export interface Source {
  readonly resolved: ResolvedKey;
  /**
   * Decrypts. `undefined` where the request is a dry run that has no ciphertext.
   *
   * @throws {KeyError} what the key's state refuses; `incorrect-key`, `invalid-ciphertext`
   */
  open(aad: Buffer, nowMs: number): Decrypted | undefined;
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
  const parsed = ciphertext === undefined || isIgnored ? undefined : parseCiphertext(ciphertext);
  const sourceOf = (resolved: ResolvedKey): Source => ({
    resolved,
    open: (aad, runAtMs) => openSource(request, resolved, isIgnored, parsed, aad, runAtMs),
  });
  if (keyId !== undefined) return andThen(resolveKey(context, keyId, ANY_FORM, nowMs), sourceOf);
  if (parsed === undefined) throw new KeyError('invalid-ciphertext');
  return andThen(context.keys.findByHandle(context.instance, parsed.handle), (open) => {
    if (open === undefined || conditionOf(open.key, nowMs) === 'gone') throw new KeyError('unknown-ciphertext-key');
    return sourceOf(resolvedKey(context, open, context.instance.accountId));
  });
}

function openSource(
  { algorithm }: SourceRequest,
  { open }: ResolvedKey,
  isIgnored: boolean,
  parsed: ParsedCiphertext | undefined,
  aad: Buffer,
  nowMs: number,
): Decrypted | undefined {
  requireAlgorithm(open, algorithm, nowMs);
  if (isIgnored) return undefined;
  if (parsed === undefined) throw new KeyError('invalid-ciphertext', { keyId: open.key.id });
  const handle = parsed.handle.toString('base64');
  if (!open.key.versions.some((version) => version.handle === handle)) {
    throw new KeyError('incorrect-key', { keyId: open.key.id });
  }
  return decrypt(open, parsed, aad, nowMs);
}

function isCiphertextIgnored({ dryRun, modifiers = [] }: SourceRequest): boolean {
  if (modifiers.length === 0) return false;
  if (dryRun !== true) throw validationError('DryRunModifiers can only be given with DryRun.');
  return modifiers.includes('IGNORE_CIPHERTEXT');
}
