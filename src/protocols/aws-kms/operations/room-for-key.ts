import { KeyError } from '../../../keys/errors.ts';
import type { KeySpace } from '../../../keys/key-space.ts';
import { roomForKey } from '../../../keys/quotas.ts';
import type { Needed } from '../../../pipeline/act.ts';
import type { OperationContext } from '../operation.ts';

/** That a region has room for one more key: counted when the commit is made, so that no race gets past it. */
export function keyRoom({ quotas }: OperationContext, space: KeySpace): Needed {
  return { room: roomForKey(space, quotas), refusal: new KeyError('key-limit', { limit: quotas.keysPerRegion }) };
}
