import { keysInStoreSpace } from '../../../keys/key-record.ts';
import { removeKeyStore } from '../../../keys/key-store-record.ts';
import { AwsKmsError } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { invalidStoreState, keyStoreAct, requireKeyStore } from './find-key-store.ts';

const ACTION = 'kms:DeleteCustomKeyStore';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html */
export const deleteCustomKeyStore: Operation<'DeleteCustomKeyStore'> = {
  actions: [ACTION],
  keys: [],
  prepare: (context, { CustomKeyStoreId: id }) =>
    keyStoreAct(ACTION, { customKeyStore: id }, async () => {
      const store = await requireKeyStore(context, id);
      if (store.connection.state === 'connected') {
        throw invalidStoreState(`Custom key store ${id} is CONNECTED. Disconnect it first.`);
      }
      const { tenantId, region } = store;
      const [key] = await context.records.listNames(keysInStoreSpace(tenantId, region, id), { limit: 1 });
      if (key !== undefined) {
        throw new AwsKmsError(
          'CustomKeyStoreHasCMKsException',
          `Custom key store ${id} holds KMS keys. Delete them first, and wait for the end of their waiting periods.`,
        );
      }
      return { value: {}, writes: [removeKeyStore(store)] };
    }),
};
