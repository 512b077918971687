import type { Tag } from '../../../keys/key.ts';
import { management } from './manage.ts';
import { pageEnd, pageOf, readPage } from './paging.ts';
import { wireTagOf } from './tags.ts';

const LIMITS = { default: 50, max: 50 };
const isBehind = ({ key }: Tag, position: string): boolean => key > position;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html */
export const listResourceTags = management<'ListResourceTags'>({
  action: 'kms:ListResourceTags',
  run(context, { open }, input) {
    const list = { operation: 'ListResourceTags', keyId: open.key.id } as const;
    const sorted = open.key.tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const page = pageOf(sorted, ({ key }) => key, isBehind, readPage(context, list, LIMITS, input));
    return { value: { Tags: page.entries.map(wireTagOf), ...pageEnd(context, list, page.next) } };
  },
});
