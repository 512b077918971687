import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditDraft } from '../audit/entry.ts';
import type { Commit, RecordName } from '../records/commit.ts';
import { type NamedRef, type Page, type RecordStore, StoreFullError } from '../records/ports.ts';
import type { RecordKind, RecordRef, StoredRecord } from '../records/record.ts';
import { isFull, openDatabase, openForReading } from './database.ts';
import { migrate } from './migrate.ts';
import { SqlReader } from './reader.ts';
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
  /** A limit to the pages of the database, for tests of a full disk. */
  readonly maxPages?: number;
}

/**
 * Opens the store, brings its schema up to date and starts its writer.
 *
 * @throws {MigrationError} the file was made by a newer version.
 * @throws {StoreFullError} there is no room even to open it.
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? Date.now;
  const store: { failed?: Error } = {};
  try {
    const migrating = openDatabase(options.path);
    try {
      await migrate(migrating, options.path, clock());
    } finally {
      migrating.close();
    }
    const { path, reserveBytes = 4 << 20, maxPages } = options;
    const setup = { path, reserveBytes, node: randomUUID(), ...(maxPages !== undefined && { maxPages }) };
    const writer = await Writer.start(setup, (error) => {
      store.failed = error;
      options.onFailure?.(error);
    });
    return new SqliteStore(openForReading(path), writer);
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

  constructor(db: DatabaseSync, writer: Writer) {
    this.#db = db;
    this.#reader = new SqlReader(db);
    this.#writer = writer;
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

  list(tenantId: string, kind: RecordKind, scope: string, page: Page): Promise<StoredRecord[]> {
    return this.#reader.list(tenantId, kind, scope, page);
  }

  listAll(kind: RecordKind): Promise<StoredRecord[]> {
    return this.#reader.listAll(kind);
  }

  listNames(space: string, page: Page): Promise<NamedRef[]> {
    return this.#reader.listNames(space, page);
  }

  commit(commit: Commit): Promise<void> {
    return this.#writer.commit(commit);
  }

  record(entry: AuditDraft): Promise<void> {
    return this.#writer.record(entry);
  }

  /** Waits until what was handed over is on disk, then closes. Reading ends with it. */
  async close(): Promise<void> {
    await this.#writer.close();
    if (this.#db.isOpen) this.#db.close();
  }
}
