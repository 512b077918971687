import { randomBytes } from 'node:crypto';
import { bytesOf, type Bytes } from '../../bytes/bytes.ts';
import { isXWingPublicKey, type XWingPrivateKey } from '../../crypto/x-wing.ts';
import { openSealedKey, sealToPublicKey, type SealedRecipient } from '../format/sealed.ts';
import type { KeyContext } from './context.ts';
import { MasterKeyError } from './master-key-error.ts';
import type {
  GeneratedDataKey,
  MasterKey,
  MasterKeyCapabilities,
  MasterKeyDescription,
  MasterKeyFacts,
} from './master-key.ts';
import { rewrapHere } from './rewrap-here.ts';

export interface SealedMasterKeyOptions extends SealedRecipient {
  /** 1,216 bytes. */
  readonly publicKey: Uint8Array;
  /** There only where the private half is at hand; without it, nothing opens. */
  readonly privateKey?: XWingPrivateKey | undefined;
}

/**
 * A pair of X-Wing as a master key: its public half wraps, offline and for nothing; its private half opens. Nobody can
 * switch it off, and nobody is asked.
 */
export class SealedMasterKey implements MasterKey {
  readonly capabilities: MasterKeyCapabilities;
  readonly #options: SealedMasterKeyOptions;

  constructor(options: SealedMasterKeyOptions) {
    this.#options = options;
    this.capabilities = {
      contextConditions: false,
      serverSideRewrap: false,
      ...(options.privateKey === undefined && { sealOnly: true }),
    };
  }

  describe(): MasterKeyDescription {
    const { provider, keyId } = this.#options;
    return { provider, keyId, region: '' };
  }

  async generate(context: KeyContext): Promise<GeneratedDataKey> {
    const dataKey = bytesOf<'DataKey'>(randomBytes(32));
    return { dataKey, wrapped: await this.wrap(dataKey, context) };
  }

  async wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>> {
    try {
      return sealToPublicKey(this.#options, this.#options.publicKey, dataKey, context);
    } catch (cause) {
      throw new MasterKeyError('material-missing', this.#options.keyId, { cause });
    }
  }

  async unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>> {
    const { privateKey, keyId } = this.#options;
    if (privateKey === undefined) throw new MasterKeyError('offline', keyId);
    const dataKey = openSealedKey(this.#options, privateKey, wrapped, context);
    if (dataKey === undefined) throw new MasterKeyError('wrong-context-or-tampered', keyId);
    return dataKey;
  }

  async rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>> {
    return await rewrapHere(this, wrapped, context, to);
  }

  /** Proves the form alone: that somebody still has the private half only a restore drill with it shows. */
  async probe(): Promise<void> {
    if (!isXWingPublicKey(this.#options.publicKey)) throw new MasterKeyError('material-missing', this.#options.keyId);
  }

  async inspect(): Promise<MasterKeyFacts> {
    const suitable = isXWingPublicKey(this.#options.publicKey);
    const kind = 'X-Wing (X25519 with ML-KEM-768)';
    return { keyId: this.#options.keyId, state: suitable ? 'enabled' : 'material-missing', suitable, kind };
  }

  async close(): Promise<void> {}
}
