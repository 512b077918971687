import { hash } from 'node:crypto';
import type { FramedEntry } from './entry-frame.ts';

/** The newest use of a key that is in its log. */
export interface KeyUse {
  /** `kms:Encrypt`, ... */
  readonly action: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly requestId: string;
  /** The entry's id: see {@link entryIdOf}. */
  readonly entryId: string;
}

/** A key's use with the log that tells of it. */
export interface LoggedUse extends KeyUse {
  readonly tenantId: string;
  /** As the entry names it: the id of the key's record. */
  readonly key: string;
}

/** How often a key was used in an hour, as its log tells. */
export interface CountedUses {
  readonly tenantId: string;
  /** As the entries name it: the id of the key's record. */
  readonly key: string;
  /** Hours since 1970: an entry counts in the hour of its own time. */
  readonly hour: number;
  readonly action: string;
  readonly count: number;
}

/**
 * What a leaf with a done act on a key begins with: the members of a leaf stand in canonical order, and whatever stands
 * before the outcome has a fixed form. Parsing each leaf whole would cost more than all else that is done with it.
 */
const DONE_WITH_KEY =
  /^\{"action":"([\w:.-]+)","details":"[0-9a-f]{64}","key":"([\w@.-]+)",(?:"keyVersion":"[\w-]+",)?"outcome":"done"/;
/** More than the longest beginning that {@link DONE_WITH_KEY} reads. */
const HEAD_LENGTH = 320;

const HOUR_MS = 3_600_000;

/** Where the digest of the details begins in such a leaf, behind an action of this length. */
const DIGEST_AT = '{"action":"","details":"'.length;
const DIGEST_LENGTH = 64;

type Counted = { -readonly [Name in keyof CountedUses]: CountedUses[Name] };

/** Entries of one log that begin alike but for the digest: uses of one kind of one key. */
interface Alike {
  readonly log: string;
  /** The beginning of the leaf, as far as it tells the use. */
  readonly head: Buffer;
  readonly digestAt: number;
  readonly action: string;
  readonly key: string;
  /** What was counted last. */
  counted: Counted | undefined;
}

/** Remembers, of entries that go by, the last use of each key, and counts the uses of each hour. */
export class LastUses {
  readonly #isUse: (action: string) => boolean;
  readonly #counts = new Map<string, Counted>();
  readonly #leaves = new Map<string, { readonly log: string; readonly leaf: Buffer }>();
  /** The use before and its newest leaf, not yet among the others: most that come together are of one key. */
  #before: Alike | undefined;
  #newest: Buffer | undefined;

  /** `isUse` says which actions use a key. */
  constructor(isUse: (action: string) => boolean) {
    this.#isUse = isUse;
  }

  /** Looks at an entry, whose memory must stay as it is until {@link take}. */
  note({ log, leaf }: FramedEntry): void {
    let use = this.#before;
    if (use === undefined || use.log !== log || !beginsLike(leaf, use)) {
      this.#keepNewest();
      use = this.#before = this.#read(log, leaf);
    }
    if (use === undefined) return;
    this.#newest = leaf;
    this.#count(use, leaf);
  }

  /** How often each key was used since the last call, by hour and action. */
  takeCounts(): CountedUses[] {
    const counts = [...this.#counts.values()];
    this.#counts.clear();
    this.#forget();
    return counts;
  }

  /** The last use of each key since the last call. */
  take(): LoggedUse[] {
    this.#forget();
    const uses = [...this.#leaves.values()].map(({ log, leaf }) => useOf(log, leaf));
    this.#leaves.clear();
    return uses;
  }

  #read(log: string, leaf: Buffer): Alike | undefined {
    const [head = '', action = '', key = ''] = DONE_WITH_KEY.exec(leaf.toString('latin1', 0, HEAD_LENGTH)) ?? [];
    if (action === '' || !this.#isUse(action)) return undefined;
    const digestAt = DIGEST_AT + action.length;
    return { log, head: leaf.subarray(0, head.length), digestAt, action, key, counted: undefined };
  }

  #count(use: Alike, leaf: Buffer): void {
    const { log, key, action } = use;
    const hour = Math.floor(timeOfLeaf(leaf) / HOUR_MS);
    if (use.counted?.hour !== hour) {
      if (!Number.isSafeInteger(hour)) return;
      const name = `${log}/${key}/${action}/${hour}`;
      use.counted = this.#counts.get(name) ?? { tenantId: log, key, hour, action, count: 0 };
      this.#counts.set(name, use.counted);
    }
    use.counted.count++;
  }

  #keepNewest(): void {
    const [use, leaf] = [this.#before, this.#newest];
    if (use !== undefined && leaf !== undefined) this.#leaves.set(`${use.log}/${use.key}`, { log: use.log, leaf });
    this.#newest = undefined;
  }

  #forget(): void {
    this.#keepNewest();
    this.#before = undefined;
  }
}

/** Whether two leaves begin with the same bytes but for the digest of their details. */
function beginsLike(leaf: Buffer, { head, digestAt }: Alike): boolean {
  const behind = digestAt + DIGEST_LENGTH;
  return (
    leaf.length >= head.length &&
    head.compare(leaf, 0, digestAt, 0, digestAt) === 0 &&
    head.compare(leaf, behind, head.length, behind) === 0
  );
}

/**
 * An id for an entry, from what it says: the first half of its leaf's hash in the log's tree (RFC 6962, section 2.1) in
 * the form of a UUID of version 8 (RFC 9562, section 5.8). Whoever has the log finds the entry by it.
 */
export function entryIdOf(leaf: Uint8Array): string {
  const bytes = hash('sha256', Buffer.concat([LEAF_PREFIX, leaf]), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The time of a leaf from its bytes: behind it is the version alone, as the members stand in canonical order. */
export function timeOfLeaf(leaf: Buffer): number {
  const [, time] = LAST_MEMBERS.exec(leaf.toString('latin1', Math.max(0, leaf.length - 64))) ?? [];
  return Number(time ?? Number.NaN);
}

const LAST_MEMBERS = /"time":(\d{1,16}),"v":\d+\}$/;

const LEAF_PREFIX = Buffer.from([0]);

function useOf(log: string, leaf: Buffer): LoggedUse {
  const { action, key, time, request } = JSON.parse(leaf.toString('utf8')) as {
    readonly action: string;
    readonly key: string;
    readonly time: number;
    readonly request: string;
  };
  return { tenantId: log, key, action, atMs: time, requestId: request, entryId: entryIdOf(leaf) };
}
