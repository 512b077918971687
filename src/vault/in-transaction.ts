import type { DatabaseSync } from 'node:sqlite';

/** Does several writes to a database of this host as one: all of them or, where `work` throws, none. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
