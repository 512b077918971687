import type { RequestContext } from '../../access/request.ts';
import type { AskedBounds } from './session-bounds.ts';

/** What a trust policy may ask about a request to assume a role. */
export interface AskedRole {
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly bounds: AskedBounds;
}

type Values = (asked: AskedRole) => readonly (string | undefined)[];

/** IAM user guide, "IAM and AWS STS condition context keys". */
const KEYS: Readonly<Record<string, Values>> = {
  'sts:externalid': ({ externalId }) => [externalId],
  'sts:rolesessionname': ({ sessionName }) => [sessionName],
  'sts:sourceidentity': ({ sourceIdentity }) => [sourceIdentity],
  'sts:durationseconds': ({ durationSeconds }) => [durationSeconds?.toString()],
  'sts:transitivetagkeys': ({ bounds }) => bounds.transitiveTagKeys,
  'aws:tagkeys': ({ bounds }) => bounds.tags.map(({ key }) => key),
};
const REQUEST_TAG = 'aws:requesttag/';

/** The context of a request to assume a role, for conditions. */
export function assumeContext(asked: AskedRole): RequestContext {
  return {
    values(key) {
      if (key.startsWith(REQUEST_TAG)) {
        const name = key.slice(REQUEST_TAG.length);
        const tag = asked.bounds.tags.find((one) => one.key.toLowerCase() === name.toLowerCase());
        return tag && [tag.value];
      }
      const values = KEYS[key]?.(asked).filter((value) => value !== undefined);
      return values === undefined || values.length === 0 ? undefined : values;
    },
  };
}
