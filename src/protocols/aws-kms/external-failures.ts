import type { ExternalFailure } from '../../keys/external-keys.ts';
import { AwsKmsError, type AwsErrorType } from './errors.ts';
import type { ConnectionErrorCodeType } from './model.gen.ts';

/** What a failure of an external key store proxy is for each kind of operation. */
interface Words {
  readonly text: string;
  /** CreateKey. */
  readonly createKey: AwsErrorType;
  /** CreateCustomKeyStore and UpdateCustomKeyStore. */
  readonly store: AwsErrorType;
  /** ConnectCustomKeyStore. */
  readonly connection: ConnectionErrorCodeType;
}

const STORE_STATE = 'CustomKeyStoreInvalidStateException';
const UNREADABLE: Words = {
  text: 'AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, report it to your external key store proxy administrator.',
  createKey: STORE_STATE,
  store: 'XksProxyInvalidResponseException',
  connection: 'XKS_PROXY_INVALID_RESPONSE',
};
const NO_KEY_MANAGER: Words = {
  text: 'The external key store proxy rejected the request because it cannot communicate with the external key manager. Verify that the external key store proxy configuration is correct and that the external key manager is available.',
  createKey: STORE_STATE,
  store: 'XksProxyInvalidResponseException',
  connection: 'XKS_PROXY_INVALID_RESPONSE',
};
const LATE = { createKey: STORE_STATE, store: 'XksProxyUriUnreachableException' } as const;

/**
 * The table behind "Error codes" in the External Key Store Proxy API Specification, whose texts clients see. The
 * connection error codes, and what the table leaves open, are inferred.
 */
export const EXTERNAL_FAILURES: Record<ExternalFailure, Words> = {
  validation: UNREADABLE,
  'malformed-answer': UNREADABLE,
  'invalid-state': {
    text: 'The external key associated with this KMS key in an external key store is not enabled in the external key manager. Enable the external key in the external key manager and retry the request.',
    createKey: 'XksKeyInvalidConfigurationException',
    store: 'XksProxyInvalidResponseException',
    connection: 'XKS_PROXY_INVALID_RESPONSE',
  },
  'invalid-ciphertext': {
    ...UNREADABLE,
    text: 'The external key store proxy rejected the request because the specified ciphertext or encryption context is corrupted, missing, or otherwise invalid.',
  },
  'wrong-plaintext': {
    ...UNREADABLE,
    text: 'The ciphertext that the external key store proxy submitted for decryption, or the encryption context, is corrupted, missing, or otherwise invalid.',
  },
  'invalid-key-usage': {
    text: 'The external key associated with this KMS key in an external key store does not support the requested operation. Enable the operation on the key in your external key manager, and try the request again.',
    createKey: 'XksKeyInvalidConfigurationException',
    store: 'XksProxyInvalidResponseException',
    connection: 'XKS_PROXY_INVALID_RESPONSE',
  },
  authentication: {
    text: 'The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the XKS proxy authentication credentials for your external key store and update if necessary.',
    createKey: STORE_STATE,
    store: 'XksProxyIncorrectAuthenticationCredentialException',
    connection: 'XKS_PROXY_ACCESS_DENIED',
  },
  'access-denied': {
    text: 'The external key store proxy denied access to the operation. Verify that the user and the external key are both authorized for this operation, and try the request again.',
    createKey: 'KMSInvalidStateException',
    store: 'XksProxyInvalidResponseException',
    connection: 'XKS_PROXY_ACCESS_DENIED',
  },
  'key-not-found': {
    text: 'The external key associated with this KMS key in an external key store was not found in its external key manager. If the external key ID associated with this KMS key is incorrect, create a new KMS key with the correct external key ID.',
    createKey: 'XksKeyNotFoundException',
    store: 'XksProxyInvalidResponseException',
    connection: 'XKS_PROXY_INVALID_RESPONSE',
  },
  'invalid-path': {
    text: 'The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for your external key store and update if necessary.',
    createKey: STORE_STATE,
    store: 'XksProxyInvalidConfigurationException',
    connection: 'XKS_PROXY_INVALID_CONFIGURATION',
  },
  unsupported: {
    text: 'The external key store proxy rejected the request because it does not support the requested operation. If you see this error repeatedly, report it to your external key store proxy administrator.',
    createKey: 'XksKeyInvalidConfigurationException',
    store: 'XksProxyInvalidResponseException',
    connection: 'XKS_PROXY_INVALID_RESPONSE',
  },
  'dependency-timeout': {
    ...LATE,
    text: 'The external key store proxy did not respond to the request in the time allotted. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
    connection: 'XKS_PROXY_TIMED_OUT',
  },
  throttled: {
    ...LATE,
    text: 'The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of your calls using KMS keys in this external key store.',
    connection: 'XKS_PROXY_NOT_REACHABLE',
  },
  internal: NO_KEY_MANAGER,
  'no-key-manager': {
    ...NO_KEY_MANAGER,
    store: 'XksProxyUriUnreachableException',
    connection: 'XKS_PROXY_NOT_REACHABLE',
  },
  unreachable: {
    ...LATE,
    text: 'AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If you see this error repeatedly, verify that your external key store proxy is active and is connected to the network, and that its endpoint URI is correct in your external key store.',
    connection: 'XKS_PROXY_NOT_REACHABLE',
  },
  tls: {
    ...LATE,
    text: 'AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, including its certificate.',
    connection: 'XKS_PROXY_INVALID_TLS_CONFIGURATION',
  },
  'timed-out': {
    ...LATE,
    text: 'AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
    connection: 'XKS_PROXY_TIMED_OUT',
  },
};

/** The failure as an operation answers it. Cryptographic operations always answer KMSInvalidStateException. */
export function externalFailure(failure: ExternalFailure, asked: 'createKey' | 'store' | 'crypto'): AwsKmsError {
  const words = EXTERNAL_FAILURES[failure];
  return new AwsKmsError(asked === 'crypto' ? 'KMSInvalidStateException' : words[asked], words.text);
}
