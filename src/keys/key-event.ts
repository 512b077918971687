import type { Key } from './key.ts';

/** What can become of a key that those who use it must hear of. */
export type KeyEventKind = 'rotate' | 'disable' | 'enable' | 'delete' | 'restore';

/** Something that became of a key. */
export interface KeyEvent {
  readonly kind: KeyEventKind;
  /** The key as it is afterwards. */
  readonly key: Key;
}
