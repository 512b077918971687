import { VaultError } from '../../errors.ts';
import { call, isVaultError } from './call.ts';
import type { Opened, S3Connection } from './connection.ts';
import { codeOf } from './errors.ts';
import { objectOf, putWhole } from './keeping.ts';
import { putNew, type Creation } from './write.ts';

/**
 * Puts objects into a store that has to show first that nothing is written over in it. The first object is put twice,
 * and the store must refuse the second time: one that leaves the condition out of account shows it on the same bytes,
 * where it does no harm.
 */
export class CreateOnly {
  readonly #connection: S3Connection;
  readonly #writeOnly: boolean;
  #proof: Promise<Creation> | undefined;

  /** `writeOnly`: the credentials may put and nothing else, so that the store's refusal is all there is to go by. */
  constructor(connection: S3Connection, writeOnly = false) {
    this.#connection = connection;
    this.#writeOnly = writeOnly;
  }

  async put(key: string, subject: string, bytes: Uint8Array): Promise<void> {
    while (this.#proof !== undefined) {
      const creation = await this.#proven(this.#proof);
      if (creation !== undefined) return await this.#putNew(creation, key, subject, bytes);
    }
    await this.#putFirst(key, subject, bytes);
  }

  /** How the store creates, once it has shown it. */
  async creation(): Promise<Creation | undefined> {
    return this.#proof && (await this.#proven(this.#proof));
  }

  async #putFirst(key: string, subject: string, bytes: Uint8Array): Promise<void> {
    const prove = (): Promise<Creation> => this.#prove(key, subject, bytes);
    const made = this.#putNew(this.#writeOnly ? 'conditional' : 'by-version', key, subject, bytes);
    this.#proof = made.then(prove);
    try {
      await this.#proof;
    } catch (error) {
      if (!isVaultError(error, 'target-overwrites')) this.#proof = undefined;
      throw error;
    }
  }

  async #putNew(creation: Creation, key: string, subject: string, bytes: Uint8Array): Promise<void> {
    await putNew(this.#connection, creation, key, subject, bytes, !this.#writeOnly);
  }

  async #prove(key: string, subject: string, bytes: Uint8Array): Promise<Creation> {
    return await call(this.#connection, 'written', subject, async (opened) => {
      try {
        const { versionId } = await putWhole(this.#connection, opened, key, bytes, {});
        if (versionId === undefined || this.#writeOnly) {
          const why = this.#writeOnly ? ', and these credentials may not look which one came first' : '';
          throw new VaultError('target-overwrites', `The store lets one object be written over another${why}`);
        }
        await this.#takeBack(opened, key, versionId);
        return 'by-version';
      } catch (error) {
        if (codeOf(error) === 'PreconditionFailed') return 'conditional';
        throw error;
      }
    });
  }

  /** Versions decide only where the loser can take its own back. */
  async #takeBack({ sdk, client }: Opened, key: string, versionId: string): Promise<void> {
    const version = { ...objectOf(this.#connection, key), VersionId: versionId };
    await client.send(new sdk.DeleteObjectCommand(version)).catch((error: unknown) => {
      throw new VaultError(
        'target-overwrites',
        'The store keeps a second version of an object, and does not let go of it (the bucket locks it by itself, or these credentials may not delete versions)',
        error,
      );
    });
  }

  /** Undefined: what stood in the way of that object need not stand in the way of the next one. */
  async #proven(proof: Promise<Creation>): Promise<Creation | undefined> {
    return await proof.catch((error: unknown) => {
      if (isVaultError(error, 'target-overwrites')) throw error;
      return undefined;
    });
  }
}
