import type { Key } from '../../keys/key.ts';

/**
 * Whether a key can be told of on this wire: secrets that are stored, and symmetric keys that wrap and live here, in one
 * region. Others are not found.
 */
export function isExpressible({ spec, keyStore, multiRegion }: Key): boolean {
  return spec.family === 'aes' && keyStore === undefined && multiRegion === undefined;
}
