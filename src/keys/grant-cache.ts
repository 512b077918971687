import type { RecordName } from '../records/commit.ts';
import { andThen, type Freshness, type MaybePromise, type NamedRef, type RecordReader } from '../records/ports.ts';
import { makeRoom, RecordCache } from '../records/record-cache.ts';
import { KeyError } from './errors.ts';
import { granteeSpace, grantRef, grantScope, readGrant, sameGrantName, type GrantedKey } from './grant-record.ts';
import { MAX_GRANTS_PER_KEY, partyName, type Grant } from './grant.ts';
import type { KeySpace } from './key-space.ts';

const MAX_GRANTS = 20_000;
const MAX_PAGE = 1_000;

/** Finds grants by id or by grantee, and keeps them while they are true. */
export class GrantCache {
  readonly #records: RecordReader & Freshness;
  readonly #grants: RecordCache<Grant>;
  readonly #limit: number;
  /** How many grants a key had at an epoch. Each grant is a commit of its own, and each commit is one epoch. */
  readonly #counts = new Map<string, { readonly count: number; readonly epoch: number }>();

  constructor(records: RecordReader & Freshness, limit = MAX_GRANTS_PER_KEY) {
    this.#records = records;
    this.#grants = new RecordCache(records, MAX_GRANTS);
    this.#limit = limit;
  }

  /**
   * A grant on a key of this tenant, or `undefined` where there is none (any more).
   *
   * @throws {KeyError} `record-not-authentic`
   */
  find({ tenantId, tenantKey }: KeySpace, grantId: string): MaybePromise<Grant | undefined> {
    return this.#grants.find(grantRef(tenantId, grantId), (record) => readGrant(tenantKey, record));
  }

  /**
   * The grants of one key that name a party (as of `partyName`) as the grantee: as many look-ups as it has of them,
   * however many grants the key has.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  async ofGrantee(space: KeySpace, key: GrantedKey, party: string): Promise<readonly Grant[]> {
    const names = granteeSpace(key, party);
    const found: Grant[] = [];
    for (let after: string | undefined; ;) {
      const page = await this.#records.listNames(names, { limit: MAX_PAGE, ...(after !== undefined && { after }) });
      for (const ref of page) {
        const grant = await this.named(space, ref);
        if (grant === undefined) continue;
        if (grant.keyId !== key.id || grant.region !== key.region || partyName(grant.grantee) !== party) {
          throw new KeyError('record-not-authentic', { keyId: key.id, detail: `a name leads to the grant ${ref.id}` });
        }
        found.push(grant);
      }
      after = page.at(-1)?.name;
      if (page.length < MAX_PAGE) return found;
    }
  }

  /** The grant that a name leads to, unless it is gone by now. Whether the name is its own is for the caller to check. */
  named(space: KeySpace, ref: NamedRef): MaybePromise<Grant | undefined> {
    if (ref.kind === 'grant' && ref.tenantId === space.tenantId && ref.id === ref.name) return this.find(space, ref.id);
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

  /** Whether a key has as many grants as it may have. Counts them only where it could be. */
  isFull(key: GrantedKey): MaybePromise<boolean> {
    const scope = grantScope(key);
    const name = `${key.tenantId}/${scope}`;
    const epoch = this.#records.epoch();
    const known = this.#counts.get(name);
    if (known !== undefined && epoch >= known.epoch && known.count + (epoch - known.epoch) < this.#limit) return false;
    return andThen(this.#records.count(key.tenantId, 'grant', scope), (count) => {
      this.#counts.delete(name);
      makeRoom(this.#counts, MAX_GRANTS);
      this.#counts.set(name, { count, epoch });
      return count >= this.#limit;
    });
  }
}
