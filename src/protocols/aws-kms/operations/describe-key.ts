import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { keyMetadata } from './key-metadata.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
export const describeKey: Operation<'DescribeKey'> = {
  actions: ['kms:DescribeKey'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  notes: 'there are no AWS managed keys, so `alias/aws/...` is not found',
  prepare(context, input, nowMs) {
    return andThen(resolveKey(context, input.KeyId, ANY_FORM, nowMs), (resolved) => ({
      targets: [targetOf('kms:DescribeKey', resolved)],
      finds: true,
      run: (runAtMs) => ({
        value: { KeyMetadata: keyMetadata(resolved.open.key, resolved.accountId, runAtMs) },
      }),
    }));
  },
};
