import { RefusedError } from '../../pipeline/errors.ts';

/** Codes of IBM Cloud IAM that occur here, with their HTTP status and what they say. */
export const IAM_ERRORS = {
  BXNIM0060E: { status: 500, message: 'The request could not be processed.' },
  BXNIM0106E: { status: 400, message: 'Property validation failed.' },
  BXNIM0109E: { status: 400, message: 'Property missing or empty.' },
  BXNIM0413E: { status: 413, message: 'The request is too large.' },
  BXNIM0415E: { status: 400, message: 'Provided API key could not be found.' },
  BXNIM0429E: { status: 429, message: 'Too many requests: send it again a little later.' },
  BXNIM0503E: { status: 503, message: 'The request took too long: send it again.' },
} as const;

export type IamErrorCode = keyof typeof IAM_ERRORS;

/** A refusal in the words of IBM Cloud IAM. `details` names the property and what it must hold, and no secret. */
export class IamError extends RefusedError {
  override readonly name = 'IamError';
  declare readonly code: IamErrorCode;
  readonly details: string | undefined;

  constructor(code: IamErrorCode, details?: string) {
    super(code, details ?? IAM_ERRORS[code].message);
    this.details = details;
  }

  get status(): number {
    return IAM_ERRORS[this.code].status;
  }
}

export function missing(property: string): IamError {
  return new IamError('BXNIM0109E', `Property '${property}' either missing or empty.`);
}

export function invalid(property: string, must: string): IamError {
  return new IamError('BXNIM0106E', `Validation of property '${property}' failed. ${must}`);
}
