import { randomBytes } from 'node:crypto';
import { SealKey } from '../crypto/hierarchy.ts';
import { UnwrapError } from '../crypto/wrapped-secret.ts';
import { countingRandom } from '../keys/key-space.fixture.ts';
import { SealError, type Protector } from '../keys/ports.ts';

/** A seal whose key lives in this process: what a key file does, without the file. */
export function makeSeal(sealId = 'seal-1'): Protector {
  const key = new SealKey(randomBytes(32));
  const random = countingRandom(sealId);
  return {
    sealId,
    wrapBarrier: (root) => key.wrap(['barrier-key', sealId], root, random),
    unwrapBarrier: (wrapped) => {
      try {
        return key.unwrap(['barrier-key', sealId], wrapped);
      } catch (error) {
        if (error instanceof UnwrapError) throw new SealError(`${sealId} did not wrap this barrier key`);
        throw error;
      }
    },
  };
}
