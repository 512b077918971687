import { ExternalKeyError } from '../../../keys/external-keys.ts';
import type { Connection, KeyStore } from '../../../keys/key-store.ts';
import { putKeyStore } from '../../../keys/key-store-record.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { invalidStoreState, keyStoreAct, requireKeyStore } from './find-key-store.ts';

const ACTION = 'kms:ConnectCustomKeyStore';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ConnectCustomKeyStore.html */
export const connectCustomKeyStore: Operation<'ConnectCustomKeyStore'> = {
  actions: [ACTION],
  keys: [],
  notes:
    'done when it is answered: CONNECTING is never seen; a store in a PKCS#11 token always ends in FAILED with INTERNAL_ERROR, since tokens cannot be opened yet',
  prepare: (context, { CustomKeyStoreId: id }) =>
    keyStoreAct(ACTION, { customKeyStore: id }, async () => {
      const before = await requireKeyStore(context, id);
      if (before.connection.state === 'connected') return { value: {} };
      if (before.connection.state === 'failed') {
        throw invalidStoreState(
          `Custom key store ${id} is FAILED. Disconnect it, correct what kept it from connecting, then connect it again.`,
        );
      }
      const connection = await connect(context, before);
      return { value: {}, writes: [putKeyStore(context.instance, before, { ...before, connection })] };
    }),
};

async function connect(context: OperationContext, { id, reach }: KeyStore): Promise<Connection> {
  if (reach.kind === 'token') return { state: 'failed', failure: 'token-not-available' };
  const { keyStores, instance, principal, requestId } = context;
  const request = { principalArn: principal.arn, operation: 'ConnectCustomKeyStore', requestId };
  try {
    await keyStores.external.health(instance, { id, reach }, request);
    return { state: 'connected' };
  } catch (error) {
    if (!(error instanceof ExternalKeyError)) throw error;
    return { state: 'failed', failure: error.failure };
  }
}
