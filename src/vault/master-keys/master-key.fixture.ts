import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import { encodeStringMap } from '../../bytes/encoding.ts';
import { encryptionContext, type KeyContext } from './context.ts';
import { MasterKeyError, type MasterKeyFailure } from './master-key-error.ts';
import type { MasterKey, MasterKeyDescription, MasterKeyFacts } from './master-key.ts';

const NONCE = 12;
const TAG = 16;

/** A real AES-256-GCM wrapping key in memory whose provider can be told to fail in every way there is. */
export class FixtureMasterKey implements MasterKey {
  readonly capabilities = { contextConditions: true, serverSideRewrap: false };
  /** What every call answers from now on; `undefined` lets the key work. */
  failure: MasterKeyFailure | undefined;
  deletionDateMs: number | undefined;
  /** How often each method was called. */
  readonly calls = { generate: 0, wrap: 0, unwrap: 0, rewrap: 0, probe: 0 };
  readonly #key: KeyObject;
  readonly #description: MasterKeyDescription;

  constructor(keyId = 'fixture-key', material: Uint8Array = randomBytes(32), region = 'eu-central-1') {
    this.#key = createSecretKey(material);
    this.#description = { provider: 'fixture', keyId, region };
  }

  describe(): MasterKeyDescription {
    return this.#description;
  }

  async generate(context: KeyContext): Promise<{ dataKey: Bytes<'DataKey'>; wrapped: Bytes<'WrappedKey'> }> {
    this.calls.generate++;
    this.#refuse();
    const dataKey = bytesOf<'DataKey'>(randomBytes(32));
    return { dataKey, wrapped: this.#seal(dataKey, context) };
  }

  async wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>> {
    this.calls.wrap++;
    this.#refuse();
    return this.#seal(dataKey, context);
  }

  async unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>> {
    this.calls.unwrap++;
    this.#refuse();
    return this.#open(wrapped, context);
  }

  async rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>> {
    this.calls.rewrap++;
    this.#refuse();
    const dataKey = this.#open(wrapped, context);
    try {
      return await to.wrap(dataKey, context);
    } finally {
      wipe(dataKey);
    }
  }

  async probe(): Promise<void> {
    this.calls.probe++;
    this.#refuse();
  }

  async inspect(): Promise<MasterKeyFacts> {
    const { failure } = this;
    if (failure === 'denied' || failure === 'throttled' || failure === 'wrong-context-or-tampered') this.#refuse();
    return {
      keyId: this.#description.keyId,
      state: (failure as Exclude<MasterKeyFacts['state'], 'enabled'> | undefined) ?? 'enabled',
      suitable: true,
      kind: 'AES-256',
      ...(this.deletionDateMs !== undefined && { deletionDateMs: this.deletionDateMs }),
    };
  }

  async close(): Promise<void> {}

  #refuse(): void {
    if (!this.failure) return;
    const deletionDateMs = this.failure === 'pending-deletion' ? this.deletionDateMs : undefined;
    throw new MasterKeyError(
      this.failure,
      this.#description.keyId,
      deletionDateMs === undefined ? {} : { deletionDateMs },
    );
  }

  #seal(dataKey: Uint8Array, context: KeyContext): Bytes<'WrappedKey'> {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG });
    cipher.setAAD(encodeStringMap(encryptionContext(context)));
    return bytesOf(Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]));
  }

  #open(wrapped: Uint8Array, context: KeyContext): Bytes<'DataKey'> {
    const refused = (cause?: unknown): MasterKeyError =>
      new MasterKeyError('wrong-context-or-tampered', this.#description.keyId, { cause });
    if (wrapped.length !== NONCE + 32 + TAG) throw refused();
    const decipher = createDecipheriv('aes-256-gcm', this.#key, wrapped.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(encodeStringMap(encryptionContext(context)));
    decipher.setAuthTag(wrapped.subarray(NONCE + 32));
    try {
      return bytesOf(Buffer.concat([decipher.update(wrapped.subarray(NONCE, NONCE + 32)), decipher.final()]));
    } catch (cause) {
      throw refused(cause);
    }
  }
}
