import { wipe } from '../bytes/bytes.ts';
import { XksCallError, type XksClient, type XksConnection, type XksRequestMetadata } from '../clients/xks/client.ts';
import type { XksAddress } from '../clients/xks/transport.ts';
import { ExternalKeyError, type ExternalKeys, type ExternalRequest, type ProxyStore } from '../keys/external-keys.ts';
import type { KeySpace } from '../keys/key-space.ts';
import { openProxySecret } from '../keys/key-store.ts';

/**
 * Keys behind external key store proxies.
 *
 * @param addresses where the operator has placed hosts and VPC endpoint services; others are where their names say
 */
export function externalKeysBy(client: XksClient, addresses: ReadonlyMap<string, XksAddress>): ExternalKeys {
  async function ask<Answer>(
    space: KeySpace,
    store: ProxyStore,
    call: (connection: XksConnection) => Promise<Answer>,
  ): Promise<Answer> {
    const { uriEndpoint, uriPath, accessKeyId, serviceName } = store.reach;
    const secret = openProxySecret(space, store.id, store.reach);
    const via = addresses.get(serviceName ?? new URL(uriEndpoint).hostname);
    try {
      return await call({
        target: { endpoint: uriEndpoint, ...(via && { via }) },
        uriPath,
        signer: { accessKeyId, secret, region: space.region },
      });
    } catch (error) {
      throw error instanceof XksCallError ? new ExternalKeyError(error.failure, error.message) : error;
    } finally {
      wipe(secret);
    }
  }
  return {
    health: (space, store, request) =>
      ask(space, store, (connection) => client.health(connection, metadataOf(request))),
    describe: (space, store, keyId, request) =>
      ask(space, store, (connection) => client.keyMetadata(connection, keyId, metadataOf(request))),
    encrypt: (space, store, keyId, request, plaintext, aad) =>
      ask(space, store, (connection) => client.encrypt(connection, keyId, metadataOf(request), plaintext, aad)),
    decrypt: (space, store, keyId, request, parts, aad) =>
      ask(space, store, (connection) => client.decrypt(connection, keyId, metadataOf(request), parts, aad)),
  };
}

function metadataOf({ principalArn, operation, requestId, keyArn }: ExternalRequest): XksRequestMetadata {
  return {
    awsPrincipalArn: principalArn,
    kmsOperation: operation,
    kmsRequestId: requestId,
    ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
  };
}
