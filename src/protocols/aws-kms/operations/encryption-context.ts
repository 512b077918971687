import type { Json } from '../../../bytes/canonical-json.ts';
import { aadOfMap, IllFormedContextError } from '../../../crypto/aad.ts';
import { validationError } from './refusals.ts';

type EncryptionContext = ReadonlyMap<string, string> | undefined;

/** Longest context, in bytes of its JSON: it stands in the audit entry of every use, which has a limit. */
export const MAX_CONTEXT_BYTES = 24_576;
/** The most bytes of JSON that one byte of UTF-8 can take: `\u0000`. */
const WORST_ESCAPE = 6;

/**
 * The context as additional authenticated data.
 *
 * @throws {AwsKmsError} ValidationException: it is too long, or holds half of a surrogate pair
 */
export function aadOf(context: EncryptionContext): Buffer {
  try {
    const aad = aadOfMap(context);
    const isLong = aad.length * WORST_ESCAPE > MAX_CONTEXT_BYTES;
    if (isLong && Buffer.byteLength(JSON.stringify(contextDetails(context))) > MAX_CONTEXT_BYTES) {
      throw validationError(`The encryption context has at most ${MAX_CONTEXT_BYTES} bytes as JSON.`);
    }
    return aad;
  } catch (error) {
    throw error instanceof IllFormedContextError ? validationError(error.message) : error;
  }
}

/** The context for the audit entry. Names such as `__proto__` are members like any other. */
export function contextDetails(context: EncryptionContext): { readonly [name: string]: Json } {
  return Object.fromEntries(context ?? []);
}

/** The details of an act that has a context, or an algorithm other than that of symmetric keys, or none. */
export function detailsOf(context: EncryptionContext, algorithm?: string): { readonly details?: Json } {
  const isNamed = algorithm !== undefined && algorithm !== 'SYMMETRIC_DEFAULT';
  if (!isNamed && (context === undefined || context.size === 0)) return {};
  const details = {
    ...(isNamed && { encryptionAlgorithm: algorithm }),
    ...(context && context.size > 0 && { encryptionContext: contextDetails(context) }),
  };
  return { details };
}
