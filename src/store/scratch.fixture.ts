import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readFrames } from '../audit/entry-frame.ts';

/** A folder for one test. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'keystead-store-'));
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** The leaves that wait in the queue of a database, in order. */
export function queuedLeaves(path: string): Record<string, unknown>[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = db.prepare('SELECT body FROM audit_batch ORDER BY seq').all();
    return rows.flatMap((row) =>
      [...readFrames(row['body'] as Uint8Array)].map(({ leaf }) => JSON.parse(leaf.toString())),
    );
  } finally {
    db.close();
  }
}

/** Changes a database as somebody with the file in hand can. */
export function tamper(path: string, ...statements: string[]): void {
  const db = new DatabaseSync(path);
  try {
    for (const statement of statements) db.exec(statement);
  } finally {
    db.close();
  }
}
