import { wipe, type Bytes } from '../../bytes/bytes.ts';
import type { KeyProtectClient } from '../../clients/key-protect/client.ts';
import type { KeyOwner } from './aws-kms.ts';
import { encryptionContext, type KeyContext } from './context.ts';
import { parseKeyCrn, type KeyCrn } from './key-crn.ts';
import { failureOfState, meaningOf } from './key-protect-errors.ts';
import { MasterKeyError } from './master-key-error.ts';
import type { GeneratedDataKey, MasterKey, MasterKeyDescription, MasterKeyFacts } from './master-key.ts';
import { rewrapHere } from './rewrap-here.ts';

/** Far over what a wrapped key of 32 bytes takes. */
const MAX_WRAPPED = 6144;
const DATA_KEY_LENGTH = 32;

/** A root key in IBM Key Protect, or in anything that speaks its protocol, Keystead itself included. */
export class KeyProtectMasterKey implements MasterKey {
  /** No policy of IBM Cloud knows an aad: what is wrapped under another is refused, but nobody can be kept from one. */
  readonly capabilities = { contextConditions: false, serverSideRewrap: false };
  readonly client: KeyProtectClient;
  readonly #key: KeyCrn;
  readonly #probeAad: readonly string[];
  /** What was opened last, still wrapped: opening it again proves the key without making another. */
  #opened: { readonly wrapped: Bytes<'WrappedKey'>; readonly context: KeyContext } | undefined;

  /** @throws {TypeError} `crn` is not the CRN of a key, or of one in another instance than the client asks */
  constructor(client: KeyProtectClient, crn: string, owner: KeyOwner) {
    const parsed = parseKeyCrn(crn);
    if (parsed?.instance !== client.connection.instance) throw new TypeError('a root key is named by its CRN');
    this.client = client;
    this.#key = parsed;
    this.#probeAad = [
      `keystead:environment=${owner.environment}`,
      'keystead:format=1',
      'keystead:purpose=probe',
      `keystead:tenant=${owner.tenant}`,
    ];
  }

  describe(): MasterKeyDescription {
    const { crn, region } = this.#key;
    return { provider: 'key-protect', keyId: crn, region };
  }

  async inspect(): Promise<MasterKeyFacts> {
    const key = await this.#asking(() => this.client.describe(this.#key.keyId));
    const state = failureOfState(key) ?? 'enabled';
    return {
      keyId: key.crn,
      state,
      suitable: !key.extractable,
      kind: key.extractable ? 'a standard key' : 'a root key',
      ...(state === 'pending-deletion' &&
        key.restorableUntilMs !== undefined && { deletionDateMs: key.restorableUntilMs }),
    };
  }

  get clockSkewMs(): number | undefined {
    return this.client.clockSkewMs;
  }

  async close(): Promise<void> {
    this.client.close();
  }

  async generate(context: KeyContext): Promise<GeneratedDataKey> {
    const made = await this.#asking(() => this.client.generate(this.#key.keyId, aadOf(context)));
    if (made.dataKey.length === DATA_KEY_LENGTH) return made;
    wipe(made.dataKey);
    throw this.#error('unreachable');
  }

  async wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>> {
    return await this.#asking(() => this.client.wrap(this.#key.keyId, dataKey, aadOf(context)));
  }

  async unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>> {
    this.#refuseForm(wrapped);
    const dataKey = await this.#asking(() => this.client.unwrap(this.#key.keyId, wrapped, aadOf(context)));
    if (dataKey.length !== DATA_KEY_LENGTH) {
      wipe(dataKey);
      throw this.#error('wrong-context-or-tampered');
    }
    this.#opened = { wrapped, context };
    return dataKey;
  }

  async rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>> {
    // The API re-wraps for the newest version of the same key alone.
    if (to instanceof KeyProtectMasterKey && to.#key.crn === this.#key.crn) {
      this.#refuseForm(wrapped);
      return await this.#asking(() => this.client.rewrap(this.#key.keyId, wrapped, aadOf(context)));
    }
    return await rewrapHere(this, wrapped, context, to);
  }

  async probe(): Promise<void> {
    const last = this.#opened;
    if (last !== undefined) return wipe(await this.unwrap(last.wrapped, last.context));
    const { dataKey } = await this.#asking(() => this.client.generate(this.#key.keyId, this.#probeAad));
    wipe(dataKey);
  }

  /** It goes into JSON as the text that it came as: printable ASCII. */
  #refuseForm(wrapped: Bytes<'WrappedKey'>): void {
    const isText = wrapped.every((byte) => byte > 0x20 && byte < 0x7f);
    if (wrapped.length < 1 || wrapped.length > MAX_WRAPPED || !isText) throw this.#error('wrong-context-or-tampered');
  }

  #error(code: MasterKeyError['code'], cause?: unknown, deletionDateMs?: number): MasterKeyError {
    return new MasterKeyError(code, this.#key.crn, { cause, ...(deletionDateMs !== undefined && { deletionDateMs }) });
  }

  async #asking<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  /** Finds out what an error means, asking for the key's state where only that tells. */
  async #explain(error: unknown): Promise<MasterKeyError> {
    const meaning = meaningOf(error);
    if (meaning !== 'ask') return this.#error(meaning, error);
    try {
      const key = await this.client.describe(this.#key.keyId);
      // A key that is active and refuses all the same has no material, where its owner was to bring it; else it has healed.
      const failure = failureOfState(key) ?? (key.imported ? 'material-missing' : 'unreachable');
      return this.#error(failure, error, failure === 'pending-deletion' ? key.restorableUntilMs : undefined);
    } catch (describing) {
      const why = meaningOf(describing);
      return this.#error(why === 'ask' ? 'deleted' : why, error);
    }
  }
}

/** `name=value`, sorted by name: docs/spec/backup-format.md, section 4. */
function aadOf(context: KeyContext): string[] {
  return [...encryptionContext(context)].map(([name, value]) => `${name}=${value}`).toSorted();
}
