import type { Key } from '../../keys/key.ts';

/**
 * Whether a key can be told of on this wire: symmetric keys that wrap (root keys) and secrets that are stored (standard
 * keys), with what they need to work here, in one region. Others are not found.
 */
export function isExpressible({ spec, usage, keyStore, multiRegion }: Key): boolean {
  const isRootKey = spec.family === 'aes' && usage === 'encrypt-decrypt';
  return (isRootKey || spec.family === 'secret') && keyStore === undefined && multiRegion === undefined;
}
