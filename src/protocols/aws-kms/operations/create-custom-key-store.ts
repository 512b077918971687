import { whileItLasts } from '../../../identity/tenant.ts';
import { makeKeyStoreId, type KeyStore, type Reach } from '../../../keys/key-store.ts';
import { putKeyStore } from '../../../keys/key-store-record.ts';
import type { Needed } from '../../../pipeline/act.ts';
import { AwsKmsError } from '../errors.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { keyStoreAct, listKeyStores } from './find-key-store.ts';
import { PROXY_MEMBERS, probeProxy, proxyReach, requireOwnProxy } from './proxy-reach.ts';
import { validationError } from './refusals.ts';
import { TOKEN_MEMBERS, tokenReach } from './token-reach.ts';

const ACTION = 'kms:CreateCustomKeyStore';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html */
export const createCustomKeyStore: Operation<'CreateCustomKeyStore'> = {
  actions: [ACTION],
  keys: [],
  notes:
    'a VPC endpoint service is an address that the operator sets, and its proxy is asked for its health as well; AWS_CLOUDHSM is a PKCS#11 token that the operator names; texts are inferred',
  prepare(context, input) {
    const { CustomKeyStoreName: name, CustomKeyStoreType: type = 'AWS_CLOUDHSM' } = input;
    return keyStoreAct(ACTION, { name, type }, async (nowMs) => {
      requireMembersOf(type, input);
      const stores = await listKeyStores(context);
      requireFreeName(stores, name);
      const { instance, random } = context;
      const { room, refusal } = storeRoom(context);
      // Whoever has no room need not be asked for a store's proxy or token. The commit counts once more, exactly.
      if (stores.length >= room.below) throw refusal;
      const id = makeKeyStoreId(random);
      const reach = await reachOf(context, id, type, input);
      const { tenantId, region } = instance;
      const connection = { state: 'disconnected' } as const;
      const store: KeyStore = { tenantId, region, id, revision: 0, name, connection, reach, createdAtMs: nowMs };
      const writes = [putKeyStore(instance, undefined, store)];
      const preconditions = [whileItLasts(instance)];
      return { value: { CustomKeyStoreId: id }, writes, preconditions, rooms: [{ room, refusal }] };
    });
  },
};

function storeRoom({ instance, quotas }: OperationContext): Needed {
  const { tenantId, region } = instance;
  const { keyStoresPerRegion: below } = quotas;
  const refusal = new AwsKmsError(
    'LimitExceededException',
    `This account has as many custom key stores in this Region as it may have (${below}, the quota keyStoresPerRegion). Delete one that nobody needs, or have the quota raised.`,
  );
  return { room: { tenantId, kind: 'key-store', scope: region, below }, refusal };
}

type StoreType = NonNullable<Input<'CreateCustomKeyStore'>['CustomKeyStoreType']>;

async function reachOf(
  context: OperationContext,
  id: string,
  type: StoreType,
  input: Input<'CreateCustomKeyStore'>,
): Promise<Reach> {
  if (type === 'AWS_CLOUDHSM') return tokenReach(context, id, input);
  const reach = proxyReach(context, id, input);
  await requireOwnProxy(context, id, reach);
  await probeProxy(context, 'CreateCustomKeyStore', id, reach);
  return reach;
}

/** What belongs to the other type of store would be ignored: it is refused. */
function requireMembersOf(type: StoreType, input: Input<'CreateCustomKeyStore'>): void {
  const foreign = type === 'AWS_CLOUDHSM' ? PROXY_MEMBERS : TOKEN_MEMBERS;
  const found = foreign.find((member) => input[member] !== undefined);
  if (found !== undefined) throw validationError(`${found} does not go with a custom key store of the type ${type}.`);
}

/** @throws {AwsKmsError} CustomKeyStoreNameInUseException */
export function requireFreeName(stores: readonly KeyStore[], name: string, ownId?: string): void {
  if (!stores.some((store) => store.name === name && store.id !== ownId)) return;
  throw new AwsKmsError(
    'CustomKeyStoreNameInUseException',
    `There is a custom key store with the name ${name} already.`,
  );
}
