import type { KeyObject } from 'node:crypto';
import { originOf, readCheckpoint } from '../audit/checkpoint.ts';
import { LogInvalidError, verifyLog, type VerifyReport } from '../audit/verify.ts';
import { TileFolders } from './tile-folder.ts';

export interface VerifyLogsOptions {
  readonly folder: string;
  readonly origin: string;
  readonly publicKey: KeyObject;
  /** Older checkpoints that were kept elsewhere, each of one of the logs. */
  readonly trusted?: readonly string[];
}

/**
 * Verifies every log of a folder from its first entry. Reads files only: it needs neither database nor seal.
 *
 * @throws {LogInvalidError} naming the log and the first thing that is wrong with it.
 */
export async function verifyLogs(options: VerifyLogsOptions): Promise<Map<string, VerifyReport>> {
  const folders = new TileFolders(options.folder);
  const trusted = new Map((options.trusted ?? []).map((note) => [readCheckpoint(note).origin, note]));
  const reports = new Map<string, VerifyReport>();
  for (const log of folders.logs()) {
    const note = trusted.get(originOf(options.origin, log));
    trusted.delete(originOf(options.origin, log));
    const { origin, publicKey } = options;
    const common = { tiles: folders.of(log), log, origin, publicKey };
    try {
      reports.set(log, await verifyLog(note === undefined ? common : { ...common, trusted: note }));
    } catch (error) {
      if (error instanceof LogInvalidError) throw new LogInvalidError(`the log ${log}: ${error.message}`);
      throw error;
    }
  }
  for (const origin of trusted.keys()) {
    throw new LogInvalidError(`the folder has no log of ${origin}, of which a trusted checkpoint is given`);
  }
  return reports;
}
