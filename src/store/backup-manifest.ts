import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../bytes/canonical-json.ts';
import { parseStrictJson } from '../bytes/strict-json.ts';
import { replaceFile } from './tile-folder.ts';

/** What a backup of the state says of itself: `manifest.json` in its folder, written last. */
export interface BackupManifest {
  readonly format: 1;
  readonly madeMs: number;
  /** Schema version of the database. */
  readonly schema: number;
  /** Of `keystead.db`, hexadecimal SHA-256. */
  readonly sha256: string;
  readonly logs: readonly { readonly log: string; readonly size: number; readonly root: string }[];
}

export const BACKUP_DATABASE = 'keystead.db';
export const BACKUP_LOG = 'log';
const MANIFEST = 'manifest.json';

/** A backup that cannot be restored. Nothing was changed. */
export class BackupInvalidError extends Error {
  override readonly name = 'BackupInvalidError';
}

export function writeManifest(folder: string, manifest: Omit<BackupManifest, 'sha256' | 'format'>): BackupManifest {
  const full: BackupManifest = { format: 1, ...manifest, sha256: digestOfFile(join(folder, BACKUP_DATABASE)) };
  const { logs, ...rest } = full;
  const text = canonicalJson({ ...rest, logs: logs.map(({ log, size, root }) => ({ log, size, root })) });
  replaceFile(join(folder, MANIFEST), Buffer.from(`${text}\n`, 'utf8'));
  return full;
}

/** Reads the manifest and holds the database against it. @throws {BackupInvalidError} */
export function readManifest(folder: string): BackupManifest {
  let manifest: BackupManifest;
  try {
    manifest = parseStrictJson(readFileSync(join(folder, MANIFEST))) as BackupManifest;
  } catch (error) {
    throw new BackupInvalidError(`${folder} has no readable ${MANIFEST}: it is no backup, or it was not finished`, {
      cause: error,
    });
  }
  if (manifest.format !== 1) {
    throw new BackupInvalidError(`the backup ${folder} has an unknown format: restore it with a newer Keystead`);
  }
  if (digestOfFile(join(folder, BACKUP_DATABASE)) !== manifest.sha256) {
    throw new BackupInvalidError(`the database in the backup ${folder} is damaged: take another backup`);
  }
  return manifest;
}

/** Read in pieces: the file may be larger than memory. The connection of a running store is never on this file. */
function digestOfFile(path: string): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      digest.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return digest.digest('hex');
}
