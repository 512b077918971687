import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { keepPrivate } from './private-file.ts';

/** How long a process waits for another one that writes to the same file. */
const BUSY_MS = 60_000;
/** Of 5 milliseconds each. */
const WAL_ATTEMPTS = 1_000;
/** SQLITE_CORRUPT and SQLITE_NOTADB: what says that a file is ruined, and not that somebody else is at it. */
const RUINED = new Set([11, 26]);

/**
 * Opens a database that may be lost at any time: one that cannot be read is thrown away, and begins anew. `undefined` for
 * the folder keeps it in memory. Several processes may have it open at once; nobody but its owner reads it.
 *
 * @param schema makes what is not there yet
 */
export function openCacheFile(folder: string | undefined, name: string, schema: string): DatabaseSync {
  if (folder === undefined) return prepared(':memory:', schema);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  try {
    return prepared(path, schema);
  } catch (error) {
    const { errcode = 0 } = error as { readonly errcode?: number };
    if (!RUINED.has(errcode & 0xff)) throw error;
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return prepared(path, schema);
  }
}

function prepared(path: string, schema: string): DatabaseSync {
  if (path !== ':memory:') keepPrivate(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    useWriteAheadLog(database);
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Two processes that make one at the same moment: SQLite does not wait here by itself, whatever its timeout is. */
function useWriteAheadLog(database: DatabaseSync): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = ((error as { readonly errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || attempt >= WAL_ATTEMPTS) throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}
