import { encodeStringMap, lengthPrefixed } from '../bytes/encoding.ts';

/** No context at all. */
export const NO_AAD = Buffer.from([0x00]);

/** A map of strings as additional authenticated data: docs/spec/ciphertext.md. Empty and absent are the same. */
export function aadOfMap(context: ReadonlyMap<string, string> | undefined): Buffer {
  if (context === undefined || context.size === 0) return NO_AAD;
  return Buffer.concat([Buffer.from([0x01]), encodeStringMap(context)]);
}

/** A list of strings as additional authenticated data: order and repetitions count. */
export function aadOfList(list: readonly string[] | undefined): Buffer {
  if (list === undefined || list.length === 0) return NO_AAD;
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32BE(list.length);
  return Buffer.concat([Buffer.from([0x02]), count, lengthPrefixed(...list)]);
}
