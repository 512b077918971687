import type { KeyErrorCode } from '../../keys/errors.ts';
import { KeyError } from '../../keys/errors.ts';
import { AccessDeniedError, BusyError, RefusedError } from '../../pipeline/errors.ts';
import { OutOfReachError } from '../../pipeline/reach.ts';

/** The errors of the External Key Store Proxy API Specification ("Error codes") with their status. */
const STATUS = {
  ValidationException: 400,
  InvalidStateException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  AuthenticationFailedException: 401,
  AccessDeniedException: 403,
  KeyNotFoundException: 404,
  InvalidUriPathException: 404,
  ThrottlingException: 429,
  InternalException: 500,
  UnsupportedOperationException: 501,
  DependencyTimeoutException: 503,
} as const;

export type XksErrorName = keyof typeof STATUS;

/** A refusal in the words of the specification. Its text has less than 512 characters of printable ASCII. */
export class XksError extends RefusedError {
  override readonly name = 'XksError';
  readonly errorName: XksErrorName;
  readonly text: string;

  constructor(errorName: XksErrorName, text: string) {
    super(errorName, text);
    this.errorName = errorName;
    this.text = text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 511);
  }

  get status(): number {
    return STATUS[this.errorName];
  }
}

type KeyWords = readonly [name: XksErrorName, text: string];

const NOT_FOUND: KeyWords = ['KeyNotFoundException', 'There is no such external key here.'];
const DISABLED: KeyWords = ['InvalidStateException', 'The external key is not enabled: enable it in Keystead.'];

/** The codes of the key domain that a use of an exposed key can meet. All others are faults of ours. */
const KEY_WORDS: { readonly [C in KeyErrorCode]?: KeyWords } = {
  'key-not-found': NOT_FOUND,
  'key-deleted': NOT_FOUND,
  'key-disabled': DISABLED,
  'key-deactivated': DISABLED,
  'key-pending-deletion': DISABLED,
  'key-pending-replica-deletion': DISABLED,
  'key-pending-import': ['InvalidStateException', 'The external key lacks its key material: import it in Keystead.'],
  'wrong-usage': ['InvalidKeyUsageException', 'The external key does not encrypt and decrypt.'],
  'wrong-origin': ['InvalidKeyUsageException', 'The key material of the external key is not here.'],
  'invalid-ciphertext': [
    'InvalidCiphertextException',
    'The ciphertext, initialization vector, metadata, additional authenticated data or tag is not what was made here.',
  ],
};

/** Says any error in the words of the specification. What is not ours to explain says nothing of its content. */
export function xksErrorOf(error: unknown): XksError {
  if (error instanceof XksError) return error;
  const words = error instanceof KeyError ? KEY_WORDS[error.code] : undefined;
  if (words !== undefined) return new XksError(...words);
  if (error instanceof AccessDeniedError) {
    return new XksError('AccessDeniedException', 'The policies of the external key do not allow this.');
  }
  if (error instanceof OutOfReachError) {
    return new XksError(
      'AccessDeniedException',
      'The policies of the instance (allowedNetwork, allowedIP) do not let it be reached from this address.',
    );
  }
  if (error instanceof BusyError) return new XksError('DependencyTimeoutException', 'Keystead is busy. Try again.');
  return new XksError('InternalException', 'Something failed in Keystead. The log of the server has it.');
}
