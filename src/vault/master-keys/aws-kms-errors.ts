import type { AwsKmsKey } from '../../clients/aws-kms/client.ts';
import type { MasterKeyFailure } from './master-key-error.ts';
import type { MasterKeyFacts } from './master-key.ts';

/** What an answer of the AWS KMS API means; `ask`: only the state of the key, which DescribeKey tells, says it. */
type Meaning = MasterKeyFailure | 'ask';

/**
 * The errors of GenerateDataKey, Encrypt, Decrypt, ReEncrypt and DescribeKey, and those common to all of AWS.
 * https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
 */
const MEANINGS: { readonly [name: string]: Meaning } = {
  DisabledException: 'disabled',
  KMSInvalidStateException: 'ask',
  NotFoundException: 'deleted',
  AccessDeniedException: 'denied',
  NotAuthorizedException: 'denied',
  UnrecognizedClientException: 'denied',
  InvalidClientTokenId: 'denied',
  InvalidSignatureException: 'denied',
  SignatureDoesNotMatch: 'denied',
  IncompleteSignature: 'denied',
  IncompleteSignatureException: 'denied',
  MissingAuthenticationToken: 'denied',
  MissingAuthenticationTokenException: 'denied',
  ExpiredTokenException: 'denied',
  RequestExpired: 'denied',
  OptInRequired: 'denied',
  // The SDK's own: it found no credentials, or could not read them.
  CredentialsProviderError: 'denied',
  RoleRefusedError: 'denied',
  InvalidGrantTokenException: 'denied',
  InvalidKeyUsageException: 'denied',
  InvalidCiphertextException: 'wrong-context-or-tampered',
  IncorrectKeyException: 'wrong-context-or-tampered',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
};

/** The key states of the API: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
const STATES: { readonly [state: string]: Exclude<MasterKeyFacts['state'], 'enabled'> } = {
  Disabled: 'disabled',
  PendingDeletion: 'pending-deletion',
  PendingReplicaDeletion: 'pending-deletion',
  PendingImport: 'material-missing',
  Unavailable: 'unreachable',
  Creating: 'unreachable',
  Updating: 'unreachable',
};

/** What the text of an invalid state says, where nobody may ask for the state itself. */
const STATE_TEXTS: readonly (readonly [RegExp, MasterKeyFailure])[] = [
  [/pending deletion/i, 'pending-deletion'],
  [/pending import/i, 'material-missing'],
  [/disabled/i, 'disabled'],
];

/** The answer to a ciphertext whose header names no key that the caller may use. It is no word on the key asked for. */
const UNKNOWN_KEY_IN_CIPHERTEXT = /^The ciphertext refers to a customer master key/;

interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What an error of the SDK means for who asked. */
export function meaningOf(error: unknown): Meaning {
  if (!(error instanceof Error)) return 'unreachable';
  const { name, message, $metadata } = error as AwsError;
  if (name === 'AccessDeniedException' && UNKNOWN_KEY_IN_CIPHERTEXT.test(message)) return 'ask';
  const meaning = MEANINGS[name];
  if (meaning !== undefined) return meaning;
  const status = $metadata?.httpStatusCode ?? 0;
  // Another refusal of the request as such: repeating it, or looking at the network, would not help.
  return status >= 400 && status < 500 ? 'denied' : 'unreachable';
}

/** What stands in the way of a key in this state; `undefined` where nothing does. */
export function failureOfState(key: Pick<AwsKmsKey, 'state'>): Exclude<MasterKeyFacts['state'], 'enabled'> | undefined {
  return STATES[key.state];
}

/** The best that the text of an error tells, when the state cannot be asked for. */
export function failureOfText(error: unknown): MasterKeyFailure {
  const { name, message } = error as AwsError;
  if (name === 'AccessDeniedException') return 'wrong-context-or-tampered';
  return STATE_TEXTS.find(([text]) => text.test(message))?.[1] ?? 'unreachable';
}
