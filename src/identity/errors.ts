/** Why a change of identity was refused. Each protocol says it in its own words. */
export type IdentityErrorCode =
  | 'principal-exists'
  | 'principal-not-found'
  | 'principal-is-oneself'
  | 'service-exists'
  | 'service-not-found'
  | 'role-exists'
  | 'role-not-found'
  | 'access-policy-exists'
  | 'access-policy-not-found'
  | 'access-policy-malformed'
  | 'access-policy-too-large'
  | 'access-policy-attached'
  | 'access-policy-built-in'
  | 'inline-policy-not-found'
  | 'trust-policy-malformed'
  | 'too-many-policies'
  | 'too-many-tags'
  | 'quota-reached'
  | 'tag-malformed'
  | 'operator-not-for-roles'
  | 'role-assignment-malformed'
  | 'role-assignment-not-found'
  | 'too-many-role-assignments'
  | 'authorization-not-found'
  | 'too-many-authorizations'
  | 'token-signing-key-not-found'
  | 'identity-provider-not-found'
  | 'identity-provider-malformed'
  | 'identity-link-not-found'
  | 'identity-provider-secret-missing'
  | 'too-many-identity-providers'
  | 'session-duration-out-of-bounds'
  | 'too-many-passkeys'
  | 'passkey-not-found'
  | 'password-not-set'
  | 'password-too-weak'
  | 'last-way-in'
  | 'person-needed';

/** A refusal by a rule of identity. The message names what was refused and why, and holds no secret. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly code: IdentityErrorCode;

  constructor(code: IdentityErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
