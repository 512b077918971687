import type { KeyStore, Reach } from '../../../keys/key-store.ts';
import { putKeyStore } from '../../../keys/key-store-record.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { requireFreeName } from './create-custom-key-store.ts';
import { invalidStoreState, keyStoreAct, listKeyStores, requireKeyStore } from './find-key-store.ts';
import { CONNECTION_STATES } from './key-store-words.ts';
import { PROXY_MEMBERS, probeProxy, proxyReach, requireOwnProxy } from './proxy-reach.ts';
import { validationError } from './refusals.ts';
import { tokenReachAfter } from './token-reach.ts';

const ACTION = 'kms:UpdateCustomKeyStore';

type UpdateInput = Input<'UpdateCustomKeyStore'>;

/** What may change while a store is connected: its keys go on to work. */
const ANY_TIME: ReadonlySet<keyof UpdateInput> = new Set([
  'CustomKeyStoreId',
  'NewCustomKeyStoreName',
  'XksProxyUriPath',
  'XksProxyAuthenticationCredential',
]);
const TOKEN_UPDATES = ['CloudHsmClusterId', 'KeyStorePassword'] as const;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html */
export const updateCustomKeyStore: Operation<'UpdateCustomKeyStore'> = {
  actions: [ACTION],
  keys: [],
  notes:
    'name, credential and path of a proxy in any state, everything else while DISCONNECTED; a cluster is related when it has the same trust anchor (inferred)',
  prepare(context, input) {
    const { CustomKeyStoreId: id, NewCustomKeyStoreName: name } = input;
    const changed = Object.keys(input) as (keyof UpdateInput)[];
    const details = { customKeyStore: id, members: changed.filter((member) => input[member] !== undefined) };
    return keyStoreAct(ACTION, details, async () => {
      const before = await requireKeyStore(context, id);
      requireChangeable(before, details.members);
      if (name !== undefined) requireFreeName(await listKeyStores(context), name, id);
      const reach = await reachAfter(context, before, input);
      const after = { ...before, reach, ...(name !== undefined && { name }) };
      return { value: {}, writes: [putKeyStore(context.instance, before, after)] };
    });
  },
};

function requireChangeable({ id, connection }: KeyStore, members: readonly (keyof UpdateInput)[]): void {
  if (connection.state === 'disconnected') return;
  const refused = members.find((member) => !ANY_TIME.has(member));
  if (refused === undefined) return;
  throw invalidStoreState(
    `Custom key store ${id} is ${CONNECTION_STATES[connection.state]}. Disconnect it before you change ${refused}.`,
  );
}

async function reachAfter(context: OperationContext, { id, reach }: KeyStore, input: UpdateInput): Promise<Reach> {
  const own = reach.kind === 'proxy' ? PROXY_MEMBERS : TOKEN_UPDATES;
  const foreign = reach.kind === 'proxy' ? TOKEN_UPDATES : PROXY_MEMBERS;
  const stray = foreign.find((member) => input[member] !== undefined);
  if (stray !== undefined) throw validationError(`${stray} does not go with the type of custom key store ${id}.`);
  if (!own.some((member) => input[member] !== undefined)) return reach;
  if (reach.kind === 'token') return tokenReachAfter(context, id, input, reach);
  const after = proxyReach(context, id, input, reach);
  await requireOwnProxy(context, id, after);
  await probeProxy(context, 'UpdateCustomKeyStore', id, after);
  return after;
}
