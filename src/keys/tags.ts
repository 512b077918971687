import { edit, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { Key, Tag } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { requireState } from './state.ts';

const RESERVED_PREFIX = 'aws:';

/** @throws {KeyError} `tag-limit`, `tag-reserved`, `tag-duplicate` */
export function requireTags(tags: readonly Tag[], { tagsPerKey: limit }: Quotas = DEFAULT_QUOTAS): void {
  if (tags.some(({ key }) => key.toLowerCase().startsWith(RESERVED_PREFIX))) throw new KeyError('tag-reserved');
  if (new Set(tags.map(({ key }) => key)).size !== tags.length) throw new KeyError('tag-duplicate');
  if (tags.length > limit) throw new KeyError('tag-limit', { limit });
}

/** Adds tags; a tag whose key is there already gets the new value. */
export function tag(
  space: KeySpace,
  key: Key,
  tags: readonly Tag[],
  nowMs: number,
  quotas = DEFAULT_QUOTAS,
): Change<Key> {
  requireState(key, 'annotate', nowMs);
  requireTags(tags, quotas);
  const replaced = new Set(tags.map((one) => one.key));
  const merged = [...key.tags.filter((one) => !replaced.has(one.key)), ...tags];
  const limit = quotas.tagsPerKey;
  if (merged.length > limit) throw new KeyError('tag-limit', { keyId: key.id, limit });
  return edit(space, key, { tags: merged, updatedAtMs: nowMs });
}

/** Takes tags away. Keys that are not there are passed over. */
export function untag(space: KeySpace, key: Key, tagKeys: readonly string[], nowMs: number): Change<Key> {
  requireState(key, 'annotate', nowMs);
  if (tagKeys.some((name) => name.toLowerCase().startsWith(RESERVED_PREFIX))) throw new KeyError('tag-reserved');
  return edit(space, key, { tags: key.tags.filter((one) => !tagKeys.includes(one.key)), updatedAtMs: nowMs });
}
