import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CredentialUses } from '../audit/credential-uses.ts';
import { EntryFrames, framed, readFrames, type FramedEntry } from '../audit/entry-frame.ts';
import { LastUses } from '../audit/last-uses.ts';
import { KEY_USES } from '../keys/uses.ts';
import { leafOfCommit, tenantOf } from '../records/account.ts';
import type { Commit } from '../records/commit.ts';
import { ConflictError, NoRoomError } from '../records/ports.ts';
import type { RecordRef } from '../records/record.ts';
import { addRecord, decodeState, emptyState, encodeState, removeRecord, stateRoot } from '../records/state-root.ts';
import { marked } from './batch-mark.ts';
import { passFaultPoint } from './fault.ts';
import { NameWriter } from './name-writer.ts';
import { foreignSchema, schemaOf } from './own-schema.ts';
import { RecordTable } from './record-table.ts';
import { UseHours } from './use-hours.ts';
import { CredentialUseTable } from './credential-use-table.ts';
import { UseTable } from './use-table.ts';

/** What one part of a group is: the entries of uses as a batch, or a commit. */
export type Part = { readonly uses: Uint8Array } | { readonly commit: Commit };

/** A failure of one part that leaves the rest of its group alone. */
export type PartFailure = ConflictError | NoRoomError | RangeError;

/** Writes groups of commits, each group in one transaction. Lives where it may block: in the writer's thread. */
export class GroupWriter {
  readonly #db: DatabaseSync;
  readonly #node: string;
  readonly #records: RecordTable;
  readonly #names: NameWriter;
  readonly #selectSum: StatementSync;
  readonly #upsertSum: StatementSync;
  readonly #bumpEpoch: StatementSync;
  readonly #insertBatch: StatementSync;
  readonly #lastBatch: StatementSync;
  /** Marks batches as ours. Known as soon as the installation is unsealed. */
  queueKey: KeyObject | undefined;
  readonly #schemaVersion: StatementSync;
  readonly #schema: string;
  /** The version of the schema that was last found to be ours. */
  #ownVersion: unknown;
  readonly #frames = new EntryFrames();
  readonly #uses: UseTable;
  readonly #useHours: UseHours;
  readonly #credentialUses: CredentialUseTable;

  /** `schema`: what the database has in its schema, and nothing besides. */
  constructor(db: DatabaseSync, node: string, schema: string) {
    this.#db = db;
    this.#schema = schema;
    this.#schemaVersion = db.prepare('PRAGMA schema_version');
    this.#node = node;
    this.#records = new RecordTable(db);
    this.#names = new NameWriter(db);
    this.#uses = new UseTable(db);
    this.#useHours = new UseHours(db);
    this.#credentialUses = new CredentialUseTable(db);
    this.#selectSum = db.prepare('SELECT sum FROM tenant_state WHERE tenant = ?');
    this.#upsertSum = db.prepare('INSERT OR REPLACE INTO tenant_state (tenant, sum) VALUES (?, ?)');
    this.#bumpEpoch = db.prepare('UPDATE epoch SET value = value + ? WHERE one = 1');
    this.#insertBatch = db.prepare('INSERT INTO audit_batch (seq, node, body) VALUES (?, ?, ?)');
    // Kept by AUTOINCREMENT, also when the rows are gone (https://sqlite.org/autoinc.html).
    this.#lastBatch = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit_batch'");
  }

