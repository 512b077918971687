import { edit, type Change, type KeyEdit } from './change.ts';
import { KeyError } from './errors.ts';
import { isPrimary, type Key } from './key.ts';
import type { KeySpace } from './key-space.ts';

/** A key with what its record is read and written by. An OpenKey is one. */
export interface Placed {
  readonly space: KeySpace;
  readonly key: Key;
}

/** @throws {KeyError} `not-primary` for a replica */
export function requirePrimary(key: Key): void {
  if (!isPrimary(key)) throw new KeyError('not-primary', { keyId: key.id });
}

/** A change of one key together with what it means for its relatives: one commit over all of them. */
export function withRelated<Value>(
  change: Change<Value>,
  others: readonly Placed[],
  fieldsOf: (other: Placed) => KeyEdit,
): Change<Value> {
  const writes = others.flatMap((other) => edit(other.space, other.key, fieldsOf(other)).writes);
  return { ...change, writes: [...change.writes, ...writes] };
}
