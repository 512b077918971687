import type { Freshness, RecordReader } from '../records/ports.ts';
import type { RecordRef } from '../records/record.ts';
import { TurnedBackError } from '../records/record-cache.ts';
import { readKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import type { Key } from './key.ts';

/** How much is kept, of all tenants together, in bytes: two regions that are as full as they may be, of keys with few tags. */
const MAX_BYTES = 256 << 20;
/** Revisions that are asked for at once. */
const PAGE = 512;
/** So many records are read and proven before what there is is handed on: a few milliseconds. */
const MAX_READS = 64;

interface Kept<Outline> {
  readonly revision: number;
  /** `null`: there is such a key, and it is none of those that are listed. */
  readonly outline: Outline | null;
  readonly bytes: number;
  /** The walk that saw it last. */
  walk: number;
}

/** What a whole walk came to, and the epoch in which it began. */
interface Walked<Outline> {
  readonly epoch: number;
  readonly outlines: readonly Outline[];
}

/** What is kept of a region. */
interface Region<Outline> {
  readonly name: string;
  readonly kept: Map<string, Kept<Outline>>;
  bytes: number;
  /** A walk through all of it, while there is room for all of it. */
  walked?: Walked<Outline> | undefined;
}

/**
 * Goes through all keys of a region in the order of their ids, and keeps of each what a list has to know: a key is read
 * and proven once for each revision. What has changed is found by its revision, so nothing stale is ever listed; and where
 * nothing at all has changed since the last walk, nothing is looked for.
 */
export class KeyOutlines<Outline> {
  readonly #records: RecordReader & Freshness;
  readonly #outlineOf: (key: Key) => Outline | undefined;
  readonly #limitBytes: number;
  readonly #regions = new Map<string, Region<Outline>>();
  #bytes = 0;
  #walk = 0;

  /** @param outlineOf what is kept of a key, a plain value; `undefined` for keys that are not listed */
  constructor(records: RecordReader & Freshness, outlineOf: (key: Key) => Outline | undefined, limitBytes = MAX_BYTES) {
    this.#records = records;
    this.#outlineOf = outlineOf;
    this.#limitBytes = limitBytes;
  }

  /** Whether half of the room is taken: more is not read for those who have not asked. */
  get isHalfFull(): boolean {
    return this.#bytes * 2 >= this.#limitBytes;
  }

  /**
   * The keys of a region, some at a time: after each lot the caller may let others have their turn.
   *
   * @param from keys up to this id of a record need not be among them: whoever goes on there passes over them
   * @throws {KeyError} `record-not-authentic`
   * @throws {TurnedBackError} a record is older than it was
   */
  async *walk(space: KeySpace, from?: string): AsyncGenerator<readonly Outline[], void> {
    const region = this.#regionOf(space);
    const { kept, walked: before } = region;
    // Asked before anything is read: what is committed meanwhile belongs to a later epoch.
    const epoch = this.#records.epoch();
    if (before?.epoch === epoch) {
      for (let at = 0; at < before.outlines.length; at += PAGE) yield before.outlines.slice(at, at + PAGE);
      return;
    }
    const walk = ++this.#walk;
    let seen = 0;
    /** All of them, as long as there is room: what is not kept must not be held here either. */
    let outlines: Outline[] | undefined = [];
    for (let after = from; ;) {
      const page = { limit: PAGE, ...(after !== undefined && { after }) };
      const rows = await this.#records.listRevisions(space.tenantId, 'key', space.region, page);
      let lot: Outline[] = [];
      let reads = 0;
      for (const { id, revision } of rows) {
        let one = kept.get(id);
        if (one?.revision !== revision) {
          const ref = { tenantId: space.tenantId, kind: 'key', id } as const;
          one = await this.#read(space, ref, region, walk);
          reads++;
        }
        if (one === undefined) continue;
        one.walk = walk;
        seen++;
        if (one.outline !== null) {
          lot.push(one.outline);
          outlines?.push(one.outline);
        }
        if (kept.get(id) !== one) outlines = undefined;
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
    if (kept.size > seen) this.#forgetOlder(region, walk);
    // Of a region that there was no room for, nothing more is kept than what there was.
    region.walked = outlines !== undefined && kept.size === seen ? { epoch, outlines } : undefined;
  }

  /** `undefined`: it was removed in between, or left the region. */
  async #read(
    space: KeySpace,
    ref: RecordRef,
    region: Region<Outline>,
    walk: number,
  ): Promise<Kept<Outline> | undefined> {
    const { kept } = region;
    const before = kept.get(ref.id)?.revision ?? 0;
    const record = await this.#records.read(ref);
    if (record === undefined || record.scope !== space.region) {
      this.#drop(region, ref.id);
      return undefined;
    }
    // What was listed may be overtaken by now, and another walk may know of it: what is read counts.
    if (record.revision < before) throw new TurnedBackError(ref);
    const outline = this.#outlineOf(readKey(space.tenantKey, record)) ?? null;
    const one = { revision: record.revision, outline, bytes: KEPT_BYTES + bytesInMemory(outline), walk };
    this.#drop(region, ref.id);
    if (this.#hasRoom(region, one.bytes)) {
      kept.set(ref.id, one);
      region.bytes += one.bytes;
      this.#bytes += one.bytes;
    }
    return one;
  }

  #regionOf({ tenantId, region }: KeySpace): Region<Outline> {
    const name = `${tenantId}/${region}`;
    const found = this.#regions.get(name) ?? { name, kept: new Map<string, Kept<Outline>>(), bytes: 0 };
    // The one that is asked for again goes last.
    this.#regions.delete(name);
    this.#regions.set(name, found);
    return found;
  }

  /** Makes room by forgetting whole regions, those first that were not asked for the longest. */
  #hasRoom(own: Region<Outline>, bytes: number): boolean {
    // Forgotten by another walk: what this one still reads is for its caller alone.
    if (!this.#isKept(own)) return false;
    for (const region of this.#regions.values()) {
      if (this.#bytes + bytes <= this.#limitBytes) return true;
      if (region === own) continue;
      this.#regions.delete(region.name);
      this.#bytes -= region.bytes;
    }
    return this.#bytes + bytes <= this.#limitBytes;
  }

  #drop(region: Region<Outline>, id: string): void {
    const bytes = region.kept.get(id)?.bytes ?? 0;
    region.kept.delete(id);
    region.bytes -= bytes;
    if (this.#isKept(region)) this.#bytes -= bytes;
  }

  #isKept(region: Region<Outline>): boolean {
    return this.#regions.get(region.name) === region;
  }

  /** Drops what the walk did not see, nor any that began after it. */
  #forgetOlder(region: Region<Outline>, walk: number): void {
    for (const [id, one] of region.kept) if (one.walk < walk) this.#drop(region, id);
  }
}

/** What an entry takes besides its outline, about. */
const KEPT_BYTES = 200;

/** About what a plain value takes in memory, rather more than less. */
function bytesInMemory(value: unknown): number {
  if (typeof value === 'string') return 24 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 40;
  for (const member of Object.values(value)) sum += bytesInMemory(member);
  return sum;
}
