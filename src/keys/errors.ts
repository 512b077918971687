import type { RootVerb } from './root-key.ts';
import type { Wait } from './waiting-times.ts';
import type { ExternalFailure } from './external-keys.ts';

/** Every way in which a verb of the key domain can refuse. Each protocol maps all of them: a total table. */
export type KeyErrorCode =
  | 'key-not-found'
  | 'key-disabled'
  | 'key-pending-deletion'
  | 'key-pending-replica-deletion'
  | 'key-not-pending-deletion'
  | 'key-pending-import'
  | 'key-limit'
  | 'too-many-waiting'
  | 'wrong-usage'
  | 'wrong-origin'
  | 'wrong-family'
  | 'wrong-algorithm'
  | 'message-unfit'
  | 'plaintext-too-long'
  | 'context-unwanted'
  | 'invalid-signature'
  | 'invalid-mac'
  | 'invalid-public-key'
  | 'incorrect-key'
  | 'invalid-ciphertext'
  | 'unknown-ciphertext-key'
  | 'import-token-invalid'
  | 'import-token-expired'
  | 'import-undecryptable'
  | 'import-wrong-length'
  | 'import-material-unfit'
  | 'import-wrapping-unfit'
  | 'import-used-otherwise'
  | 'import-incorrect-material'
  | 'import-another-pending'
  | 'import-expiry-missing'
  | 'import-expiry-unwanted'
  | 'import-expiry-out-of-range'
  | 'import-material-id-unwanted'
  | 'material-not-found'
  | 'rotation-limit'
  | 'rotation-near'
  | 'rotation-period-out-of-range'
  | 'not-primary'
  | 'primary-already'
  | 'replica-exists'
  | 'replica-not-found'
  | 'region-not-found'
  | 'no-pending-material'
  | 'deletion-window-out-of-range'
  | 'alias-not-found'
  | 'alias-exists'
  | 'alias-malformed'
  | 'alias-reserved'
  | 'alias-limit'
  | 'alias-incompatible'
  | 'grant-invalid'
  | 'grant-limit'
  | 'grantee-limit'
  | 'grant-not-found'
  | 'grant-token-invalid'
  | 'tag-limit'
  | 'tag-reserved'
  | 'tag-duplicate'
  | 'access-policy-malformed'
  | 'access-policy-lockout'
  | 'key-unavailable'
  | 'external-key-failed'
  | 'key-deleted'
  | 'key-not-deleted'
  | 'deletion-must-wait'
  | 'key-expired'
  | 'key-deactivated'
  | 'key-not-active'
  | 'key-not-suspended'
  | 'too-early'
  | 'restore-expired'
  | 'not-a-wrapping-key'
  | 'payload-missing'
  | 'payload-unwanted'
  | 'import-nonce-undecryptable'
  | 'import-nonce-wrong'
  | 'import-token-required'
  | 'creation-forbidden'
  | 'key-ring-malformed'
  | 'key-ring-not-found'
  | 'key-ring-exists'
  | 'key-ring-not-empty'
  | 'key-ring-limit'
  | 'key-protected'
  | 'key-held'
  | 'authorization-missing'
  | 'not-dual-authorized'
  | 'dual-authorization-stays'
  | 'registration-not-found'
  | 'registration-exists'
  | 'registration-key-unfit'
  | 'registration-key-state'
  | 'registration-version-unknown'
  | 'registration-owner'
  | 'registration-limit'
  | 'event-not-found'
  | 'record-not-authentic';

/** Facts a protocol may need for its text. Never a secret. */
export interface KeyErrorFacts {
  readonly keyId?: string;
  readonly alias?: string;
  readonly region?: string;
  /** The number that was reached. */
  readonly limit?: number;
  readonly grantId?: string;
  readonly materialId?: string;
  readonly otherMaterialId?: string;
  /** Why the other half of a key, which is elsewhere, could not be used. */
  readonly failure?: ExternalFailure;
  readonly keyRing?: string;
  /** What had to wait, and from when on it need not. */
  readonly wait?: Wait;
  readonly allowedAtMs?: number;
  readonly atMs?: number;
  /** What was to be done with a root key. */
  readonly verb?: RootVerb;
  /** Why, in a few words, where the code alone does not say it. */
  readonly detail?: string;
}

/** A refusal by the key domain. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: KeyErrorCode;
  readonly facts: KeyErrorFacts;

  constructor(code: KeyErrorCode, facts: KeyErrorFacts = {}) {
    super(facts.detail === undefined ? code : `${code}: ${facts.detail}`);
    this.code = code;
    this.facts = facts;
  }
}

/** The record of `what` is not one that this installation wrote. */
export function notAuthentic(what: string): KeyError {
  return new KeyError('record-not-authentic', { detail: `the record of ${what}` });
}
