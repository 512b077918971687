import type { KeyObject } from 'node:crypto';
import { copyFileSync, constants, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openCheckpoint, originOf } from '../audit/checkpoint.ts';
import { leavesOf } from '../audit/copy-log.ts';
import { EntryFrames, type FramedEntry } from '../audit/entry-frame.ts';
import { type AuditDraft, leafOf } from '../audit/entry.ts';
import { EMPTY_STATE, type LogPosition } from '../audit/log.ts';
import { startOf, stateAfter } from '../audit/sequencer.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import { TreeReader } from '../audit/tree-reader.ts';
import type { RecordReader } from '../records/ports.ts';
import { AuditQueue, putPosition } from './audit-queue.ts';
import { marked } from './batch-mark.ts';
import { BACKUP_DATABASE, BACKUP_LOG, BackupInvalidError, readManifest } from './backup-manifest.ts';
import { openDatabase } from './database.ts';
import { queries } from './kysely-dialect.ts';
import { migrate } from './migrate.ts';
import { requireOwnSchema } from './own-schema.ts';
import { SqlReader } from './reader.ts';
import { stateSums, type TenantState } from './state-sums.ts';
import { syncFile, syncFolder, TileFolders, WitnessFolder } from './tile-folder.ts';

/** Who signs checkpoints, and what marks the entries that wait. */
export interface Proven {
  readonly origin: string;
  readonly publicKey: KeyObject;
  readonly queueKey?: KeyObject;
}

export interface RestoreOptions {
  /** A folder that {@link backupState} made. */
  readonly from: string;
  /** Where the database goes: nothing may be there. */
  readonly path: string;
  /** The folder of the logs: as it is after what happened, or not there, then the backup's copy takes its place. */
  readonly folder: string;
  readonly witnesses: readonly string[];
  readonly nowMs: number;
  /**
   * Opens the seal over the restored barrier record, and answers who signs checkpoints. Throws when the seal does not
   * open it; then nothing is kept.
   */
  prove(records: RecordReader): Promise<Proven>;
  /** Who restores, for the entry in each log. Called once a log; `salt` must be fresh each time. */
  entry(): Pick<AuditDraft, 'principal' | 'requestId' | 'salt'>;
}

export interface RestoreReport {
  /** When the backup was made. */
  readonly madeMs: number;
  /** Each log, and how many entries it has that the backup did not know. They stay. */
  readonly logs: readonly { readonly log: string; readonly size: number; readonly newer: number }[];
}

/**
 * Puts a backup of the state in place of a lost database. Logs are never rewritten: where they went on after the
 * backup, they go on from their present end, with an entry `keystead:RestoreState` that tells of the restore.
 *
 * @throws {BackupInvalidError} the backup is damaged, something is in its place already, or the logs are not its own.
 */
