import { UnwrapError } from '../crypto/wrapped-secret.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import type { Random } from '../crypto/random.ts';
import { KeyError } from './errors.ts';
import type { OpenKey } from './open-key.ts';

/** What the bytes begin with: "KI" and the format. */
const MAGIC_AND_FORMAT = Buffer.from([0x4b, 0x49, 0x01]);

/** The import token as it goes over the wire: docs/spec/import-token.md. It holds no secret of the key. */
export function encodeImportToken({ key, space }: OpenKey, tokenId: string, random: Random): Buffer {
  const sealed = space.instanceKey.wrap(bindingOf({ key }), Buffer.from(tokenId, 'utf8'), random);
  return Buffer.concat([MAGIC_AND_FORMAT, sealed]);
}

/**
 * Reads a token that {@link encodeImportToken} wrote for this key.
 *
 * @throws {KeyError} `import-token-invalid`: it is damaged, cut, or belongs to another key
 */
export function decodeImportToken({ key, space }: OpenKey, token: Buffer): string {
  const invalid = new KeyError('import-token-invalid', { keyId: key.id });
  if (!token.subarray(0, MAGIC_AND_FORMAT.length).equals(MAGIC_AND_FORMAT)) throw invalid;
  try {
    return space.instanceKey.unwrap(bindingOf({ key }), token.subarray(MAGIC_AND_FORMAT.length)).toString('utf8');
  } catch (error) {
    if (!(error instanceof UnwrapError)) throw error;
    throw invalid;
  }
}

function bindingOf({ key }: Pick<OpenKey, 'key'>): Binding {
  return ['import-token', key.tenantId, key.region, key.id];
}
