import type { RecordName, Room } from '../records/commit.ts';
import { andThen, type Freshness, type MaybePromise, type NamedRef, type RecordReader } from '../records/ports.ts';
import { makeRoom } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';
import { KeyError } from './errors.ts';
import { granteeSpace, grantRef, grantScope, readGrant, sameGrantName, type GrantedKey } from './grant-record.ts';
import { partyName, type Grant } from './grant.ts';
import type { KeySpace } from './key-space.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';

const MAX_GRANTS = 20_000;
const MAX_PAGE = 1_000;
const NEAR = { least: 8, most: 256 };

/** Finds grants by id or by grantee, and keeps them while they are true. */
export class GrantCache {
  readonly #records: RecordReader & Freshness;
  /** A grant never changes: one that was read once is as it was, or gone. */
  readonly #grants = new Map<string, Grant>();
  readonly #limit: number;
  readonly #granteeLimit: number;
  /** All grants of a grantee fit at least: else each look at them would read them all again. */
  readonly #maxGrants: number;
  /** How near to the limit the store is asked as well: others may be on their way. */
  readonly #near: number;
  /** How many grants a key had at an epoch. Each grant is a commit of its own, and each commit is one epoch. */
  readonly #counts = new Map<string, { readonly count: number; readonly epoch: number }>();

  constructor(
    records: RecordReader & Freshness,
    limit = DEFAULT_QUOTAS.grantsPerKey,
    granteeLimit = DEFAULT_QUOTAS.grantsPerGrantee,
  ) {
    this.#records = records;
    this.#limit = limit;
    this.#granteeLimit = granteeLimit;
    this.#maxGrants = Math.max(MAX_GRANTS, 2 * Math.min(limit, granteeLimit));
    this.#near = Math.min(NEAR.most, Math.max(NEAR.least, limit / 4));
  }

  /**
   * A grant on a key of this tenant, or `undefined` where there is none (any more).
   *
   * @throws {KeyError} `record-not-authentic`
   */
  find(space: KeySpace, grantId: string): MaybePromise<Grant | undefined> {
    const ref = grantRef(space.tenantId, grantId);
    const known = this.#grants.get(nameOf(ref));
    if (known === undefined) return this.#load(space, ref);
    return andThen(this.#records.revisionOf(ref), (revision) => {
      if (revision === known.revision) return known;
      this.#grants.delete(nameOf(ref));
      return undefined;
    });
  }

  #load({ tenantKey }: KeySpace, ref: RecordRef): MaybePromise<Grant | undefined> {
    return andThen(this.#records.read(ref), (record) => {
      if (record === undefined) return undefined;
      const grant = readGrant(tenantKey, record);
      makeRoom(this.#grants, this.#maxGrants);
      this.#grants.set(nameOf(ref), grant);
      return grant;
    });
  }

  /**
   * The grants of one key that name a party (as of `partyName`) as the grantee: as many look-ups as it has of them,
   * however many grants the key has.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  async ofGrantee(space: KeySpace, key: GrantedKey, party: string): Promise<readonly Grant[]> {
    const names = granteeSpace(key, party);
    const own: Grant[] = [];
    for (let after: string | undefined; ;) {
      const page = await this.#records.listNames(names, { limit: MAX_PAGE, ...(after !== undefined && { after }) });
      for (const ref of page) {
        const found = this.named(space, ref);
        const grant = found instanceof Promise ? await found : found;
        if (grant === undefined) continue;
        if (grant.keyId !== key.id || grant.region !== key.region || partyName(grant.grantee) !== party) {
          throw new KeyError('record-not-authentic', { keyId: key.id, detail: `a name leads to the grant ${ref.id}` });
        }
        own.push(grant);
      }
      after = page.at(-1)?.name;
      if (page.length < MAX_PAGE) return own;
    }
  }

  /**
   * The grant that a name leads to, if it is there: a name proves nothing. Whether the name is its own is for the caller
   * to check.
   */
  named(space: KeySpace, ref: NamedRef): MaybePromise<Grant | undefined> {
    if (ref.kind === 'grant' && ref.tenantId === space.tenantId && ref.id === ref.name) {
      return this.find(space, ref.id);
    }
    throw new KeyError('record-not-authentic', { detail: `the name ${ref.name} in ${ref.space}` });
  }

  /** The grant that has a name and parameters, as of {@link sameGrantName}. */
  byName(space: KeySpace, name: RecordName): MaybePromise<Grant | undefined> {
    return andThen(this.#records.resolve(name), (ref) => {
      if (ref === undefined) return undefined;
      const misled = () => new KeyError('record-not-authentic', { detail: `the name ${name.name} in ${name.space}` });
      if (ref.kind !== 'grant' || ref.tenantId !== space.tenantId) throw misled();
      return andThen(this.find(space, ref.id), (grant) => {
        if (grant === undefined) return undefined;
        const own = sameGrantName(grant);
        if (own.space !== name.space || own.name !== name.name) throw misled();
        return grant;
      });
    });
  }

  /**
   * Whether a grantee (as of `partyName`) may have one more grant on a key. Not exact where several are made at once:
   * it is there for the time that its grants take.
   *
   * @throws {KeyError} `grantee-limit`
   */
  async requireRoomOfGrantee(key: GrantedKey, party: string): Promise<void> {
    const space = granteeSpace(key, party);
    const limit = this.#granteeLimit;
    let count = 0;
    for (let after: string | undefined; ;) {
      const page = await this.#records.listNames(space, { limit: MAX_PAGE, ...(after !== undefined && { after }) });
      count += page.length;
      if (count >= limit) throw new KeyError('grantee-limit', { keyId: key.id, limit });
      after = page.at(-1)?.name;
      if (page.length < MAX_PAGE) return;
    }
  }

  /**
   * Where the store must find room for one more grant of a key; `undefined` where there is room for sure. Grants are
   * counted only where the limit could be near.
   *
   * @throws {KeyError} `grant-limit`: there is none
   */
  roomFor(key: GrantedKey): MaybePromise<Room | undefined> {
    const scope = grantScope(key);
    const name = `${key.tenantId}/${scope}`;
    const epoch = this.#records.epoch();
    const known = this.#counts.get(name);
    const isFar = (count: number) => count + this.#near < this.#limit;
    if (known !== undefined && epoch >= known.epoch && isFar(known.count + (epoch - known.epoch))) return undefined;
    return andThen(this.#records.count(key.tenantId, 'grant', scope), (count) => {
      if (count >= this.#limit) throw new KeyError('grant-limit', { keyId: key.id });
      this.#counts.delete(name);
      makeRoom(this.#counts, MAX_GRANTS);
      this.#counts.set(name, { count, epoch });
      return isFar(count) ? undefined : { tenantId: key.tenantId, kind: 'grant', scope, below: this.#limit };
    });
  }
}

function nameOf({ tenantId, id }: RecordRef): string {
  return `${tenantId}/${id}`;
}
