import type { Handle } from '../crypto/ciphertext.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { makeRoom, RecordCache } from '../records/record-cache.ts';
import { KeyError } from './errors.ts';
import { aliasSpace, handleSpace, readKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import { OpenKey } from './open-key.ts';

const MAX_KEYS = 10_000;
const MAX_HANDLES = 100_000;

/** Finds keys by id, alias or handle, and keeps them open while they are true. */
export class KeyCache {
  readonly #records: RecordReader & Freshness;
  readonly #keys: RecordCache<OpenKey>;
  /** Which key a handle belongs to never changes. */
  readonly #handles = new Map<string, string>();

  constructor(records: RecordReader & Freshness) {
    this.#records = records;
    this.#keys = new RecordCache(records, MAX_KEYS);
  }

  /** The newest revision of a key, or `undefined` where there is none in this region. A destroyed key is a tombstone. */
  find(space: KeySpace, keyId: string): MaybePromise<OpenKey | undefined> {
    const ref = { tenantId: space.tenantId, kind: 'key', id: keyId } as const;
    const found = this.#keys.find(ref, (record) => new OpenKey(readKey(space.tenantKey, record), space));
    // A key lives in the region that made it: elsewhere it does not exist.
    return andThen(found, (open) => (open?.key.region === space.region ? open : undefined));
  }

  /** The key behind an alias (`alias/...`). The alias must stand in the key's own record: names alone prove nothing. */
  findByAlias(space: KeySpace, alias: string): MaybePromise<OpenKey | undefined> {
    const name = { space: aliasSpace(space.tenantId, space.region), name: alias };
    return andThen(this.#records.resolve(name), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.find(space, ref.id), (open) => {
        if (open?.key.aliases.some((one) => one.name === alias)) return open;
        throw new KeyError('record-not-authentic', {
          keyId: ref.id,
          detail: `the name ${alias} does not belong to it`,
        });
      });
    });
  }

  /** The key whose version a ciphertext names. */
  findByHandle(space: KeySpace, handle: Handle): MaybePromise<OpenKey | undefined> {
    const name = handle.toString('base64');
    const cached = this.#handles.get(`${space.tenantId}/${space.region}/${name}`);
    if (cached !== undefined) return this.find(space, cached);
    return andThen(this.#records.resolve({ space: handleSpace(space.tenantId, space.region), name }), (ref) => {
      if (ref === undefined) return undefined;
      makeRoom(this.#handles, MAX_HANDLES);
      this.#handles.set(`${space.tenantId}/${space.region}/${name}`, ref.id);
      return this.find(space, ref.id);
    });
  }

  /** Closes material that was not used for a while. Called now and then. */
  closeIdle(nowMs: number): void {
    for (const open of this.#keys.values()) open.closeIdle(nowMs);
  }
}
