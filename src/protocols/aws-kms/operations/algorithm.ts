import type { OpenKey } from '../../../keys/open-key.ts';
import { requireAlgorithm as requireOf, requireUsable } from '../../../keys/use.ts';

const DEFAULT = 'SYMMETRIC_DEFAULT';

/**
 * The encryption algorithm of a request, which the key must have. What else is wrong with the key is told before: AWS
 * checks state and usage first.
 *
 * @throws {KeyError} what the key's state refuses; `wrong-usage`, `wrong-algorithm`
 */
export function requireAlgorithm({ key }: OpenKey, algorithm: string = DEFAULT, nowMs: number): void {
  requireUsable(key, 'encrypt-decrypt', nowMs);
  requireOf(key, algorithm);
}
