import type { ExternalParts } from '../crypto/external-ciphertext.ts';
import type { KeySpace } from './key-space.ts';
import type { KeyStore, ProxyReach } from './key-store.ts';

/** Why an external key could not be used, as far as the proxy or the way to it tells. */
export type ExternalFailure =
  /** What the proxy answered. */
  | 'validation'
  | 'invalid-state'
  | 'invalid-ciphertext'
  | 'invalid-key-usage'
  | 'authentication'
  | 'access-denied'
  | 'key-not-found'
  | 'invalid-path'
  | 'throttled'
  | 'internal'
  | 'unsupported'
  | 'dependency-timeout'
  /** What was found on the way. */
  | 'malformed-answer'
  | 'unreachable'
  | 'tls'
  | 'timed-out'
  /** It answered that none of its key managers works. */
  | 'no-key-manager'
  /** It gave back something else than what it was given. */
  | 'wrong-plaintext';

/** An external key could not be used. */
export class ExternalKeyError extends Error {
  override readonly name = 'ExternalKeyError';
  readonly failure: ExternalFailure;

  /** @param note what the proxy says of it, or the network: for the audit entry, never for the caller */
  constructor(failure: ExternalFailure, note?: string) {
    super(note === undefined ? failure : `${failure}: ${note}`);
    this.failure = failure;
  }
}

/** For whom and for what an external key is used: the proxy sees it, logs it and may decide by it. */
export interface ExternalRequest {
  readonly principalArn: string;
  readonly operation: string;
  readonly requestId: string;
  /** Absent before there is a key. */
  readonly keyArn?: string;
}

/** What a proxy says of a key. */
export interface ExternalKeyFacts {
  readonly spec: string;
  readonly usages: readonly string[];
  readonly isEnabled: boolean;
}

/** A store whose keys are behind a proxy, or is about to be one. */
export type ProxyStore = Pick<KeyStore, 'id'> & { readonly reach: ProxyReach };

/**
 * Uses keys that are held elsewhere. Every call ends within a bound of a quarter of a second and rejects with
 * {@link ExternalKeyError}; it may be repeated.
 */
export interface ExternalKeys {
  /** Resolves where the proxy is there, knows us, and has a key manager that works. */
  health(space: KeySpace, store: ProxyStore, request: ExternalRequest): Promise<void>;
  describe(
    space: KeySpace,
    store: ProxyStore,
    externalKeyId: string,
    request: ExternalRequest,
  ): Promise<ExternalKeyFacts>;
  /** The answer was checked against its integrity value. */
  encrypt(
    space: KeySpace,
    store: ProxyStore,
    externalKeyId: string,
    request: ExternalRequest,
    plaintext: Uint8Array,
    aad: Uint8Array,
  ): Promise<ExternalParts>;
  decrypt(
    space: KeySpace,
    store: ProxyStore,
    externalKeyId: string,
    request: ExternalRequest,
    parts: ExternalParts,
    aad: Uint8Array,
  ): Promise<Buffer>;
}
