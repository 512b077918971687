import { RefusedError } from '../../pipeline/errors.ts';
import { FAULTS, type ModelledError } from './model.gen.ts';

/**
 * Errors that any AWS service of this wire answers, whatever its model says
 * (https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html).
 */
export type CommonError =
  | 'AccessDeniedException'
  | 'ExpiredTokenException'
  | 'IncompleteSignatureException'
  | 'InternalFailure'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'NotAuthorizedException'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'ServiceUnavailableException'
  | 'ThrottlingException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException';

export type AwsErrorType = ModelledError | CommonError;

/** AWS answers 400 for every client error over JSON 1.1, also where the schema of its SDK says 403, 404, 409 or 412. */
const CLIENT_ERROR = 400;

const STATUS: Readonly<Partial<Record<AwsErrorType, number>>> = {
  DependencyTimeoutException: 503,
  InternalFailure: 500,
  RequestEntityTooLargeException: 413,
  ServiceUnavailableException: 503,
};

/**
 * A refusal or a failure in the words of the AWS KMS API. `text` is undefined where AWS answers the type alone
 * (InvalidCiphertextException, KMSInvalidSignatureException, KMSInvalidMacException, ...).
 */
export class AwsKmsError extends RefusedError {
  override readonly name = 'AwsKmsError';
  readonly type: AwsErrorType;
  readonly text: string | undefined;

  constructor(type: AwsErrorType, text?: string) {
    super(type, text === undefined ? type : `${type}: ${text}`);
    this.type = type;
    this.text = text;
  }

  get status(): number {
    return STATUS[this.type] ?? (FAULTS.has(this.type as ModelledError) ? 500 : CLIENT_ERROR);
  }
}
