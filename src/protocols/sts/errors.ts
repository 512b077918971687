import { RefusedError } from '../../pipeline/errors.ts';

/** Codes of AWS STS (API reference, "Errors" of each action and "Common Errors"), with their HTTP status. */
const STS_STATUS = {
  AccessDenied: 403,
  ExpiredToken: 403,
  IncompleteSignature: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidQueryParameter: 400,
  MalformedPolicyDocument: 400,
  MalformedQueryString: 400,
  MissingAction: 400,
  MissingAuthenticationToken: 403,
  PackedPolicyTooLarge: 400,
  RegionDisabledException: 403,
  RequestEntityTooLarge: 413,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  Throttling: 400,
  ValidationError: 400,
} as const;

export type StsErrorCode = keyof typeof STS_STATUS;

/** A refusal or a failure in the words of AWS STS. */
export class StsError extends RefusedError {
  override readonly name = 'StsError';
  declare readonly code: StsErrorCode;
  /** What the caller reads. */
  readonly text: string;

  constructor(code: StsErrorCode, text: string) {
    super(code, `${code}: ${text}`);
    this.text = text;
  }

  get status(): number {
    return STS_STATUS[this.code];
  }
}

export function validationError(text: string): StsError {
  return new StsError('ValidationError', text);
}
