import { EnvironmentError } from '../environments/environment-error.ts';
import { VaultError } from '../errors.ts';
import { MasterKeyError, type MasterKeyFailure } from '../master-keys/master-key-error.ts';
import type { RunProblem } from './job.ts';

/** What a refusal means for the backups, where the refusal's own text does not say it. */
const MEANS: Partial<Record<MasterKeyFailure, string>> = {
  'material-missing': 'Until then nothing can be backed up or restored under it; the backups themselves are whole.',
  denied: 'Nothing is wrong with the backups themselves.',
  throttled: 'Nothing is wrong with the backups themselves.',
  unreachable: 'Nothing is wrong with the backups themselves.',
};

/** https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** Brings any error to what is kept of it and shown: what happened, what it means for the backups, what to do. */
export function problemOf(error: unknown): RunProblem {
  if (error instanceof MasterKeyError) {
    const meaning = MEANS[error.code];
    return { code: `master-key-${error.code}`, message: meaning ? `${error.message} ${meaning}` : error.message };
  }
  if (error instanceof VaultError || error instanceof EnvironmentError) {
    return { code: error.code, message: error.message };
  }
  const { name, code, errcode } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  if (code === 'ENOSPC' || code === 'EDQUOT' || (code === 'ERR_SQLITE_ERROR' && errcode === SQLITE_FULL)) {
    return {
      code: 'disk-full',
      message:
        'The disk of this machine is full where Keystead keeps what it knows of the store, or its temporary files. No snapshot came of the run, and nothing stored is lost. Free some space there, then run it again.',
    };
  }
  return {
    code: 'internal',
    message: `The run failed at a fault of its own (${[name, code].filter(Boolean).join(' ')}). No snapshot came of it. Run it again, and report it if it stays.`,
  };
}

/** A process that went away without a word. */
export function crashed(exitCode: number | null, signal: string | null): RunProblem {
  const how = signal === null ? `with exit code ${exitCode ?? 'unknown'}` : `by ${signal}`;
  return {
    code: 'crashed',
    message: `The run's process ended ${how} before its work was done. Nothing it left can be mistaken for a backup; files that it restored so far are whole. Run it again.`,
  };
}

/** A run that was told to stop and took too long to: its process was ended. */
export const CANCELLED: RunProblem = {
  code: 'cancelled',
  message:
    'The run was stopped on request. Nothing it left can be mistaken for a backup; files that it restored so far are whole.',
};

/** A server that went away while its runs were in flight. */
export const INTERRUPTED: RunProblem = {
  code: 'interrupted',
  message:
    'The server ended while this run was in flight. Nothing it left can be mistaken for a backup; files that it restored so far are whole. Run it again.',
};
