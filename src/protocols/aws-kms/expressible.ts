import type { Key } from '../../keys/key.ts';
import { isThere } from '../../keys/state.ts';

/**
 * Whether this wire knows a key: it is there, neither deleted nor gone, and AWS has words for it. Stored secrets and
 * symmetric keys of other lengths than 256 bits, which come about on IBM's wire, are not found here under any name.
 */
export function isFound(key: Key, nowMs: number): boolean {
  return key.spec.isUnknownToAws !== true && !key.extractable && isThere(key, nowMs);
}
