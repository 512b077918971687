import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './database.ts';

/**
 * A lock between the processes of one machine that the operating system frees when its holder ends, however it ends:
 * so there is no lease to wait for, and nobody whose lease ran out while it slept.
 */
export class ExclusiveLock {
  readonly #path: string;
  #db: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isHeld(): boolean {
    return this.#db !== undefined;
  }

  /** Answers at once whether the lock is held. */
  tryAcquire(): boolean {
    if (this.#db) return true;
    if (!existsSync(this.#path)) closeSync(openSync(this.#path, 'a', 0o600));
    const db = new DatabaseSync(this.#path, { timeout: 0 });
    try {
      // An exclusive transaction of an empty database holds the file's lock and writes nothing.
      db.exec('BEGIN EXCLUSIVE');
      this.#db = db;
      return true;
    } catch (error) {
      db.close();
      if (isBusy(error)) return false;
      throw error;
    }
  }

  release(): void {
    this.#db?.close();
    this.#db = undefined;
  }
}
