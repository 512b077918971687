import { randomBytes } from 'node:crypto';
import type { Operation } from '../operation.ts';
import { refuseMember, validationError } from './refusals.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html */
export const generateRandom: Operation<'GenerateRandom'> = {
  actions: ['kms:GenerateRandom'],
  keys: [],
  notes: 'no custom key stores',
  prepare(_, { NumberOfBytes, CustomKeyStoreId }) {
    refuseMember('CustomKeyStoreId', CustomKeyStoreId);
    if (NumberOfBytes === undefined) throw validationError('NumberOfBytes is required.');
    return {
      targets: [{ action: 'kms:GenerateRandom', resource: '*' }],
      run: () => ({ value: { Plaintext: randomBytes(NumberOfBytes) } }),
    };
  },
};
