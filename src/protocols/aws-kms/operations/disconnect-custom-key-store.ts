import { putKeyStore } from '../../../keys/key-store-record.ts';
import type { Operation } from '../operation.ts';
import { invalidStoreState, keyStoreAct, requireKeyStore } from './find-key-store.ts';

const ACTION = 'kms:DisconnectCustomKeyStore';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html */
export const disconnectCustomKeyStore: Operation<'DisconnectCustomKeyStore'> = {
  actions: [ACTION],
  keys: [],
  notes: 'done when it is answered: DISCONNECTING is never seen',
  prepare: (context, { CustomKeyStoreId: id }) =>
    keyStoreAct(ACTION, { customKeyStore: id }, async () => {
      const before = await requireKeyStore(context, id);
      if (before.connection.state === 'disconnected')
        throw invalidStoreState(`Custom key store ${id} is DISCONNECTED.`);
      const after = { ...before, connection: { state: 'disconnected' } } as const;
      return { value: {}, writes: [putKeyStore(context.instance, before, after)], urgent: true };
    }),
};
