import { type KeyObject, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditDraft } from '../audit/entry.ts';
import type { CredentialUse } from '../audit/credential-uses.ts';
import type { KeyUse } from '../audit/last-uses.ts';
import { LogReader } from '../audit/log-reader.ts';
import type { Commit, RecordName } from '../records/commit.ts';
import type { UseCount, UsesAsked } from '../records/key-uses.ts';
import {
  type NamedRef,
  type ListPage,
  type Page,
  type RecordStore,
  type RevisionOf,
  StoreFullError,
} from '../records/ports.ts';
import type { RecordKind, RecordRef, StoredRecord } from '../records/record.ts';
import { isFull, openDatabase, openForReading } from './database.ts';
import { migrate } from './migrate.ts';
import { requireOwnSchema } from './own-schema.ts';
import { SqlReader } from './reader.ts';
import { SequencerLoop, type SequencerSetup } from './sequencer.ts';
import { TileFolders } from './tile-folder.ts';
import { Writer } from './writer.ts';

export interface StoreOptions {
  /** The database file. Made where it is not there; its folder must be. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Called once when the writer has died: the process is not ready any more. */
  readonly onFailure?: (error: Error) => void;
  /** How much room is kept for urgent commits, in bytes. 4 MiB by default. */
  readonly reserveBytes?: number;
  /** Starts the sequencer at once; else {@link SqliteStore.startSequencer} does, when its key is known. */
  readonly audit?: AuditOptions;
  /** How often entries are taken into the logs. 1 second by default. */
  readonly sequenceEveryMs?: number;
  /** A limit to the pages of the database, for tests of a full disk. */
  readonly maxPages?: number;
  /** How long a write waits for that of another process before it is refused, in milliseconds. 10 seconds by default. */
  readonly busyMs?: number;
}

/** Where the logs lie and who signs for them. */
export type AuditOptions = Omit<SequencerSetup, 'path'> & {
  /** Told when entries could not be taken into the logs. They stay in the database, and it is tried again. */
  readonly onFailure?: (error: Error) => void;
};

/**
 * Opens the store, brings its schema up to date and starts its writer.
 *
 * @throws {MigrationError} the file was made by a newer version.
 * @throws {StateCheckError} something is in its schema that this code did not put there.
 * @throws {StoreFullError} there is no room even to open it.
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? Date.now;
  try {
    const migrating = openDatabase(options.path);
    let schema: string;
    try {
      await migrate(migrating, options.path, clock());
      schema = await requireOwnSchema(migrating);
    } finally {
      migrating.close();
    }
    const { path, reserveBytes = 4 << 20, maxPages, busyMs } = options;
    const limits = { ...(maxPages !== undefined && { maxPages }), ...(busyMs !== undefined && { busyMs }) };
    const setup = { path, reserveBytes, node: randomUUID(), schema, ...limits };
    const writer = await Writer.start(setup, (error) => options.onFailure?.(error));
    const store = new SqliteStore(openForReading(path), writer, options);
    if (options.audit) store.startSequencer(options.audit);
    return store;
  } catch (error) {
    if (!isFull(error)) throw error;
    throw new StoreFullError(`there is no room to open ${options.path}: make room and start again`, { cause: error });
  }
}

/** Records in one SQLite file, which several processes of one machine may share. */
export class SqliteStore implements RecordStore {
  readonly #db: DatabaseSync;
  readonly #reader: SqlReader;
  readonly #writer: Writer;

  readonly #options: StoreOptions;
  #sequencer: { readonly loop: SequencerLoop; readonly folder: string } | undefined;

  constructor(db: DatabaseSync, writer: Writer, options: StoreOptions) {
    this.#db = db;
    this.#reader = new SqlReader(db);
    this.#writer = writer;
    this.#options = options;
  }

