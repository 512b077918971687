import { encodeStringMap, lengthPrefixed } from '../bytes/encoding.ts';

/** No context at all. */
export const NO_AAD = Buffer.from([0x00]);

/**
 * A context holds half of a surrogate pair. It has no UTF-8: every such string would be replaced by the same three
 * bytes, so that different contexts would be one. The message does not quote it.
 */
export class IllFormedContextError extends Error {
  override readonly name = 'IllFormedContextError';

  constructor() {
    super('the context holds text that is not well-formed Unicode (half of a surrogate pair): send whole characters');
  }
}

/**
 * A map of strings as additional authenticated data: docs/spec/ciphertext.md. Empty and absent are the same.
 *
 * @throws {IllFormedContextError}
 */
export function aadOfMap(context: ReadonlyMap<string, string> | undefined): Buffer {
  if (context === undefined || context.size === 0) return NO_AAD;
  for (const [name, value] of context) {
    requireWellFormed(name);
    requireWellFormed(value);
  }
  return Buffer.concat([Buffer.from([0x01]), encodeStringMap(context)]);
}

/**
 * A list of strings as additional authenticated data: order and repetitions count.
 *
 * @throws {IllFormedContextError}
 */
export function aadOfList(list: readonly string[] | undefined): Buffer {
  if (list === undefined || list.length === 0) return NO_AAD;
  list.forEach(requireWellFormed);
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32BE(list.length);
  return Buffer.concat([Buffer.from([0x02]), count, lengthPrefixed(...list)]);
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new IllFormedContextError();
}