export async function restoreState(options: RestoreOptions): Promise<RestoreReport> {
  const { from, path, folder } = options;
  for (const there of [path, `${path}-wal`]) {
    if (existsSync(there)) {
      throw new BackupInvalidError(`${there} is there already: put the old data folder's database away first`);
    }
  }
  const manifest = readManifest(from);
  const temporary = `${path}.restoring`;
  removeDatabase(temporary);
  copyFileSync(join(from, BACKUP_DATABASE), temporary, constants.COPYFILE_EXCL);
  try {
    const db = openDatabase(temporary);
    let logs: RestoreReport['logs'];
    try {
      await migrate(db, temporary, options.nowMs);
      await requireOwnSchema(db);
      const proven = await options.prove(new SqlReader(db));
      if (new TileFolders(folder).logs().length === 0) copyLogs(join(from, BACKUP_LOG), folder);
      logs = await new Restore(options, db, proven, manifest.madeMs).run();
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
    return { madeMs: manifest.madeMs, logs };
  } finally {
    removeDatabase(temporary);
  }
}

/** Who writes the batch of a restore. */
const RESTORE = 'restore';

/** Finds where each log stands now, and fits the restored database to it. */
class Restore {
  readonly #options: RestoreOptions;
  readonly #db: DatabaseSync;
  readonly #signedBy: Proven;
  readonly #madeMs: number;
  readonly #folders: TileFolders;

  constructor(options: RestoreOptions, db: DatabaseSync, signedBy: Proven, madeMs: number) {
    this.#options = options;
    this.#db = db;
    this.#signedBy = signedBy;
    this.#madeMs = madeMs;
    this.#folders = new TileFolders(options.folder);
  }

  async run(): Promise<RestoreReport['logs']> {
    const queue = new AuditQueue(this.#db, this.#signedBy.queueKey);
    const known = new Map((await queue.positions()).map((position) => [position.log, position]));
    const waiting = [...(await queue.waiting())];
    const states = stateSums(this.#db);
    const logs = new Set([
      ...this.#folders.logs(),
      ...known.keys(),
      ...states.keys(),
      ...waiting.map(({ log }) => log),
    ]);
    const frames = new EntryFrames();
    const positions: LogPosition[] = [];
    const report: { log: string; size: number; newer: number }[] = [];
    for (const log of logs) {
      const before = known.get(log) ?? startOf(log);
      const now = await this.#present(log, before);
      this.#heedWitnesses(log, now.size);
      const ofLog = waiting.filter((entry) => entry.log === log);
      this.#checkState(log, stateAfter(this.#signedState(before), ofLog), states.get(log));
      const kept = await this.#notYetLogged(before, now, ofLog);
      for (const entry of kept) frames.append(framed(entry));
      frames.append(leafOf(this.#entryOf(log), { changes: [], stateRoot: states.get(log)?.computed ?? EMPTY_STATE }));
      if (now.size > 0) positions.push(now);
      report.push({ log, size: now.size, newer: now.size - before.size });
    }
    await this.#write(positions, frames.take());
    return report;
  }

  /** The head of the log in the folder, which must begin with what the backup knows. */
  async #present(log: string, before: LogPosition): Promise<LogPosition> {
    const tiles = this.#folders.of(log);
    const note = tiles.read(CHECKPOINT_PATH)?.toString('utf8');
    if (note === undefined && before.size === 0) return before;
    if (note === undefined)
      throw new BackupInvalidError(`the folder of the logs has no log ${log}: put its newest copy there`);
    const { size, root, state } = openCheckpoint(note, originOf(this.#signedBy.origin, log), this.#signedBy.publicKey);
    const whole = new TreeReader(tiles, size);
    const continues = size >= before.size && (await whole.root(before.size)).equals(before.root);
    if (!continues || !(await whole.root(size)).equals(root)) {
      throw new BackupInvalidError(
        `the log ${log} does not continue the one in the backup: it has ${size} entries, the backup ${before.size}. ` +
          'Put the newest copy of the log in place, or restore a backup of the same installation',
      );
    }
    return { log, size, root, state, checkpoint: note };
  }

  /** The state that the log told of when the backup was made, by the signature of the installation. */
  #signedState({ log, size, root, checkpoint }: LogPosition): string {
    if (size === 0) return EMPTY_STATE;
    const signed = openCheckpoint(checkpoint, originOf(this.#signedBy.origin, log), this.#signedBy.publicKey);
    if (signed.size === size && signed.root.equals(root)) return signed.state;
    throw new BackupInvalidError(`the backup's place in the log ${log} was changed: take another backup`);
  }

  /** An old state is what a backup is for; one that never was is another matter, and whoever keeps backups can make it. */
  #checkState(log: string, expected: string, state: TenantState | undefined): void {
    const { computed, stored } = state ?? { computed: EMPTY_STATE, stored: EMPTY_STATE };
    if (computed === expected && stored === expected) return;
    throw new BackupInvalidError(
      `the records of ${log} in the backup are not those that its log tells of: rows were changed, swapped, removed or ` +
        'turned back after it was made. Take another backup, and keep this one for an inquiry',
    );
  }

  #heedWitnesses(log: string, size: number): void {
    for (const path of this.#options.witnesses) {
      const note = new WitnessFolder(path).read(log);
      if (note === undefined) continue;
      const seen = openCheckpoint(note, originOf(this.#signedBy.origin, log), this.#signedBy.publicKey);
      if (seen.size <= size) continue;
      throw new BackupInvalidError(
        `the witness ${path} saw ${seen.size} entries of the log ${log}, here are ${size}: find the newest copy of the ` +
          'log. If it is lost for good, put the copy at the witness away too, and keep it as the proof of the loss',
      );
    }
  }

  /** Entries that waited when the backup was made, without those that are in the log since. */
  async #notYetLogged(
    before: LogPosition,
    now: LogPosition,
    waiting: readonly FramedEntry[],
  ): Promise<readonly FramedEntry[]> {
    const logged = Math.min(now.size - before.size, waiting.length);
    const leaves = await leavesOf(this.#folders.of(now.log), now.size, before.size, before.size + logged);
    for (const [i, leaf] of leaves.entries()) {
      if (!waiting[i]?.leaf.equals(leaf)) {
        throw new BackupInvalidError(`the log ${now.log} has other entries than those that waited in the backup`);
      }
    }
    return waiting.slice(logged);
  }

  #entryOf(log: string): AuditDraft {
    return {
      tenantId: log,
      timeMs: this.#options.nowMs,
      action: 'keystead:RestoreState',
      outcome: 'done',
      change: true,
      details: { backupMade: this.#madeMs },
      ...this.#options.entry(),
    };
  }

  async #write(positions: readonly LogPosition[], body: Uint8Array): Promise<void> {
    await queries(this.#db)
      .transaction()
      .execute(async (transaction) => {
        await transaction.deleteFrom('audit_batch').execute();
        for (const position of positions) await putPosition(transaction, position);
        const inserted = await transaction
          .insertInto('audit_batch')
          .values({ node: RESTORE, body })
          .executeTakeFirstOrThrow();
        const seq = Number(inserted.insertId);
        const { queueKey } = this.#signedBy;
        if (queueKey !== undefined) {
          const node = marked(queueKey, { seq, node: RESTORE, body });
          await transaction.updateTable('audit_batch').set({ node }).where('seq', '=', seq).execute();
        }
        const done = seq - 1;
        await transaction.updateTable('audit_plan').set({ done_through: done, planned_through: done }).execute();
        await transaction
          .updateTable('epoch')
          .set((row) => ({ value: row('value', '+', 1) }))
          .execute();
      });
  }
}

function framed({ log, leaf, details }: FramedEntry) {
  return { tenantId: log, leaf, salt: details.subarray(0, 16), details: details.subarray(16) };
}

/** First beside, then in place: a copy that broke off is not taken for a log. What else lies in the folder stays. */
function copyLogs(from: string, folder: string): void {
  const temporary = join(dirname(folder), `.${basename(folder)}.restoring`);
  for (const log of new TileFolders(from).logs()) {
    rmSync(temporary, { recursive: true, force: true });
    cpSync(join(from, log), temporary, { recursive: true });
    syncTree(temporary);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    renameSync(temporary, join(folder, log));
    syncFolder(folder);
  }
}

/** Makes everything below a folder durable: what is answered as restored outlasts a crash. */
function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncFile(path);
  }
  syncFolder(folder);
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
