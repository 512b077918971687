import type { KeyCache } from '../keys/key-cache.ts';
import type { KeySpace } from '../keys/key-space.ts';
import { isInReach } from '../keys/reach.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import type { Call } from './call.ts';
import { RefusedError } from './errors.ts';

/** The policies of an instance let nobody in from where the request comes. Recorded as `out-of-reach`. */
export class OutOfReachError extends RefusedError {
  override readonly name = 'OutOfReachError';

  constructor() {
    super('out-of-reach', 'the policies allowedNetwork and allowedIP of the instance let nobody in from this address');
  }
}

/**
 * Whether an instance may be reached from where a call comes: asked by every protocol as soon as it knows the instance,
 * and before it looks for a key there.
 *
 * @throws {OutOfReachError}
 */
export function requireReach(
  keys: Pick<KeyCache, 'instancePolicies'>,
  space: KeySpace,
  { principal, source }: Pick<Call, 'principal' | 'source'>,
): MaybePromise<void> {
  return andThen(keys.instancePolicies.find(space), (policies) => {
    if (!isInReach(policies, source.address, principal.service !== undefined)) throw new OutOfReachError();
  });
}
