import type { Handle } from '../crypto/ciphertext.ts';
import type { RecordName } from '../records/commit.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { makeRoom, RecordCache } from '../records/record-cache.ts';
import { KeyError } from './errors.ts';
import { InstancePoliciesCache } from './instance-policies-cache.ts';
import type { Key } from './key.ts';
import { aliasSpace, handleSpace, keyIdOf, keyRecordId, readKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import type { KeyStore } from './key-store.ts';
import { KeyStoreCache } from './key-store-cache.ts';
import { OpenKey } from './open-key.ts';

const MAX_KEYS = 10_000;
const MAX_HANDLES = 100_000;
/** How often a name is resolved anew when the key that it led to no longer has it. */
const MAX_LOOK_UPS = 3;

/** Finds keys by id, alias or handle, and keeps them open while they are true. */
export class KeyCache {
  /** The stores of keys that live elsewhere. */
  readonly keyStores: KeyStoreCache;
  /** What holds for all keys of an instance. */
  readonly instancePolicies: InstancePoliciesCache;
  readonly #records: RecordReader & Freshness;
  readonly #keys: RecordCache<Key>;
  /** A key is opened in the region that it lives in, which need not be the one where it was asked for first. */
  readonly #open = new WeakMap<Key, OpenKey>();
  /** Which key a handle belongs to never changes. */
  readonly #handles = new Map<string, string>();

  constructor(records: RecordReader & Freshness) {
    this.#records = records;
    this.keyStores = new KeyStoreCache(records);
    this.instancePolicies = new InstancePoliciesCache(records);
    this.#keys = new RecordCache(records, MAX_KEYS);
  }

  /**
   * The newest revision of a key, or `undefined` where there is none in this region. A destroyed key is a tombstone.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  find(space: KeySpace, keyId: string): MaybePromise<OpenKey | undefined> {
    const ref = { tenantId: space.tenantId, kind: 'key', id: keyRecordId(keyId, space.region) } as const;
    const found = this.#keys.find(ref, (record) => readKey(space.tenantKey, record));
    // A key lives in the region that made it: elsewhere it does not exist.
    return andThen(found, (key) => {
      if (key?.region !== space.region) return undefined;
      return key.keyStore === undefined
        ? this.#opened(key, space)
        : this.#openedIn(key, key.keyStore.keyStoreId, space);
    });
  }

  /**
   * The key behind an alias (`alias/...`). The alias must stand in the key's own record: names alone prove nothing.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  findByAlias(space: KeySpace, alias: string): MaybePromise<OpenKey | undefined> {
    const name = { space: aliasSpace(space.tenantId, space.region), name: alias };
    return this.#findByName(space, name, ({ aliases }) => aliases.some((one) => one.name === alias), MAX_LOOK_UPS);
  }

  /**
   * The key whose version a ciphertext names.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  findByHandle(space: KeySpace, handle: Handle): MaybePromise<OpenKey | undefined> {
    const name = { space: handleSpace(space.tenantId, space.region), name: handle.toString('base64') };
    const cached = this.#handles.get(`${name.space} ${name.name}`);
    if (cached !== undefined) return this.find(space, cached);
    const isVersionOf = ({ versions }: Key) => versions.some((one) => one.handle === name.name);
    return andThen(this.#findByName(space, name, isVersionOf, MAX_LOOK_UPS), (open) => {
      if (open === undefined) return undefined;
      makeRoom(this.#handles, MAX_HANDLES);
      this.#handles.set(`${name.space} ${name.name}`, open.key.id);
      return open;
    });
  }

  /** A key that was read from its record, with what is derived of its store. */
  withStore(space: KeySpace, key: Key): MaybePromise<Key> {
    if (key.keyStore === undefined) return key;
    return andThen(this.keyStores.find(space, key.keyStore.keyStoreId), (store) => inStore(key, store));
  }

  /** Closes material that was not used for a while. Called now and then. */
  closeIdle(nowMs: number): void {
    for (const key of this.#keys.values()) this.#open.get(key)?.closeIdle(nowMs);
  }

  #opened(key: Key, space: KeySpace): OpenKey {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const open = new OpenKey(key, space);
    this.#open.set(key, open);
    return open;
  }

  /** A key that lives elsewhere is opened anew whenever its store is another: connected, or no longer. */
  #openedIn(key: Key, keyStoreId: string, space: KeySpace): MaybePromise<OpenKey> {
    return andThen(this.keyStores.find(space, keyStoreId), (store) => {
      const known = this.#open.get(key);
      if (known !== undefined && known.keyStore === store) return known;
      const open = new OpenKey(inStore(key, store), space, store);
      this.#open.set(key, open);
      return open;
    });
  }

  #findByName(
    space: KeySpace,
    name: RecordName,
    isNameOf: (key: Key) => boolean,
    lookUps: number,
  ): MaybePromise<OpenKey | undefined> {
    return andThen(this.#records.resolve(name), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.find(space, keyIdOf(ref.id)), (open) => {
        if (open !== undefined && isNameOf(open.key)) return open;
        // The name may have moved between the two look-ups. One that still leads here was not put there by us.
        if (lookUps > 1) return this.#findByName(space, name, isNameOf, lookUps - 1);
        throw new KeyError('record-not-authentic', {
          keyId: ref.id,
          detail: `the name ${name.name} does not belong to it`,
        });
      });
    });
  }
}

function inStore(key: Key, store: KeyStore | undefined): Key {
  return { ...key, isUnavailable: store?.connection.state !== 'connected' };
}
