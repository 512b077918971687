import { tag } from '../../../keys/tags.ts';
import { management } from './manage.ts';
import { tagsOf } from './tags.ts';

/** How many an entry names: it has room for so much. */
export const MAX_SHOWN = 50;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html */
export const tagResource = management<'TagResource'>({
  action: 'kms:TagResource',
  details: ({ Tags }) => ({ tagKeys: Tags.slice(0, MAX_SHOWN).map(({ TagKey }) => TagKey) }),
  run: ({ quotas }, { open }, { Tags }, nowMs) => ({
    ...tag(open.space, open.key, tagsOf(Tags), nowMs, quotas),
    value: undefined,
  }),
});
