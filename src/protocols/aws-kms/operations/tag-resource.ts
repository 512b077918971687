import { MAX_TAGS, tag } from '../../../keys/tags.ts';
import { management } from './manage.ts';
import { tagsOf } from './tags.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html */
export const tagResource = management<'TagResource'>({
  action: 'kms:TagResource',
  details: ({ Tags }) => ({ tagKeys: Tags.slice(0, MAX_TAGS).map(({ TagKey }) => TagKey) }),
  run: (_, { open }, { Tags }, nowMs) => ({ ...tag(open.space, open.key, tagsOf(Tags), nowMs), value: undefined }),
});
