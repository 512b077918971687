import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCheckpoint } from '../audit/checkpoint.ts';
import { filesAt } from '../audit/copy-log.ts';
import type { LogPosition, TileTarget } from '../audit/log.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import { AuditQueue } from './audit-queue.ts';
import {
  BACKUP_DATABASE,
  BACKUP_LOG,
  type BackupManifest,
  BackupInvalidError,
  writeManifest,
} from './backup-manifest.ts';
import { openForReading } from './database.ts';
import { versionOf } from './migrate.ts';
import { syncFile, syncFolder, TileFolders } from './tile-folder.ts';

export interface BackupOptions {
  /** The database; a store may be open on it, in this process or another. */
  readonly path: string;
  /** The folder of the logs. */
  readonly folder: string;
  /** The folder to make: it must not be there yet. */
  readonly to: string;
  readonly nowMs: number;
}

/**
 * Makes a consistent copy of the state beside its use: the database, and the logs as far as that database knows them.
 * What it holds is encrypted or public, but for the entries' details: keep it as the data folder is kept. What fails
 * leaves nothing behind.
 *
 * @throws {BackupInvalidError} there is nothing to copy, or something at its place already
 */
export async function backupState(options: BackupOptions): Promise<BackupManifest> {
  const { path, to } = options;
  if (!existsSync(path))
    throw new BackupInvalidError(`there is no database at ${path}: name the data folder of a server`);
  makeNew(to);
  try {
    return await copyState(options);
  } catch (error) {
    rmSync(to, { recursive: true, force: true });
    throw error;
  }
}

/** Makes a folder that is nobody else's: two backups at once must not take one place, nor one away what the other made. */
function makeNew(to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(to, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new BackupInvalidError(`${to} is there already: name a new folder`);
  }
}

async function copyState({ path, folder, to, nowMs }: BackupOptions): Promise<BackupManifest> {
  const copy = join(to, BACKUP_DATABASE);
  copyDatabase(path, copy);
  const db = openForReading(copy);
  try {
    const positions = await new AuditQueue(db).positions();
    const [from, into] = [new TileFolders(folder), new TileFolders(join(to, BACKUP_LOG))];
    for (const position of positions) await copyLog(from.of(position.log), into.of(position.log), position);
    const logs = positions.map(({ log, size, root }) => ({ log, size, root: root.toString('hex') }));
    return writeManifest(to, { madeMs: nowMs, schema: versionOf(db), logs });
  } finally {
    db.close();
  }
}

function copyDatabase(path: string, copy: string): void {
  const db = openForReading(path);
  try {
    // One read transaction, whatever is written meanwhile (https://sqlite.org/lang_vacuum.html, VACUUM INTO).
    db.exec('PRAGMA query_only = OFF');
    db.prepare('VACUUM INTO ?').run(copy);
  } finally {
    db.close();
  }
  chmodSync(copy, 0o600);
  syncFile(copy);
  syncFolder(join(copy, '..'));
}

/** The sequencer may remove a partial tile under our eyes; the fuller one that follows it serves as well. */
const TRIES = 5;

async function copyLog(from: TileTarget, into: TileTarget, { size, checkpoint, log }: LogPosition): Promise<void> {
  for (let tries = TRIES; ; tries--) {
    const note = await from.read(CHECKPOINT_PATH);
    if (!note) throw new BackupInvalidError(`the log ${log} has no checkpoint: check the state before it is backed up`);
    try {
      for await (const file of filesAt(from, readCheckpoint(note.toString('utf8')).size, size)) {
        await into.write(file);
      }
      break;
    } catch (error) {
      if (tries <= 1) throw error;
    }
  }
  await into.write({ path: CHECKPOINT_PATH, bytes: Buffer.from(checkpoint, 'utf8') });
}
