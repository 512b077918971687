import type { Bytes } from '../../bytes/bytes.ts';
import type { KeyContext } from './context.ts';
import type { MasterKeyFailure } from './master-key-error.ts';

/** Which key this is. Shown to people, and written into envelopes as the name of the recipient. */
export interface MasterKeyDescription {
  /** `aws-kms`, `key-protect`, `keystead`: together with `keyId` it names the key for good. */
  readonly provider: string;
  /** The provider's most precise name: an ARN, a CRN. Never an alias, which may come to mean another key. */
  readonly keyId: string;
  /** Where the key lives, in the provider's words. */
  readonly region: string;
  /** A name for people, where there is one. */
  readonly label?: string;
}

export interface MasterKeyCapabilities {
  /** The provider can allow or deny by encryption context. */
  readonly contextConditions: boolean;
  /** `rewrap` to a key of the same provider does not bring the data key here. */
  readonly serverSideRewrap: boolean;
  /** It only wraps here: what opens is kept elsewhere. `unwrap` and `rewrap` answer `offline`. */
  readonly sealOnly?: true;
}

/** What a provider says of a key, in words that all of them share. */
export interface MasterKeyFacts {
  /** The provider's most precise name of the key: where it was asked for by an alias or a bare id, what that means. */
  readonly keyId: string;
  readonly state:
    | 'enabled'
    | Exclude<MasterKeyFailure, 'denied' | 'throttled' | 'wrong-context-or-tampered' | 'offline'>;
  /** Milliseconds since 1970, where the key is to be deleted and the provider tells. */
  readonly deletionDateMs?: number;
  /** Whether a key of this kind can wrap data keys. */
  readonly suitable: boolean;
  /** Its kind in the provider's own words, for people. */
  readonly kind: string;
}

/** A fresh data key: 32 bytes, and the same wrapped. Whoever asked for it wipes `dataKey`. */
export interface GeneratedDataKey {
  readonly dataKey: Bytes<'DataKey'>;
  readonly wrapped: Bytes<'WrappedKey'>;
}

/**
 * A key that stays with the customer and wraps the data keys of a vault. Every call authenticates
 * `encryptionContext(context)`: what was wrapped under one context is refused under any other with
 * `wrong-context-or-tampered`.
 *
 * Every method rejects with a `MasterKeyError` and with nothing else. An implementation retries `throttled` and
 * `unreachable` for itself, for a few seconds at most; it keeps no data key and caches no answer, so that a key that
 * is switched off is off with the next call.
 */
export interface MasterKey {
  readonly capabilities: MasterKeyCapabilities;
  /** Says which key this is, without asking the provider. */
  describe(): MasterKeyDescription;
  /** Makes a data key of 256 bits. */
  generate(context: KeyContext): Promise<GeneratedDataKey>;
  /** Wraps a data key that another master key has made. Does not wipe it. */
  wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>>;
  /** Opens a wrapped key. The caller wipes the answer. */
  unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>>;
  /** Wraps for the key `to` what this key has wrapped, under the same context. */
  rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>>;
  /** Proves that the key can be used now, by using it; rejects with what stands in the way. */
  probe(): Promise<void>;
  /** What the provider says of the key, whatever state it is in. Rejects when it is gone, denied or out of reach. */
  inspect(): Promise<MasterKeyFacts>;
  /** How far the provider's clock is ahead of this one, milliseconds; `undefined` before the first answer. */
  readonly clockSkewMs?: number | undefined;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** Whether two descriptions name the same key. */
export function isSameMasterKey(
  a: Pick<MasterKeyDescription, 'provider' | 'keyId'>,
  b: Pick<MasterKeyDescription, 'provider' | 'keyId'>,
): boolean {
  return a.provider === b.provider && a.keyId === b.keyId;
}
