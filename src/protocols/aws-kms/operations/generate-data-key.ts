import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { RECIPIENT_NOTE } from '../recipient.ts';
import { materialIdOf } from './cipher.ts';
import { dataKeyAct } from './data-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
export const generateDataKey: Operation<'GenerateDataKey'> = {
  actions: ['kms:GenerateDataKey'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  notes: RECIPIENT_NOTE,
  prepare(context, input, nowMs) {
    return dataKeyAct(
      context,
      'kms:GenerateDataKey',
      input,
      nowMs,
      ({ ciphertext, version, dataKey }, { arn, open }) => ({
        CiphertextBlob: ciphertext,
        Plaintext: dataKey,
        KeyId: arn,
        KeyMaterialId: materialIdOf(open, version),
      }),
    );
  },
};
