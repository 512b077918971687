import type { KeyStore } from '../../../keys/key-store.ts';
import { readKeyStore } from '../../../keys/key-store-record.ts';
import type { Done } from '../../../pipeline/act.ts';
import type { Act } from '../../../pipeline/act.ts';
import type { Json } from '../../../bytes/canonical-json.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import { AwsKmsError } from '../errors.ts';
import type { OperationContext } from '../operation.ts';

/** @throws {AwsKmsError} CustomKeyStoreNotFoundException */
export async function requireKeyStore({ keys, instance }: OperationContext, keyStoreId: string): Promise<KeyStore> {
  const store = await keys.keyStores.find(instance, keyStoreId);
  if (store === undefined) {
    throw new AwsKmsError('CustomKeyStoreNotFoundException', `Custom key store '${keyStoreId}' does not exist.`);
  }
  return store;
}

/** All custom key stores of the caller's account and Region, sorted by id: there are few. */
export async function listKeyStores({ records, instance }: OperationContext): Promise<KeyStore[]> {
  const rows = await records.list(instance.tenantId, 'key-store', instance.region, { limit: 1000 });
  return rows.map((row) => readKeyStore(instance, row));
}

/** An act on custom key stores: it rests on the caller's own policies (API pages: "Required permissions"). */
export function keyStoreAct<Value>(
  action: string,
  details: Json,
  run: (nowMs: number) => MaybePromise<Done<Value>>,
): Act<Value> {
  return { targets: [{ action, resource: '*' }], details, run };
}

/** Refuses what the state of a store does not allow, in AWS's word for the state. */
export function invalidStoreState(text: string): AwsKmsError {
  return new AwsKmsError('CustomKeyStoreInvalidStateException', text);
}