  /**
   * Begins to take entries into the logs, about every second and at {@link close}. Of several processes over one
   * database one does so at a time.
   */
  startSequencer({ onFailure, ...audit }: AuditOptions): void {
    if (this.#sequencer) throw new Error('the sequencer of this store runs already');
    const loop = new SequencerLoop(
      { path: this.#options.path, ...audit },
      {
        clock: this.#options.clock ?? Date.now,
        intervalMs: this.#options.sequenceEveryMs ?? 1000,
        onFailure: onFailure ?? (() => {}),
      },
    );
    this.#sequencer = { loop, folder: audit.folder };
  }

  /** Marks the entries that wait in the database from now on: with it nobody else can put any there. */
  useQueueKey(key: KeyObject): void {
    this.#writer.useQueueKey(key);
  }

  /** Reads a log's entries and proves them, while it grows. */
  log(log: string): LogReader {
    return new LogReader(new TileFolders(this.#running().folder).of(log));
  }

  /** Erases the details of entries of a log, with their salts. The tree stays whole. */
  eraseDetails(log: string, indexes: readonly number[]): Promise<void> {
    return this.#running().loop.erase(log, indexes);
  }

  /** Takes what is in the queue into the logs now. Answers how many entries went. */
  async sequence(): Promise<number> {
    return this.#running().loop.step();
  }

  #running(): { readonly loop: SequencerLoop; readonly folder: string } {
    if (!this.#sequencer) throw new Error('the sequencer of this store was not started');
    return this.#sequencer;
  }

  epoch(): number {
    return this.#reader.epoch();
  }

  read(ref: RecordRef): StoredRecord | undefined {
    return this.#reader.read(ref);
  }

  revisionOf(ref: RecordRef): number | undefined {
    return this.#reader.revisionOf(ref);
  }

  resolve(name: RecordName): RecordRef | undefined {
    return this.#reader.resolve(name);
  }

  list(tenantId: string, kind: RecordKind, scope: string, page: ListPage): Promise<StoredRecord[]> {
    return this.#reader.list(tenantId, kind, scope, page);
  }

  listRevisions(tenantId: string, kind: RecordKind, scope: string, page: Page): RevisionOf[] {
    return this.#reader.listRevisions(tenantId, kind, scope, page);
  }

  count(tenantId: string, kind: RecordKind, scope: string): Promise<number> {
    return this.#reader.count(tenantId, kind, scope);
  }

  listAll(kind: RecordKind): Promise<StoredRecord[]> {
    return this.#reader.listAll(kind);
  }

  listNames(space: string, page: Page): Promise<NamedRef[]> {
    return this.#reader.listNames(space, page);
  }

  stateRootOf(tenantId: string): Buffer {
    return this.#reader.stateRootOf(tenantId);
  }

  lastUseOfCredential(tenantId: string, credentialId: string): CredentialUse | undefined {
    return this.#reader.lastUseOfCredential(tenantId, credentialId);
  }

  lastUse(tenantId: string, key: string): KeyUse | undefined {
    return this.#reader.lastUse(tenantId, key);
  }

  usesKnownSinceMs(): Promise<number> {
    return this.#reader.usesKnownSinceMs();
  }

  countUses(asked: UsesAsked): Promise<readonly UseCount[]> {
    return this.#reader.countUses(asked);
  }

  usesCountedSinceMs(): Promise<number> {
    return this.#reader.usesCountedSinceMs();
  }

  async commit(commit: Commit): Promise<void> {
    const before = this.#db.isOpen ? this.#reader.storedEpoch() : 0;
    await this.#writer.commit(commit);
    // Whoever can write to the database can hold its number still: what was changed here is seen here all the same.
    const isChange = commit.writes.length > 0 && this.#db.isOpen;
    if (isChange && this.#reader.storedEpoch() <= before) this.#reader.passEpoch();
  }

  record(entry: AuditDraft): Promise<void> {
    return this.#writer.record(entry);
  }

  /** Waits until what was handed over is on disk, then closes. Reading ends with it. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#sequencer?.loop.close();
    if (!this.#db.isOpen) return;
    this.#db.close();
    // A connection that may write closes last: it takes the journal into the file, which is then complete by itself.
    openDatabase(this.#options.path).close();
  }
}
