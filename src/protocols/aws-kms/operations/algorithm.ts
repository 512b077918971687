import type { OpenKey } from '../../../keys/open-key.ts';
import { requireUsable } from '../../../keys/use.ts';
import { AwsKmsError } from '../errors.ts';

/**
 * Refuses an algorithm that the key does not have. What else is wrong with the key is told before: AWS checks state
 * and usage first.
 */
export function requireAlgorithm({ key }: OpenKey, algorithm: string | undefined, nowMs: number): void {
  if (algorithm === undefined || key.spec.algorithms[key.usage]?.includes(algorithm) === true) return;
  requireUsable(key, nowMs);
  throw new AwsKmsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${key.spec.aws}.`,
  );
}
