import type { OpenKey } from '../../../keys/open-key.ts';
import { relatedKeys } from '../../../pipeline/related-keys.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import type { OperationContext } from '../operation.ts';

/** The keys in other regions that a multi-Region key shares its material with; none for any other key. */
export function relativesOf({ directory, keys }: OperationContext, { key }: OpenKey): MaybePromise<readonly OpenKey[]> {
  return relatedKeys(directory, keys, key);
}
