import { foldName } from '../../access/fold-name.ts';
import type { RequestContext } from '../../access/request.ts';
import type { Tag } from '../../identity/tags.ts';
import type { AskedBounds } from './session-bounds.ts';

/** What a trust policy may ask about a request to assume a role. */
export interface AskedRole {
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly durationSeconds: number | undefined;
  /** All that the session is to have, inherited ones too. */
  readonly tags: AskedBounds['tags'];
  readonly transitiveTagKeys: AskedBounds['transitiveTagKeys'];
  readonly region: string;
  /** Of the role: `aws:ResourceTag/...`. */
  readonly roleTags: readonly Tag[];
}

type Values = (asked: AskedRole) => readonly (string | undefined)[];

/** IAM user guide, "IAM and AWS STS condition context keys". */
const KEYS: Readonly<Record<string, Values>> = {
  'sts:rolesessionname': ({ sessionName }) => [sessionName],
  'sts:sourceidentity': ({ sourceIdentity }) => [sourceIdentity],
  'sts:durationseconds': ({ durationSeconds }) => [durationSeconds?.toString()],
  'sts:transitivetagkeys': ({ transitiveTagKeys }) => transitiveTagKeys,
  'aws:requestedregion': ({ region }) => [region],
  'aws:tagkeys': ({ tags }) => tags.map(({ key }) => key),
};
/** Families of keys: a tag of the request, a tag of the role. Keys of tags are compared without case. */
const TAGS: readonly (readonly [prefix: string, tags: (asked: AskedRole) => readonly Tag[]])[] = [
  ['aws:requesttag/', ({ tags }) => tags],
  ['aws:resourcetag/', ({ roleTags }) => roleTags],
];

/** Keys that one permission alone knows: the external id is the caller's word to the role, not to its tags. */
const KEYS_OF_ACTION: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  'sts:AssumeRole': { 'sts:externalid': ({ externalId }) => [externalId] },
};

/** The context in which one permission to assume a role is asked for, for conditions. */
export function assumeContext(asked: AskedRole, action: string): RequestContext {
  const keys = { ...KEYS, ...KEYS_OF_ACTION[action] };
  return {
    values(key) {
      for (const [prefix, tags] of TAGS) {
        if (!key.startsWith(prefix)) continue;
        const tag = tags(asked).find((one) => foldName(one.key) === key.slice(prefix.length));
        return tag && [tag.value];
      }
      const values = keys[key]?.(asked).filter((value) => value !== undefined);
      return values === undefined || values.length === 0 ? undefined : values;
    },
  };
}
