import type { AuditDraft } from '../audit/entry.ts';
import type { CredentialUse } from '../audit/credential-uses.ts';
import type { KeyUse } from '../audit/last-uses.ts';
import type { Commit, RecordName, Room } from './commit.ts';
import type { UseCount, UsesAsked } from './key-uses.ts';
import type { RecordKind, RecordRef, StoredRecord } from './record.ts';

export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value at once where it is there, so that a cached look-up costs no turn of the event loop. */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

export interface Page {
  /** Only records whose id sorts behind this one (by UTF-8 bytes). */
  readonly after?: string;
  /** 1 to 1000. */
  readonly limit: number;
}

/** A page of a list that can be read from either end. */
export interface ListPage extends Page {
  /** From the last id to the first: `after` then is an id that theirs sort before. */
  readonly isReversed?: boolean;
}

/** Which revision of a record is the newest. */
export interface RevisionOf {
  readonly id: string;
  readonly revision: number;
}

export interface NamedRef extends RecordRef, RecordName {}

/** Reads records. What is read is the newest committed state at the time of the call. */
export interface RecordReader {
  read(ref: RecordRef): MaybePromise<StoredRecord | undefined>;
  /** The revision alone, for a cache that only wants to know whether it is still right. */
  revisionOf(ref: RecordRef): MaybePromise<number | undefined>;
  /** Records of one tenant, kind and scope, sorted by id. */
  list(tenantId: string, kind: RecordKind, scope: string, page: ListPage): MaybePromise<StoredRecord[]>;
  /** As {@link list}, without what is in the records: for a cache that wants to know which of many are still right. */
  listRevisions(tenantId: string, kind: RecordKind, scope: string, page: Page): MaybePromise<readonly RevisionOf[]>;
  /** How many records of one tenant, kind and scope there are. Takes time in proportion to them. */
  count(tenantId: string, kind: RecordKind, scope: string): MaybePromise<number>;
  /** All records of a kind over all tenants, sorted by tenant and id: for start-up and the installation's own lists. */
  listAll(kind: RecordKind): MaybePromise<StoredRecord[]>;
  resolve(name: RecordName): MaybePromise<RecordRef | undefined>;
  /** Names of one space, sorted. `after` and `limit` as in {@link Page}. */
  listNames(space: string, page: Page): MaybePromise<NamedRef[]>;
  /**
   * The newest use of a key that a tenant's log tells of; `key` as entries name it. It is known as soon as the use was
   * answered. A convenience like a name: the log is what proves it.
   */
  lastUse(tenantId: string, key: string): MaybePromise<KeyUse | undefined>;
  /**
   * The newest request that a credential proved, as a tenant's log tells of it, whatever became of the request; known as
   * soon as that was answered, to the second. As {@link lastUse} a convenience.
   */
  lastUseOfCredential(tenantId: string, credentialId: string): MaybePromise<CredentialUse | undefined>;
  /** Since when uses of keys are known, in milliseconds since 1970. */
  usesKnownSinceMs(): MaybePromise<number>;
  /**
   * How often keys were used, by step and action, in no order; steps without a use are absent. Counted with the entries
   * that tell of the uses; a convenience like {@link lastUse}, which proves nothing.
   */
  countUses(asked: UsesAsked): MaybePromise<readonly UseCount[]>;
  /** Since when uses are counted, in milliseconds since 1970. */
  usesCountedSinceMs(): MaybePromise<number>;
  /**
   * The state root of a tenant as the store keeps it: 32 bytes, another for each state of its records. Cheap, for those
   * who want to know whether anything of one tenant changed; that it is right is what the log proves.
   */
  stateRootOf(tenantId: string): MaybePromise<Buffer>;
}

/** Tells whether what is cached may still be true. */
export interface Freshness {
  /**
   * The number of state changes so far, over all processes. Whatever was committed before this call began is
   * counted. Asked once per request, so it must be cheap.
   */
  epoch(): number;
}

/** Makes changes durable. */
export interface RecordWriter {
  /**
   * Resolves when the whole commit is on disk.
   *
   * @throws {ConflictError} a precondition or a name does not hold; nothing was written. Read again, decide again.
   * @throws {NoRoomError} a scope has as many records as the commit allows; nothing was written.
   * @throws {StoreFullError} the disk is full; nothing was written.
   * @throws {UnknownOutcomeError} the store went away in between: the commit may or may not be there.
   */
  commit(commit: Commit): Promise<void>;
  /** Records uses and refusals: entries without a change. Grouped with its neighbours into one transaction. */
  record(entry: AuditDraft): Promise<void>;
}

export interface RecordStore extends RecordReader, RecordWriter, Freshness {}

export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  /** The name that is taken, where a name was the cause. */
  readonly takenName: RecordName | undefined;

  constructor(message: string, takenName?: RecordName) {
    super(message);
    this.takenName = takenName;
  }
}

/** A scope has as many records as it may have. To try again does not help until one of them is gone. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  readonly room: Room;

  constructor(room: Room) {
    super(`${room.kind} records of ${room.tenantId} in ${room.scope}: there are ${room.below} or more`);
    this.room = room;
  }
}

export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
}
