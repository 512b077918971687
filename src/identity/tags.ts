import { IdentityError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** A tag of a user, a role or a session. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What IAM allows in tags (IAM API reference, `Tag`). */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Adds tags to those that are there; a key that is there gets the new value. Keys that differ in case only are one. */
export function withTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const byKey = new Map(tags.map((tag) => [tag.key.toLowerCase(), tag]));
  for (const tag of checkedTags(added)) byKey.set(tag.key.toLowerCase(), tag);
  return requireFew([...byKey.values()]);
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return tags.filter(({ key }) => !gone.has(key.toLowerCase()));
}

/** @throws {IdentityError} `tag-malformed`, `too-many-tags` */
export function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = new Set<string>();
  for (const { key, value } of tags) {
    if (key.length < 1 || key.length > LIMITS.tagKey || !CHARACTERS.test(key) || /^aws:/i.test(key))
      throw new IdentityError(
        'tag-malformed',
        `a tag's key has 1 to ${LIMITS.tagKey} letters, digits, spaces or _ . : / = + - @, and does not begin with "aws:"`,
      );
    if (value.length > LIMITS.tagValue || !CHARACTERS.test(value))
      throw new IdentityError(
        'tag-malformed',
        `a tag's value has at most ${LIMITS.tagValue} letters, digits, spaces or _ . : / = + - @`,
      );
    if (keys.has(key.toLowerCase())) throw new IdentityError('tag-malformed', `the tag key ${key} is there twice`);
    keys.add(key.toLowerCase());
  }
  return requireFew(tags);
}

function requireFew(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length <= LIMITS.tags) return tags;
  throw new IdentityError('too-many-tags', `there are at most ${LIMITS.tags} tags`);
}
