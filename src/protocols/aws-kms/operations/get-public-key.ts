import { requireState } from '../../../keys/state.ts';
import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { algorithmsOf, specsOf } from './key-metadata.ts';
import { USAGES } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html */
export const getPublicKey: Operation<'GetPublicKey'> = {
  actions: ['kms:GetPublicKey'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  notes: 'the state of the key is told before its kind (inferred)',
  prepare: (context, input, nowMs) =>
    andThen(resolveKey(context, input.KeyId, ANY_FORM, nowMs), (resolved) => ({
      targets: [targetOf('kms:GetPublicKey', resolved)],
      run(runAtMs) {
        const { key } = resolved.open;
        requireState(key, 'use', runAtMs);
        const { version } = resolved.open.publicHalf(runAtMs);
        const value = {
          KeyId: resolved.arn,
          PublicKey: Buffer.from(version.publicKey, 'base64'),
          ...specsOf(key),
          KeyUsage: USAGES[key.usage],
          ...algorithmsOf(key),
        };
        return { value, keyVersion: version.id };
      },
    })),
};
