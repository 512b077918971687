import type { Origin } from '../../../crypto/key-spec.ts';
import { ExternalKeyError, type ExternalKeyFacts } from '../../../keys/external-keys.ts';
import { keysInStoreSpace } from '../../../keys/key-record.ts';
import type { KeyStoreBacking } from '../../../keys/key.ts';
import type { KeyStore, ProxyReach } from '../../../keys/key-store.ts';
import { putKeyStore } from '../../../keys/key-store-record.ts';
import type { Put } from '../../../records/commit.ts';
import { AwsKmsError } from '../errors.ts';
import { externalFailure } from '../external-failures.ts';
import type { Input, OperationContext } from '../operation.ts';
import { invalidStoreState, requireKeyStore } from './find-key-store.ts';
import { requiredMember, validationError } from './refusals.ts';

/** The text of the External Key Store Proxy API Specification for a store that is not connected. */
const NOT_CONNECTED =
  'This KMS key is in a custom key store that is not connected to its external key store proxy. Connect the external key store and try the request again.';

/** A key's place in a custom key store, and what keeps the store there for as long as the key is being made. */
export interface Placed {
  readonly backing: KeyStoreBacking;
  readonly hold: Put;
}

/**
 * Refuses members of CreateKey that do not go together, whatever the store.
 *
 * @throws {AwsKmsError} ValidationException, UnsupportedOperationException
 */
export function requireStoreMembers(input: Input<'CreateKey'>, origin: Origin, isSymmetric: boolean): void {
  const isElsewhere = origin === 'remote' || origin === 'hsm';
  if (isElsewhere && input.CustomKeyStoreId === undefined) throw requiredMember('CustomKeyStoreId');
  if (origin === 'remote' && input.XksKeyId === undefined) throw requiredMember('XksKeyId');
  if (!isElsewhere && input.CustomKeyStoreId !== undefined)
    throw validationError('CustomKeyStoreId goes with Origin AWS_CLOUDHSM or EXTERNAL_KEY_STORE only.');
  if (origin !== 'remote' && input.XksKeyId !== undefined)
    throw validationError('XksKeyId goes with Origin EXTERNAL_KEY_STORE only.');
  if (isElsewhere && (!isSymmetric || input.MultiRegion === true)) {
    throw new AwsKmsError(
      'UnsupportedOperationException',
      'A custom key store takes single-Region keys of the spec SYMMETRIC_DEFAULT only.',
    );
  }
}

/**
 * Finds the place of a new key in a custom key store: the store is connected, and the external key is there, fit and
 * nobody else's.
 *
 * @throws {AwsKmsError} CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException, XksKey...Exception
 */
export async function placeKey(
  context: OperationContext,
  { CustomKeyStoreId = '', XksKeyId = '' }: Input<'CreateKey'>,
  origin: Origin,
): Promise<Placed> {
  const store = await requireKeyStore(context, CustomKeyStoreId);
  const { id, reach, connection } = store;
  if ((reach.kind === 'proxy') !== (origin === 'remote')) {
    throw new AwsKmsError(
      'UnsupportedOperationException',
      `Custom key store ${id} is of another type than the origin.`,
    );
  }
  if (connection.state !== 'connected' || reach.kind !== 'proxy') throw invalidStoreState(NOT_CONNECTED);
  const name = { space: keysInStoreSpace(store.tenantId, store.region, id), name: XksKeyId };
  if ((await context.records.resolve(name)) !== undefined) {
    throw new AwsKmsError(
      'XksKeyAlreadyInUseException',
      `The external key ${XksKeyId} belongs to another KMS key of custom key store ${id} already.`,
    );
  }
  requireFit(await describe(context, { ...store, reach }, XksKeyId));
  // The store is written again as it is: whoever deletes it at the same time finds that it has changed.
  return {
    backing: { keyStoreId: id, externalKeyId: XksKeyId },
    hold: putKeyStore(context.instance, store, store),
  };
}

async function describe(
  { keyStores, instance, principal, requestId }: OperationContext,
  store: KeyStore & { readonly reach: ProxyReach },
  externalKeyId: string,
): Promise<ExternalKeyFacts> {
  const request = { principalArn: principal.arn, operation: 'CreateKey', requestId };
  try {
    return await keyStores.external.describe(instance, store, externalKeyId, request);
  } catch (error) {
    throw error instanceof ExternalKeyError ? externalFailure(error.failure, 'createKey') : error;
  }
}

/** Specification, GetKeyMetadata, "KMS Considerations". */
function requireFit({ spec, usages, isEnabled }: ExternalKeyFacts): void {
  if (!isEnabled) throw externalFailure('invalid-state', 'createKey');
  if (spec !== 'AES_256') {
    throw new AwsKmsError(
      'XksKeyInvalidConfigurationException',
      'The external key is not a 256-bit AES key (AES_256).',
    );
  }
  if (!usages.includes('ENCRYPT') || !usages.includes('DECRYPT')) {
    throw externalFailure('invalid-key-usage', 'createKey');
  }
}
