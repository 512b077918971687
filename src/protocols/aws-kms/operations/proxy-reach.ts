import { wipe } from '../../../bytes/bytes.ts';
import { ExternalKeyError } from '../../../keys/external-keys.ts';
import { wrapStoreSecret, type KeyStore, type ProxyReach } from '../../../keys/key-store.ts';
import { XKS_PATH } from '../../../keys/xks-endpoint.ts';
import { AwsKmsError } from '../errors.ts';
import { externalFailure } from '../external-failures.ts';
import type { Input, OperationContext } from '../operation.ts';
import { listKeyStores } from './find-key-store.ts';
import { requiredMember, validationError } from './refusals.ts';

type Members = Pick<
  Input<'UpdateCustomKeyStore'>,
  | 'XksProxyUriEndpoint'
  | 'XksProxyUriPath'
  | 'XksProxyVpcEndpointServiceName'
  | 'XksProxyVpcEndpointServiceOwner'
  | 'XksProxyAuthenticationCredential'
  | 'XksProxyConnectivity'
>;

/** The members that say how a proxy is reached. */
export const PROXY_MEMBERS = [
  'XksProxyConnectivity',
  'XksProxyUriEndpoint',
  'XksProxyUriPath',
  'XksProxyAuthenticationCredential',
  'XksProxyVpcEndpointServiceName',
  'XksProxyVpcEndpointServiceOwner',
] as const;

/**
 * How a proxy is to be reached: what a request says, over what was so before.
 *
 * @throws {AwsKmsError} ValidationException, XksProxyInvalidConfigurationException,
 *   XksProxyVpcEndpointServiceNotFoundException
 */
export function proxyReach(
  { instance, random, keyStores }: OperationContext,
  keyStoreId: string,
  input: Members,
  before?: ProxyReach,
): ProxyReach {
  const connectivity = connectivityOf(input) ?? before?.connectivity;
  if (connectivity === undefined) throw requiredMember('XksProxyConnectivity');
  const uriEndpoint = input.XksProxyUriEndpoint ?? before?.uriEndpoint;
  if (uriEndpoint === undefined) throw requiredMember('XksProxyUriEndpoint');
  const uriPath = input.XksProxyUriPath ?? before?.uriPath;
  if (uriPath === undefined) throw requiredMember('XksProxyUriPath');
  if (!uriPath.endsWith(XKS_PATH)) {
    const text = `The external key store proxy API has version 1 only: XksProxyUriPath must end with ${XKS_PATH}.`;
    throw new AwsKmsError('XksProxyInvalidConfigurationException', text);
  }
  const base = { kind: 'proxy', connectivity, uriEndpoint, uriPath } as const;
  return {
    ...base,
    ...serviceOf(connectivity, input, before, keyStores.hasService),
    ...credentialOf(input, before, (accessKeyId, secret) =>
      wrapStoreSecret(instance, keyStoreId, `proxy ${accessKeyId}`, secret, random),
    ),
  };
}

function connectivityOf({ XksProxyConnectivity }: Members): ProxyReach['connectivity'] | undefined {
  if (XksProxyConnectivity === undefined) return undefined;
  return XksProxyConnectivity === 'PUBLIC_ENDPOINT' ? 'public' : 'service';
}

function serviceOf(
  connectivity: ProxyReach['connectivity'],
  { XksProxyVpcEndpointServiceName: name, XksProxyVpcEndpointServiceOwner: owner }: Members,
  before: ProxyReach | undefined,
  hasService: (name: string) => boolean,
): Pick<ProxyReach, 'serviceName' | 'serviceOwner'> {
  if (connectivity === 'public') {
    if (name === undefined && owner === undefined) return {};
    throw validationError('XksProxyVpcEndpointServiceName and its owner go with VPC_ENDPOINT_SERVICE only.');
  }
  const serviceName = name ?? before?.serviceName;
  const serviceOwner = owner ?? before?.serviceOwner;
  if (serviceName === undefined) throw requiredMember('XksProxyVpcEndpointServiceName');
  if (!hasService(serviceName)) {
    throw new AwsKmsError(
      'XksProxyVpcEndpointServiceNotFoundException',
      `The VPC endpoint service ${serviceName} has no address here: the operator sets one by KEYSTEAD_KEY_STORE_CONNECT.`,
    );
  }
  return { serviceName, ...(serviceOwner !== undefined && { serviceOwner }) };
}

function credentialOf(
  { XksProxyAuthenticationCredential: given }: Members,
  before: ProxyReach | undefined,
  wrap: (accessKeyId: string, secret: Buffer) => string,
): Pick<ProxyReach, 'accessKeyId' | 'secret'> {
  if (given === undefined) {
    if (before === undefined) throw requiredMember('XksProxyAuthenticationCredential');
    return { accessKeyId: before.accessKeyId, secret: before.secret };
  }
  const secret = Buffer.from(given.RawSecretAccessKey, 'latin1');
  try {
    return { accessKeyId: given.AccessKeyId, secret: wrap(given.AccessKeyId, secret) };
  } finally {
    wipe(secret);
  }
}

/**
 * Refuses a proxy that another store of the account and Region has already.
 *
 * @throws {AwsKmsError} XksProxyUriInUseException, XksProxyUriEndpointInUseException,
 *   XksProxyVpcEndpointServiceInUseException
 */
export async function requireOwnProxy(context: OperationContext, keyStoreId: string, reach: ProxyReach): Promise<void> {
  for (const other of (await listKeyStores(context)).filter(isOther)) {
    const theirs = other.reach as ProxyReach;
    const isSameHost = theirs.uriEndpoint === reach.uriEndpoint;
    if (isSameHost && theirs.uriPath === reach.uriPath) throw inUse('XksProxyUriInUseException', 'URI', other);
    // Stores with a public endpoint may share a host; one behind a VPC endpoint service has its host for itself.
    if (isSameHost && (theirs.connectivity === 'service' || reach.connectivity === 'service'))
      throw inUse('XksProxyUriEndpointInUseException', 'URI endpoint', other);
    if (reach.serviceName !== undefined && theirs.serviceName === reach.serviceName)
      throw inUse('XksProxyVpcEndpointServiceInUseException', 'VPC endpoint service', other);
  }

  function isOther({ id, reach: theirs }: KeyStore): boolean {
    return id !== keyStoreId && theirs.kind === 'proxy';
  }
}

function inUse(type: `XksProxy${string}InUseException`, what: string, { id }: KeyStore): AwsKmsError {
  return new AwsKmsError(type as 'XksProxyUriInUseException', `The proxy ${what} is that of custom key store ${id}.`);
}

/**
 * Asks the proxy for its health, as AWS KMS does before it believes what it is told of it.
 *
 * @throws {AwsKmsError} XksProxy...Exception, as the proxy failed
 */
export async function probeProxy(
  { keyStores, instance, principal, requestId }: OperationContext,
  operation: 'CreateCustomKeyStore' | 'UpdateCustomKeyStore',
  keyStoreId: string,
  reach: ProxyReach,
): Promise<void> {
  const request = { principalArn: principal.arn, operation, requestId };
  try {
    await keyStores.external.health(instance, { id: keyStoreId, reach }, request);
  } catch (error) {
    throw error instanceof ExternalKeyError ? externalFailure(error.failure, 'store') : error;
  }
}
