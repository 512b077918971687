import { describeRef, type RecordRef, type StoredRecord } from './record.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from './ports.ts';

interface Entry<Opened> {
  readonly opened: Opened;
  readonly revision: number;
  /** The freshness epoch at which this revision was last known to be the newest. */
  epoch: number;
}

/** A record is at an older revision than before: its old MAC is valid, and it is not to be believed all the same. */
export class TurnedBackError extends Error {
  override readonly name = 'TurnedBackError';

  constructor(ref: RecordRef) {
    super(
      `the record of ${describeRef(ref)} was turned back in the database: restore the newest copy of the data folder`,
    );
  }
}

/**
 * Keeps what was made of records while it is true. Every look-up asks for the epoch first: while no state has
 * changed anywhere, what was true stays true; after a change, one look at the revision decides.
 */
export class RecordCache<Opened> {
  readonly #records: RecordReader & Freshness;
  readonly #limit: number;
  readonly #entries = new Map<string, Entry<Opened>>();

  constructor(records: RecordReader & Freshness, limit: number) {
    this.#records = records;
    this.#limit = limit;
  }

  /**
   * The newest revision of a record, opened. `open` runs once for each revision; it checks the MAC and throws where
   * the record is not one of ours. `undefined` where there is no such record.
   */
  find(ref: RecordRef, open: (record: StoredRecord) => MaybePromise<Opened>): MaybePromise<Opened | undefined> {
    const name = `${ref.tenantId}/${ref.kind}/${ref.id}`;
    const epoch = this.#records.epoch();
    const entry = this.#entries.get(name);
    if (entry === undefined) return this.#load(ref, name, epoch, open);
    if (entry.epoch === epoch) return entry.opened;
    return andThen(this.#records.revisionOf(ref), (revision) => {
      if (revision !== undefined && revision < entry.revision) throw new TurnedBackError(ref);
      if (revision !== entry.revision) return this.#load(ref, name, epoch, open);
      entry.epoch = Math.max(entry.epoch, epoch);
      return entry.opened;
    });
  }

  /** Everything that is kept right now, fresh or not. */
  *values(): Generator<Opened, void> {
    for (const { opened } of this.#entries.values()) yield opened;
  }

  #load(
    ref: RecordRef,
    name: string,
    epoch: number,
    open: (record: StoredRecord) => MaybePromise<Opened>,
  ): MaybePromise<Opened | undefined> {
    this.#entries.delete(name);
    return andThen(this.#records.read(ref), (record) => {
      if (record === undefined) return undefined;
      return andThen(open(record), (opened) => {
        makeRoom(this.#entries, this.#limit);
        this.#entries.set(name, { opened, revision: record.revision, epoch });
        return opened;
      });
    });
  }
}

/**
 * Keeps what was found by way of several records for as long as no state has changed anywhere: one look-up in place of
 * one for each record. What was not found is not kept.
 */
export class EpochMemo<Found> {
  readonly #freshness: Freshness;
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly found: Found; readonly epoch: number }>();

  constructor(freshness: Freshness, limit: number) {
    this.#freshness = freshness;
    this.#limit = limit;
  }

  /** What `look` finds under a name, which it does once for each epoch. */
  find(name: string, look: () => MaybePromise<Found | undefined>): MaybePromise<Found | undefined> {
    // Asked before looking: what changes meanwhile is seen by the next.
    const epoch = this.#freshness.epoch();
    const entry = this.#entries.get(name);
    if (entry?.epoch === epoch) return entry.found;
    return andThen(look(), (found) => {
      this.#entries.delete(name);
      if (found === undefined) return undefined;
      makeRoom(this.#entries, this.#limit);
      this.#entries.set(name, { found, epoch });
      return found;
    });
  }
}

/** Drops the entries that were put in first until one more fits. */
export function makeRoom(map: Map<string, unknown>, limit: number): void {
  for (const oldest of map.keys()) {
    if (map.size < limit) return;
    map.delete(oldest);
  }
}
