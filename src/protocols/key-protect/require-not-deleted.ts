import { KeyError } from '../../keys/errors.ts';
import type { Key } from '../../keys/key.ts';

/** @throws {KeyError} `key-deleted`: the key is in state 5 of this wire */
export function requireNotDeleted({ id, state }: Key): void {
  if (state === 'deleted' || state === 'pending-deletion') throw new KeyError('key-deleted', { keyId: id });
}
