import { RefusedError } from '../../pipeline/errors.ts';

/** Rules of the admin API itself that can refuse a request of a proven principal. */
export type AdminRefusalCode =
  | 'tenant-not-found'
  | 'region-not-found'
  | 'region-exists'
  | 'region-not-empty'
  | 'credential-not-found'
  | 'session-needed'
  | 'sign-in-again'
  | 'reauthentication-refused'
  | 'passkey-refused'
  | 'code-refused'
  | 'setup-needed'
  | 'password-not-allowed'
  | 'session-not-found'
  | 'enrolment-not-found'
  | 'lifetime-unwanted'
  | 'lifetime-missing'
  | 'expiry-unfit'
  | 'credential-bounded'
  | 'question-malformed'
  | 'checkpoint-not-found'
  | 'audit-entry-not-found'
  | 'audit-size-unknown'
  | 'too-many-streams'
  | 'export-too-large'
  | 'xks-endpoint-not-found'
  | 'xks-endpoint-exists'
  | 'xks-path-taken'
  | 'xks-key-not-found'
  | 'xks-key-exists'
  | 'xks-key-limit'
  | 'key-not-exposable'
  | 'usage-missing'
  | 'usage-unfit'
  | 'access-principal-not-found'
  | 'address-refused'
  | 'invalid-addresses';

/** A refusal by a rule of the admin API. It is recorded under its code. */
export class AdminRefusal extends RefusedError {
  override readonly name = 'AdminRefusal';
  declare readonly code: AdminRefusalCode;

  constructor(code: AdminRefusalCode, message: string) {
    super(code, message);
  }
}
