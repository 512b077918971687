import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { RecordCache } from '../records/record-cache.ts';
import type { KeySpace } from './key-space.ts';
import type { KeyStore } from './key-store.ts';
import { keyStoreRef, readKeyStore } from './key-store-record.ts';

const MAX_STORES = 1_000;

/** Finds key stores by id, and keeps them while they are true. */
export class KeyStoreCache {
  readonly #stores: RecordCache<KeyStore>;

  constructor(records: RecordReader & Freshness) {
    this.#stores = new RecordCache(records, MAX_STORES);
  }

  /**
   * The newest revision of a store, or `undefined` where there is none in this region.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  find(space: KeySpace, keyStoreId: string): MaybePromise<KeyStore | undefined> {
    const found = this.#stores.find(keyStoreRef(space.tenantId, keyStoreId), (record) => readKeyStore(space, record));
    return andThen(found, (store) => (store?.region === space.region ? store : undefined));
  }
}
