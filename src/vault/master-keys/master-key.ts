import type { Bytes } from '../../bytes/bytes.ts';
import type { KeyContext } from './context.ts';

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
}

/** Whether two descriptions name the same key. */
export function isSameMasterKey(
  a: Pick<MasterKeyDescription, 'provider' | 'keyId'>,
  b: Pick<MasterKeyDescription, 'provider' | 'keyId'>,
): boolean {
  return a.provider === b.provider && a.keyId === b.keyId;
}
