import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { RecordCache } from '../records/record-cache.ts';
import { NO_INSTANCE_POLICIES, type InstancePolicies } from './instance-policies.ts';
import { instancePoliciesRef, readInstancePolicies } from './instance-policies-record.ts';
import type { KeySpace } from './key-space.ts';

const MAX_INSTANCES = 10_000;

/** Finds the policies of instances, and keeps them while they are true: that there are none as well. */
export class InstancePoliciesCache {
  readonly #freshness: Freshness;
  readonly #records: RecordCache<InstancePolicies>;
  /** Every request of every instance asks: nothing is put together for it but one look-up. */
  readonly #found = new WeakMap<KeySpace, { readonly policies: InstancePolicies; readonly epoch: number }>();

  constructor(records: RecordReader & Freshness) {
    this.#freshness = records;
    this.#records = new RecordCache(records, MAX_INSTANCES);
  }

  /**
   * The newest policies of an instance.
   *
   * @throws {KeyError} `record-not-authentic`
   */
  find(space: KeySpace): MaybePromise<InstancePolicies> {
    // Asked before looking: what changes meanwhile is seen by the next.
    const epoch = this.#freshness.epoch();
    const known = this.#found.get(space);
    if (known?.epoch === epoch) return known.policies;
    const found = this.#records.find(instancePoliciesRef(space), (record) => readInstancePolicies(space, record));
    return andThen(found, (policies = NO_INSTANCE_POLICIES) => {
      this.#found.set(space, { policies, epoch });
      return policies;
    });
  }
}
