import type { KeyStore } from '../../../keys/key-store.ts';
import { AwsKmsError } from '../errors.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { keyStoreAct, listKeyStores, requireKeyStore } from './find-key-store.ts';
import { listEntry } from './key-store-words.ts';
import { pageEnd, pageOf, readPage } from './paging.ts';
import { validationError } from './refusals.ts';

const ACTION = 'kms:DescribeCustomKeyStores';
const LIST = { operation: 'DescribeCustomKeyStores', keyId: '' } as const;
const LIMITS = { default: 100, max: 1000 };

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeCustomKeyStores.html */
export const describeCustomKeyStores: Operation<'DescribeCustomKeyStores'> = {
  actions: [ACTION],
  keys: [],
  notes: 'the default of Limit is inferred',
  prepare(context, input) {
    const { CustomKeyStoreId: id, CustomKeyStoreName: name } = input;
    if (id !== undefined && name !== undefined) {
      throw validationError('You can give CustomKeyStoreId or CustomKeyStoreName, but not both.');
    }
    const page = readPage(context, LIST, LIMITS, input);
    return keyStoreAct(ACTION, { customKeyStore: id, name }, async () => {
      const stores = await storesOf(context, input);
      const { entries, next } = pageOf(
        stores,
        (store) => store.id,
        (store, position) => store.id > position,
        page,
      );
      return { value: { CustomKeyStores: entries.map(listEntry), ...pageEnd(context, LIST, next) } };
    });
  },
};

async function storesOf(
  context: OperationContext,
  { CustomKeyStoreId: id, CustomKeyStoreName: name }: Input<'DescribeCustomKeyStores'>,
): Promise<KeyStore[]> {
  if (id !== undefined) return [await requireKeyStore(context, id)];
  const stores = await listKeyStores(context);
  if (name === undefined) return stores;
  const named = stores.filter((store) => store.name === name);
  if (named.length > 0) return named;
  throw new AwsKmsError('CustomKeyStoreNotFoundException', `There is no custom key store with the name '${name}'.`);
}
