import { currentVersion, type Key, type KeyState } from './key.ts';

/** What can become of a key that those who use it must hear of. */
export type KeyEventKind = 'rotate' | 'disable' | 'enable' | 'delete' | 'restore';

/** Something that became of a key. */
export interface KeyEvent {
  readonly kind: KeyEventKind;
  /** The key as it is afterwards. */
  readonly key: Key;
}

const IS_DELETED: Record<KeyState, boolean> = {
  active: false,
  suspended: false,
  deactivated: false,
  'pending-deletion': true,
  deleted: true,
  destroyed: true,
};

/**
 * What a change makes of a key, whatever verb and protocol it comes from. Only the most important is told, and nothing
 * of a key whose end was told before, or that expires: IBM has no word for that.
 */
export function becomes(before: Key, after: Key): KeyEventKind | undefined {
  const [was, is] = [IS_DELETED[before.state], IS_DELETED[after.state]];
  if (was !== is) return is ? 'delete' : 'restore';
  if (is) return undefined;
  if (before.state !== after.state) return SWITCHED[after.state];
  const version = currentVersion(before);
  return version !== undefined && version.id !== currentVersion(after)?.id ? 'rotate' : undefined;
}

const SWITCHED: { readonly [S in KeyState]?: KeyEventKind } = { active: 'enable', suspended: 'disable' };
