import type { Freshness, RecordReader } from '../records/ports.ts';
import type { RecordRef } from '../records/record.ts';
import { TurnedBackError } from '../records/record-cache.ts';
import { readKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import type { Key } from './key.ts';

/** How many outlines are kept, of all tenants together: two regions that are as full as they may be. */
const MAX_OUTLINES = 200_000;
/** Revisions that are asked for at once. */
const PAGE = 512;
/** So many records are read and proven before what there is is handed on: a few milliseconds. */
const MAX_READS = 64;

interface Kept<Outline> {
  readonly revision: number;
  /** `null`: there is such a key, and it is none of those that are listed. */
  readonly outline: Outline | null;
  /** The walk that saw it last. */
  walk: number;
}

/** What a whole walk came to, and the epoch in which it began. */
interface Walked<Outline> {
  readonly epoch: number;
  readonly outlines: readonly Outline[];
}

/**
 * Goes through all keys of a region in the order of their ids, and keeps of each what a list has to know: a key is read
 * and proven once for each revision. What has changed is found by its revision, so nothing stale is ever listed; and where
 * nothing at all has changed since the last walk, nothing is looked for.
 */
export class KeyOutlines<Outline> {
  readonly #records: RecordReader & Freshness;
  readonly #outlineOf: (key: Key) => Outline | undefined;
  readonly #limit: number;
  readonly #spaces = new Map<string, Map<string, Kept<Outline>>>();
  /** By what was kept of a region: a walk through all of it. */
  readonly #walked = new WeakMap<object, Walked<Outline>>();
  #walk = 0;

  /** @param outlineOf what is kept of a key; `undefined` for keys that are not listed */
  constructor(records: RecordReader & Freshness, outlineOf: (key: Key) => Outline | undefined, limit = MAX_OUTLINES) {
    this.#records = records;
    this.#outlineOf = outlineOf;
    this.#limit = limit;
  }

  /**
   * The keys of a region, some at a time: after each lot the caller may let others have their turn.
   *
   * @param from keys up to this id of a record need not be among them: whoever goes on there passes over them
   * @throws {KeyError} `record-not-authentic`
   * @throws {TurnedBackError} a record is older than it was
   */
  async *walk(space: KeySpace, from?: string): AsyncGenerator<readonly Outline[], void> {
    const kept = this.#keptOf(space);
    // Asked before anything is read: what is committed meanwhile belongs to a later epoch.
    const epoch = this.#records.epoch();
    const before = this.#walked.get(kept);
    if (before?.epoch === epoch) {
      for (let at = 0; at < before.outlines.length; at += PAGE) yield before.outlines.slice(at, at + PAGE);
      return;
    }
    const walk = ++this.#walk;
    let seen = 0;
    const outlines: Outline[] = [];
    for (let after = from; ;) {
      const page = { limit: PAGE, ...(after !== undefined && { after }) };
      const rows = await this.#records.listRevisions(space.tenantId, 'key', space.region, page);
      let lot: Outline[] = [];
      let reads = 0;
      for (const { id, revision } of rows) {
        let one = kept.get(id);
        if (one?.revision !== revision) {
          const ref = { tenantId: space.tenantId, kind: 'key', id } as const;
          one = await this.#read(space, ref, kept, walk);
          reads++;
        }
        if (one === undefined) continue;
        one.walk = walk;
        seen++;
        if (one.outline !== null) {
          lot.push(one.outline);
          outlines.push(one.outline);
        }
        if (reads === MAX_READS) {
          yield lot;
          lot = [];
          reads = 0;
        }
      }
      yield lot;
      if (rows.length < PAGE) break;
      after = rows.at(-1)?.id;
    }
    // What lies before is as it was: each is looked at again before it is believed.
    if (from !== undefined) return;
    if (kept.size > seen) forgetOlder(kept, walk);
    // Of a region that there was no room for, nothing more is kept than what there was.
    if (kept.size === seen) this.#walked.set(kept, { epoch, outlines });
  }

  /** `undefined`: it was removed in between, or left the region. */
  async #read(
    space: KeySpace,
    ref: RecordRef,
    kept: Map<string, Kept<Outline>>,
    walk: number,
  ): Promise<Kept<Outline> | undefined> {
    const before = kept.get(ref.id)?.revision ?? 0;
    const record = await this.#records.read(ref);
    if (record === undefined || record.scope !== space.region) {
      kept.delete(ref.id);
      return undefined;
    }
    // What was listed may be overtaken by now, and another walk may know of it: what is read counts.
    if (record.revision < before) throw new TurnedBackError(ref);
    const one = { revision: record.revision, outline: this.#outlineOf(readKey(space.tenantKey, record)) ?? null, walk };
    if (kept.has(ref.id) || this.#hasRoom(kept)) kept.set(ref.id, one);
    return one;
  }

  #keptOf({ tenantId, region }: KeySpace): Map<string, Kept<Outline>> {
    const name = `${tenantId}/${region}`;
    const kept = this.#spaces.get(name) ?? new Map<string, Kept<Outline>>();
    // The one that is asked for again goes last.
    this.#spaces.delete(name);
    this.#spaces.set(name, kept);
    return kept;
  }

  /** Makes room by forgetting whole regions, those first that were not asked for the longest. */
  #hasRoom(own: Map<string, Kept<Outline>>): boolean {
    let count = 0;
    for (const kept of this.#spaces.values()) count += kept.size;
    for (const [name, kept] of this.#spaces) {
      if (count < this.#limit) return true;
      if (kept === own) continue;
      this.#spaces.delete(name);
      count -= kept.size;
    }
    return count < this.#limit;
  }
}

/** Drops what the walk did not see, nor any that began after it. */
function forgetOlder(kept: Map<string, Kept<unknown>>, walk: number): void {
  for (const [id, one] of kept) if (one.walk < walk) kept.delete(id);
}
