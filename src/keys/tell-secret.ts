import { currentVersion, hasMaterial, type Key } from './key.ts';
import type { OpenKey } from './open-key.ts';

/** In these states a stored secret is told: what was switched off or deleted stays here. */
const TOLD_IN: ReadonlySet<Key['state']> = new Set(['active', 'deactivated']);

/**
 * The bytes of a stored secret, which are the caller's to wipe; `undefined` for keys that never leave, and for secrets
 * whose state keeps them here.
 */
export function tellSecret(open: OpenKey, nowMs: number): Buffer | undefined {
  const { key } = open;
  const version = currentVersion(key);
  if (!key.extractable || !TOLD_IN.has(key.state) || version === undefined || !hasMaterial(version, nowMs))
    return undefined;
  return open.current(nowMs).material.export();
}
