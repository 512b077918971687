import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { dataKeyAct, withoutPlaintext } from './data-key.ts';

const ACTION = 'kms:GenerateDataKeyWithoutPlaintext';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html */
export const generateDataKeyWithoutPlaintext: Operation<'GenerateDataKeyWithoutPlaintext'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  prepare: (context, input, nowMs) => dataKeyAct(context, ACTION, input, nowMs, withoutPlaintext),
};
