import { untag } from '../../../keys/tags.ts';
import { management } from './manage.ts';
import { MAX_SHOWN } from './tag-resource.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html */
export const untagResource = management<'UntagResource'>({
  action: 'kms:UntagResource',
  details: ({ TagKeys }) => ({ tagKeys: TagKeys.slice(0, MAX_SHOWN) }),
  run: (_, { open }, { TagKeys }, nowMs) => ({ ...untag(open.space, open.key, TagKeys, nowMs), value: undefined }),
});