  /**
   * Commits the parts together. Answers for each part why it alone was refused, or `undefined` where it is on disk.
   * Throws SQLite's error when the whole group failed; unless {@link OutcomeUnknown}, nothing of it was written.
   */
  write(parts: readonly Part[]): (PartFailure | undefined)[] {
    this.#db.exec('BEGIN IMMEDIATE');
    let outcomes: (PartFailure | undefined)[];
    try {
      this.#requireOwnSchema();
      this.#frames.truncate(0);
      const lastUses = new LastUses((action) => KEY_USES.has(action));
      const credentialUses = new CredentialUses();
      const removed: RecordRef[] = [];
      let changes = 0;
      outcomes = parts.map((part) => {
        if ('uses' in part) {
          this.#frames.appendBatch(part.uses);
          for (const entry of readFrames(part.uses)) {
            lastUses.note(entry);
            credentialUses.note(entry);
          }
          return undefined;
        }
        const applied = this.#apply(part.commit);
        if (applied instanceof Error) return applied;
        for (const entry of applied) credentialUses.note(entry);
        if (part.commit.writes.length > 0) changes++;
        for (const write of part.commit.writes) if ('remove' in write) removed.push(write.remove);
        return undefined;
      });
      if (changes > 0) this.#bumpEpoch.run(changes);
      this.#uses.write(lastUses.take());
      const counts = lastUses.takeCounts();
      this.#useHours.add(counts);
      // What only makes room must not be in the way of a change that is in a hurry on a full disk.
      if (parts.every((part) => 'uses' in part)) this.#useHours.sweep(counts);
      this.#credentialUses.write(credentialUses.take());
      for (const ref of removed) this.#credentialUses.forget(ref);
      if (!this.#frames.isEmpty) this.#insert(this.#frames.take());
    } catch (error) {
      this.#rollback();
      throw error;
    }
    passFaultPoint('store.before-commit');
    this.#commit();
    passFaultPoint('store.after-commit');
    return outcomes;
  }

  /**
   * Takes the journal into the database and empties it, so that older bytes of a record are in neither. Answers whether
   * it is empty: readers that began before are in the way, and are waited for so many milliseconds, as is everybody else.
   */
  emptyJournal(waitMs: number): boolean {
    const before = this.#db.prepare('PRAGMA busy_timeout').get()?.['timeout'];
    this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    try {
      return this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${Number(before)}`);
    }
  }

  /** Once, at the start: what is not needed any more beside the records. */
  tidy(): void {
    this.#credentialUses.dropForeign();
  }

  /** Takes of the journal into the database what no reader needs there: the next commit begins it anew. */
  takeInJournal(): void {
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Costs a microsecond while nobody changes the schema (https://sqlite.org/pragma.html#pragma_schema_version). */
  #requireOwnSchema(): void {
    const version = this.#schemaVersion.get()?.['schema_version'];
    if (version === this.#ownVersion) return;
    if (schemaOf(this.#db) !== this.#schema) throw foreignSchema();
    this.#ownVersion = version;
  }

  #insert(body: Uint8Array): void {
    const seq = Number(this.#lastBatch.get()?.['seq'] ?? 0) + 1;
    const row = { seq, node: this.#node, body };
    this.#insertBatch.run(seq, this.queueKey === undefined ? row.node : marked(this.queueKey, row), body);
  }

  /**
   * Applies one commit inside the group's transaction, so that its refusal takes back its own writes only. Answers the
   * commit's entries, or why it was refused.
   */
  #apply(commit: Commit): readonly FramedEntry[] | PartFailure {
    const length = this.#frames.length;
    this.#db.exec('SAVEPOINT part');
    try {
      for (const { ref, revision } of commit.preconditions ?? []) this.#records.expect(ref, revision);
      for (const room of commit.rooms ?? []) this.#records.expectRoom(room);
      const roots = this.#writeRecords(commit);
      const rootOf = (tenant: string) => roots.get(tenant) ?? stateRoot(this.#sumOf(tenant));
      const leaves = commit.entries.map((entry) => leafOfCommit(entry, commit, rootOf));
      for (const leaf of leaves) this.#frames.append(leaf);
      this.#db.exec('RELEASE part');
      return leaves.map(framed);
    } catch (error) {
      this.#frames.truncate(length);
      const isRefusal = error instanceof ConflictError || error instanceof NoRoomError || error instanceof RangeError;
      if (!isRefusal) throw error;
      this.#db.exec('ROLLBACK TO part; RELEASE part');
      return error;
    }
  }

  /** Answers the new state roots of the tenants that were changed. */
  #writeRecords({ writes, emptySpaces }: Commit): Map<string, Buffer> {
    const roots = new Map<string, Buffer>();
    for (const tenant of new Set(writes.map(tenantOf))) {
      const sum = this.#sumOf(tenant);
      for (const write of writes) {
        if (tenantOf(write) !== tenant) continue;
        const { before, after } = this.#records.write(write);
        if (before) removeRecord(sum, before);
        if (after) addRecord(sum, after);
      }
      this.#upsertSum.run(tenant, encodeState(sum));
      roots.set(tenant, stateRoot(sum));
    }
    this.#names.write(writes, emptySpaces);
    return roots;
  }

  #sumOf(tenant: string) {
    const row = this.#selectSum.get(tenant);
    return row === undefined ? emptyState() : decodeState(row['sum'] as Uint8Array);
  }

  #commit(): void {
    try {
      this.#db.exec('COMMIT');
    } catch (error) {
      // Still in the transaction: the commit was refused before it began, so taking it back is certain.
      if (!this.#rollback() && !isRefusal(error))
        throw new OutcomeUnknown('the disk failed while a commit was written', { cause: error });
      throw error;
    }
  }

  #rollback(): boolean {
    this.#credentialUses.takeBack();
    if (!this.#db.isTransaction) return false;
    this.#db.exec('ROLLBACK');
    return true;
  }
}

/** The commit may or may not be on disk. The connection must not be used any more. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** SQLITE_FULL undoes the whole transaction (https://sqlite.org/lang_transaction.html, response to errors). */
function isRefusal(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === 13;
}
