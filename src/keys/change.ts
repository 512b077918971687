import type { Room, Write } from '../records/commit.ts';
import { becomes, type KeyEvent } from './key-event.ts';
import { putKey } from './key-record.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';

/** Room that a change needs, and what it is refused with; without a refusal it is decided again. */
export interface NeededRoom {
  readonly room: Room;
  readonly refusal?: Error | undefined;
}

/** What a verb that changes something answers: a value, and the change as data. Nothing has happened yet. */
export interface Change<Value> {
  readonly value: Value;
  readonly writes: readonly Write[];
  /** What becomes of keys by it, for the services that use them. */
  readonly happened?: readonly KeyEvent[];
  readonly rooms?: readonly NeededRoom[];
}

type Editable = Omit<Key, 'tenantId' | 'region' | 'id' | 'revision' | 'spec' | 'usage' | 'origin'>;
type Optional = { [F in keyof Editable]-?: object extends Pick<Editable, F> ? F : never }[keyof Editable];

/** The key with some of its fields changed; one that it need not have is taken away by `undefined`. */
export type KeyEdit = Partial<Omit<Editable, Optional>> & { readonly [F in Optional]?: Editable[F] | undefined };

/** A change of one key and nothing else. */
export function edit(space: KeySpace, key: Key, fields: KeyEdit): Change<Key> {
  // A record leaves out what is undefined.
  const after = { ...key, ...fields } as Key;
  const value = { ...after, revision: key.revision + 1 };
  const kind = becomes(key, value);
  return {
    value,
    writes: [putKey(space.tenantKey, key, after)],
    ...(kind && { happened: [{ kind, key: value }] }),
  };
}

/** A verb that finds everything as it should be: nothing to write. */
export function unchanged(key: Key): Change<Key> {
  return { value: key, writes: [] };
}
