import type { Connection, KeyStore } from '../../../keys/key-store.ts';
import { EXTERNAL_FAILURES } from '../external-failures.ts';
import type { ConnectionErrorCodeType, ConnectionStateType, CustomKeyStoresListEntry } from '../model.gen.ts';
import { seconds } from './words.ts';

/** AWS's word for the connection of a store. */
export const CONNECTION_STATES: Record<Connection['state'], ConnectionStateType> = {
  connected: 'CONNECTED',
  disconnected: 'DISCONNECTED',
  failed: 'FAILED',
};

function errorCodeOf(connection: Connection): ConnectionErrorCodeType | undefined {
  if (connection.state !== 'failed') return undefined;
  return connection.failure === 'token-not-available'
    ? 'INTERNAL_ERROR'
    : EXTERNAL_FAILURES[connection.failure].connection;
}

/** What DescribeCustomKeyStores says of a store (API page "CustomKeyStoresListEntry"). */
export function listEntry({ id, name, connection, reach, createdAtMs }: KeyStore): CustomKeyStoresListEntry {
  const common = {
    CustomKeyStoreId: id,
    CustomKeyStoreName: name,
    ConnectionState: CONNECTION_STATES[connection.state],
    ConnectionErrorCode: errorCodeOf(connection),
    CreationDate: seconds(createdAtMs),
  };
  if (reach.kind === 'token') {
    return {
      ...common,
      CustomKeyStoreType: 'AWS_CLOUDHSM',
      CloudHsmClusterId: reach.clusterId,
      TrustAnchorCertificate: reach.trustAnchor,
    };
  }
  return {
    ...common,
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConfiguration: {
      Connectivity: reach.connectivity === 'public' ? 'PUBLIC_ENDPOINT' : 'VPC_ENDPOINT_SERVICE',
      AccessKeyId: reach.accessKeyId,
      UriEndpoint: reach.uriEndpoint,
      UriPath: reach.uriPath,
      VpcEndpointServiceName: reach.serviceName,
      VpcEndpointServiceOwner: reach.serviceOwner,
    },
  };
}
