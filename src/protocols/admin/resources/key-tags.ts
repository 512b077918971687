import Type from 'typebox';
import { tag, untag } from '../../../keys/tags.ts';
import { keyRoute } from '../key-route.ts';
import { requestTags } from '../request-context.ts';
import { closed, TAG } from '../schema.ts';

/** How many an entry names: it has room for so much. */
const MAX_SHOWN = 50;

export const tagKey = keyRoute({
  id: 'tagKey',
  method: 'POST',
  below: '/tags',
  action: 'kms:TagResource',
  summary: 'Adds tags to a key; a tag that is there already gets the new value',
  body: closed({ tags: Type.Array(TAG, { minItems: 1, maxItems: 200 }) }),
  example: { tags: [{ key: 'team', value: 'payroll' }] },
  details: ({ tags }) => ({ tagKeys: tags.slice(0, MAX_SHOWN).map(({ key }) => key) }),
  asked: ({ tags }) => requestTags(tags),
  change: (space, key, { tags }, nowMs, { services }) => tag(space, key, tags, nowMs, services.quotas),
});

export const untagKey = keyRoute({
  id: 'untagKey',
  method: 'POST',
  below: '/tags/delete',
  action: 'kms:UntagResource',
  summary: 'Takes tags from a key; those that it has not are passed over',
  body: closed({
    tagKeys: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 200 }),
  }),
  example: { tagKeys: ['team'] },
  details: ({ tagKeys }) => ({ tagKeys: tagKeys.slice(0, MAX_SHOWN) }),
  asked: ({ tagKeys }) => ({ 'aws:tagkeys': tagKeys }),
  change: (space, key, { tagKeys }, nowMs) => untag(space, key, tagKeys, nowMs),
});
