import { EnvironmentError } from '../environments/environment-error.ts';
import { VaultError } from '../errors.ts';
import { MasterKeyError, type MasterKeyFailure } from '../master-keys/master-key-error.ts';
import type { RunProblem } from './job.ts';

/** What the state of a master key means for the backups that it opens. */
const MEANS: Record<MasterKeyFailure, string> = {
  disabled: 'Until it is enabled, nothing can be backed up or restored under it. The backups are whole and wait.',
  'pending-deletion':
    'Nothing can be backed up or restored under it now; with the key, every backup that only it opens is lost.',
  'material-missing': 'Until its material is imported again, nothing can be backed up or restored under it.',
  deleted: 'The backups that only this key opens cannot be read any more, by anybody.',
  denied: 'This run could not go on. Nothing is wrong with the backups themselves.',
  throttled: 'This run gave up. Nothing is wrong with the backups themselves.',
  unreachable: 'This run could not go on. Nothing is wrong with the backups themselves.',
  'wrong-context-or-tampered': 'What this key was asked to open may have been exchanged in the store.',
};

/** Brings any error to what is kept of it and shown: what happened, what it means for the backups, what to do. */
export function problemOf(error: unknown): RunProblem {
  if (error instanceof MasterKeyError) {
    return { code: `master-key-${error.code}`, message: `${error.message} ${MEANS[error.code]}` };
  }
  if (error instanceof VaultError || error instanceof EnvironmentError) {
    return { code: error.code, message: error.message };
  }
  const { name, code } = error as NodeJS.ErrnoException;
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
