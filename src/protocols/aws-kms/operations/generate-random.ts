import { randomBytes } from 'node:crypto';
import type { Operation, OperationContext } from '../operation.ts';
import { AwsKmsError } from '../errors.ts';
import { RECIPIENT_NOTE } from '../recipient.ts';
import { invalidStoreState, requireKeyStore } from './find-key-store.ts';
import { validationError } from './refusals.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html */
export const generateRandom: Operation<'GenerateRandom'> = {
  actions: ['kms:GenerateRandom'],
  keys: [],
  notes: `CustomKeyStoreId leads to a refusal: no token can be connected yet; ${RECIPIENT_NOTE}`,
  prepare(context, { NumberOfBytes, CustomKeyStoreId }) {
    if (NumberOfBytes === undefined) throw validationError('NumberOfBytes is required.');
    return {
      targets: [{ action: 'kms:GenerateRandom', resource: '*' }],
      run: () => {
        if (CustomKeyStoreId !== undefined) return fromStore(context, CustomKeyStoreId);
        return { value: { Plaintext: randomBytes(NumberOfBytes) } };
      },
    };
  },
};

/** @throws {AwsKmsError} always: what a store gives has to come from the store */
async function fromStore(context: OperationContext, keyStoreId: string): Promise<never> {
  const { id, reach } = await requireKeyStore(context, keyStoreId);
  if (reach.kind === 'proxy') {
    throw new AwsKmsError('UnsupportedOperationException', `Custom key store ${id} is an external key store.`);
  }
  throw invalidStoreState(`Custom key store ${id} is not connected.`);
}
