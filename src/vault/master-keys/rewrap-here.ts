import { wipe, type Bytes } from '../../bytes/bytes.ts';
import type { KeyContext } from './context.ts';
import type { MasterKey } from './master-key.ts';

/** Re-wraps where no provider does it for both keys: the data key is here for as long as that takes, and wiped. */
export async function rewrapHere(
  from: Pick<MasterKey, 'unwrap'>,
  wrapped: Bytes<'WrappedKey'>,
  context: KeyContext,
  to: MasterKey,
): Promise<Bytes<'WrappedKey'>> {
  const dataKey = await from.unwrap(wrapped, context);
  try {
    return await to.wrap(dataKey, context);
  } finally {
    wipe(dataKey);
  }
}
