import type { Tag } from '../../../keys/key.ts';
import type { Tag as WireTag } from '../model.gen.ts';

/** Tags of a request, as the key has them. */
export function tagsOf(tags: readonly WireTag[] | undefined): Tag[] {
  return (tags ?? []).map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue }));
}

export function wireTagOf({ key, value }: Tag): WireTag {
  return { TagKey: key, TagValue: value };
}
