import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const RETRY_MS = 1000;
const CHUNK = Buffer.alloc(1 << 20);

/** The file that keeps room on the disk for urgent commits, beside the database. */
export function reservePath(database: string): string {
  return `${database}.reserve`;
}

/**
 * Room on the disk that is given up when there is no other, so that disable and revoke still commit. While it is
 * given up, nothing else is written: it would take the room.
 */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  /** By the process's own clock: one that is set back would keep the room from being set aside for as long. */
  #triedMs = -Infinity;

  constructor(path: string, bytes = 4 << 20) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Whether the room is set aside. Another process may have given it up. */
  isHeld(): boolean {
    return existsSync(this.#path);
  }

  /** Sets the room aside where the disk has twice as much; tries at most once a second. */
  restore(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#triedMs < RETRY_MS) return false;
    this.#triedMs = nowMs;
    const temporary = `${this.#path}.new`;
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < 2 * this.#bytes) return false;
      fill(temporary, this.#bytes);
      renameSync(temporary, this.#path);
      return true;
    } catch {
      rmSync(temporary, { force: true });
      return false;
    }
  }

  /** Whether half of the room that was given up is left. */
  isHalfLeft(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    return bavail * bsize >= this.#bytes / 2;
  }

  /** Gives the room up. Answers whether there was any. */
  free(): boolean {
    const held = this.isHeld();
    rmSync(this.#path, { force: true });
    return held;
  }
}

function fill(path: string, bytes: number): void {
  const file = openSync(path, 'w', 0o600);
  try {
    // Written, not truncated to length: a hole keeps no room.
    for (let left = bytes; left > 0;) left -= writeSync(file, CHUNK, 0, Math.min(left, CHUNK.length));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
