import { requireKeyRing as requireRing } from '../../keys/find-key-ring.ts';
import { ringHolds } from '../../keys/key-ring.ts';
import type { Precondition } from '../../records/commit.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { OperationContext } from './operation.ts';

/**
 * That the ring is there which a key is to be made in: what the commit of the key rests on (`Done.preconditions`).
 *
 * @param keyRing as `X-Kms-Key-Ring` names it; absent: the default ring, which is always there
 * @throws {KeyError} `key-ring-not-found`
 */
export function requireKeyRing(
  { records, instance }: OperationContext,
  keyRing: string | undefined,
): MaybePromise<readonly Precondition[]> {
  if (keyRing === undefined) return [];
  return andThen(requireRing(records, instance, keyRing), ringHolds);
}
