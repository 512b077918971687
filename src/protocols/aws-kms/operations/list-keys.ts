import { readKey } from '../../../keys/key-record.ts';
import { keyArn } from '../arn.ts';
import { isFound } from '../expressible.ts';
import type { Operation } from '../operation.ts';
import { pageEnd, readPage } from './paging.ts';

const LIST = { operation: 'ListKeys', keyId: '' } as const;
const LIMITS = { default: 100, max: 1000 };

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export const listKeys: Operation<'ListKeys'> = {
  actions: ['kms:ListKeys'],
  keys: [],
  notes: 'pages may be shorter than Limit while deleted keys wait to be destroyed',
  prepare(context, input) {
    const { limit, after } = readPage(context, LIST, LIMITS, input);
    const { tenantId, region, accountId, tenantKey } = context.instance;
    return {
      targets: [{ action: 'kms:ListKeys', resource: '*' }],
      finds: true,
      async run(nowMs) {
        const listed = (from: string | undefined, atMost: number) =>
          context.records.list(tenantId, 'key', region, { limit: atMost, ...(from !== undefined && { after: from }) });
        const records = await listed(after, limit);
        const last = records.length < limit ? undefined : records.at(-1)?.id;
        const next = last !== undefined && (await listed(last, 1)).length > 0 ? last : undefined;
        const keys = records.map((record) => readKey(tenantKey, record));
        const Keys = keys
          .filter((key) => isFound(key, nowMs))
          .map(({ id }) => ({ KeyId: id, KeyArn: keyArn(region, accountId, id) }));
        return { value: { Keys, ...pageEnd(context, LIST, next) } };
      },
    };
  },
};
