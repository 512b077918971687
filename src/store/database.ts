import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncFolder } from './tile-folder.ts';

/** How long a connection waits for another process's transaction before it gives up. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens a connection to the database file, making an empty one where there is none. The file is readable by its
 * owner alone; SQLite gives its `-wal` and `-shm` the mode of the file. `busyMs`: how long it waits for others.
 */
export function openDatabase(path: string, busyMs = BUSY_TIMEOUT_MS): DatabaseSync {
  if (existsSync(path)) chmodSync(path, 0o600);
  else {
    closeSync(openSync(path, 'a', 0o600));
    syncFolder(dirname(path));
  }
  const db = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true });
  // synchronous=FULL: a commit is answered only when its WAL frames are on the disk (https://sqlite.org/pragma.html#pragma_synchronous).
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
  // What was deleted or replaced is overwritten in the file, not only unlinked.
  db.exec('PRAGMA secure_delete = ON');
  return db;
}

/** A connection that cannot write: for reads on the event loop and for offline checks. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
  db.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF');
  return db;
}

const FULL = new Set([
  13, // SQLITE_FULL: no room on the disk, or max_page_count reached
  4874, // SQLITE_IOERR_SHMSIZE: no room for the shared-memory file
]);

function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

/** Whether SQLite failed for want of room. */
export function isFull(error: unknown): boolean {
  return FULL.has(codeOf(error) ?? 0) || (error as { code?: unknown } | undefined)?.code === 'ENOSPC';
}

/** Whether SQLite failed because another connection holds the lock (SQLITE_BUSY and its extended codes). */
export function isBusy(error: unknown): boolean {
  return ((codeOf(error) ?? 0) & 0xff) === 5;
}
