import { RefusedError } from '../../pipeline/errors.ts';

/** What a code is answered with, and what its `errorMsg` says failed. */
interface Reason {
  readonly status: number;
  readonly what: string;
}

const ON_KEY = 'Action could not be performed on key';
const KEY_METADATA = 'Key metadata could not be retrieved';
const CREATE = 'Key could not be created';
const DELETE = 'Key could not be deleted';
const RESTORE = 'Key could not be restored';
const ALIAS = 'Alias could not be created';
const RING = 'Key ring could not be changed';
const REGISTRATION = 'Registration could not be changed';
const POLICY = 'Policies could not be changed';
const REQUEST = 'The request could not be processed';
const TOKEN = 'Import token could not be used';

/** Every code of IBM Key Protect's `reasons` that can occur here, with its status. */
export const REASONS = {
  AUTHORIZATIONS_NOT_MET: { status: 409, what: DELETE },
  BAD_BODY_ERR: { status: 400, what: REQUEST },
  BEARER_SUB_EXTRACTION_ERR: { status: 400, what: REQUEST },
  BODY_QUERY_PARAM_MISMATCH_ERR: { status: 400, what: POLICY },
  COLLECTION_TOTAL_MISMATCH_ERR: { status: 400, what: REQUEST },
  EVENT_NOT_FOUND_ERR: { status: 404, what: 'Event could not be acknowledged' },
  IMPORT_TOKEN_EXPIRED_ERR: { status: 409, what: TOKEN },
  INCOMPLETE_METADATA_ERR: { status: 500, what: KEY_METADATA },
  INCORRECT_NONCE_ERR: { status: 400, what: CREATE },
  INCORRECT_NONCE_IV_ERR: { status: 400, what: CREATE },
  INTERNAL_ERR: { status: 500, what: REQUEST },
  INVALID_FIELD_ERR: { status: 400, what: REQUEST },
  INVALID_HEADER_ERR: { status: 400, what: REQUEST },
  INVALID_QUERY_PARAM_ERR: { status: 400, what: REQUEST },
  KEY_ACTION_INVALID_STATE_ERR: { status: 409, what: ON_KEY },
  KEY_ALIAS_NOT_FOUND_ERR: { status: 404, what: 'Alias could not be deleted' },
  KEY_ALIAS_NOT_UNIQUE_ERR: { status: 409, what: ALIAS },
  KEY_ALIAS_QUOTA_ERR: { status: 409, what: ALIAS },
  KEY_CREATE_IMPORT_ACCESS_ERR: { status: 409, what: CREATE },
  KEY_DELETED_ERR: { status: 410, what: ON_KEY },
  KEY_EXPIRED_ERR: { status: 400, what: RESTORE },
  KEY_INVALID_STATE_ERR: { status: 422, what: REGISTRATION },
  KEY_NOT_FOUND_ERR: { status: 404, what: KEY_METADATA },
  KEY_PAYLOAD_REQ_ERR: { status: 400, what: ON_KEY },
  KEY_QUOTA_ERR: { status: 409, what: CREATE },
  KEY_RESTORE_EXPIRED: { status: 400, what: RESTORE },
  KEY_RING_NOT_EMPTY_ERR: { status: 409, what: RING },
  KEY_RING_NOT_FOUND_ERR: { status: 404, what: RING },
  KEY_RING_NOT_UNIQUE_ERR: { status: 409, what: RING },
  KEY_RING_QUOTA_ERR: { status: 409, what: RING },
  KEY_ROOT_REQ_ERR: { status: 400, what: ON_KEY },
  KEY_ROOT_REQ_REG_ERR: { status: 422, what: REGISTRATION },
  KEY_ROTATION_NOT_PERMITTED: { status: 409, what: ON_KEY },
  KEY_SEARCH_TOO_BROAD: { status: 400, what: 'Keys could not be listed' },
  KEY_VERSION_INVALID: { status: 422, what: REGISTRATION },
  NO_BODY_ERR: { status: 400, what: REQUEST },
  NOT_DUAL_AUTH_ERR: { status: 409, what: ON_KEY },
  NOT_FOUND_ERR: { status: 404, what: REQUEST },
  NOT_IMPLEMENTED_ERR: { status: 501, what: REQUEST },
  NUM_COLLECTION_RESOURCE_ERR: { status: 400, what: POLICY },
  PREV_KEY_DEL_ERR: { status: 409, what: DELETE },
  PROTECTED_RESOURCE_ERR: { status: 409, what: DELETE },
  REGISTRATION_NOT_FOUND_ERR: { status: 404, what: REGISTRATION },
  REGISTRATION_NOT_UNIQUE_ERR: { status: 409, what: REGISTRATION },
  REGISTRATION_QUOTA_ERR: { status: 409, what: REGISTRATION },
  REQ_TOO_EARLY_ERR: { status: 409, what: ON_KEY },
  REQUEST_TOO_LARGE_ERR: { status: 413, what: REQUEST },
  RESOURCE_OWNER_ERR: { status: 403, what: REGISTRATION },
  SERVICE_ONLY_ERR: { status: 403, what: REGISTRATION },
  SERVICE_UNAVAILABLE_ERR: { status: 503, what: REQUEST },
  TOO_MANY_REQUESTS_ERR: { status: 429, what: REQUEST },
  UNPROCESSABLE_CIPHERTEXT_ERR: { status: 422, what: ON_KEY },
} as const satisfies Readonly<Record<string, Reason>>;

export type ReasonCode = keyof typeof REASONS;

/** What of the request was wrong. */
export interface ErrorTarget {
  readonly type: 'field' | 'query_param' | 'header';
  readonly name: string;
}

/** A refusal in IBM Key Protect's words. It is recorded under its code. */
export class KeyProtectError extends RefusedError {
  override readonly name = 'KeyProtectError';
  override readonly code: ReasonCode;
  readonly target: ErrorTarget | undefined;
  /** What failed, where the code's own words do not fit. */
  readonly what: string;

  constructor(code: ReasonCode, message: string, target?: ErrorTarget, what: string = REASONS[code].what) {
    super(code, message);
    this.code = code;
    this.target = target;
    this.what = what;
  }

  get status(): number {
    return REASONS[this.code].status;
  }
}

/** Nobody known, or somebody who may not: IBM gives the same answer, without a reason. Recorded as `unauthorized`. */
export class UnauthorizedError extends RefusedError {
  override readonly name = 'UnauthorizedError';

  constructor(message = 'the user does not have access to the specified resource') {
    super('unauthorized', message);
  }
}

/** A field of the body that does not hold what it must. `must` continues "must be: ". */
export function badField(name: string, must: string): KeyProtectError {
  return new KeyProtectError('INVALID_FIELD_ERR', `The field '${name}' must be: ${must}`, { type: 'field', name });
}

/** A query parameter that does not hold what it must. */
export function badQuery(name: string, must: string): KeyProtectError {
  return new KeyProtectError('INVALID_QUERY_PARAM_ERR', `The query_param '${name}' must be: ${must}`, {
    type: 'query_param',
    name,
  });
}

export function badBody(message: string): KeyProtectError {
  return new KeyProtectError('BAD_BODY_ERR', message);
}
