/** Everything that the vault can answer instead of doing its work. A master key's own refusals are `MasterKeyError`s. */
export type VaultErrorCode =
  | 'object-exists'
  | 'object-missing'
  | 'target-full'
  | 'target-read-only'
  | 'target-failed'
  | 'target-missing'
  | 'target-denied'
  | 'target-credentials'
  | 'target-region'
  | 'target-clock'
  | 'target-unreachable'
  | 'target-overwrites'
  | 'object-locked'
  | 'malformed'
  | 'unknown-format'
  | 'bad-signature'
  | 'unknown-writer'
  | 'not-enrolled'
  | 'writer-revoked'
  | 'wrong-name'
  | 'wrong-vault'
  | 'commitment-mismatch'
  | 'tampered'
  | 'rolled-back'
  | 'no-recipient'
  | 'recovery-key-malformed'
  | 'chunk-missing'
  | 'snapshot-missing'
  | 'source-ambiguous'
  | 'path-missing'
  | 'pattern-malformed'
  | 'unsafe-path'
  | 'destination-not-empty'
  | 'destination-failed'
  | 'destination-full'
  | 'source-failed'
  | 'command-not-allowed'
  | 'command-failed'
  | 'conflict'
  | 'history-unsound'
  | 'held'
  | 'clock-set'
  | 'thread-failed'
  | 'cancelled';

const TAMPERED = 'Treat this as an alarm: run a check of the data, and restore from another copy of the store.';

const NEXT: Record<VaultErrorCode, string> = {
  'object-exists': 'Objects of a vault are written once; use another name or another folder.',
  'object-missing': 'Run a check to see which snapshots need it, and bring it back from another copy of the store.',
  'target-full': 'Free some space or choose another target, then run again; what was written so far is used again.',
  'target-read-only': 'Allow this process to write there, then run again.',
  'target-failed': 'Look at the cause, then run again; what was written so far is used again.',
  'target-missing': 'Check the name of the bucket and its provider, or create it; nothing was written.',
  'target-denied':
    'Allow it in the policy of these credentials (keystead vault policy prints what is needed) and in that of the bucket, then run again. Ceph answers the same to credentials that are wrong: check them, too.',
  'target-credentials':
    'Give the environment credentials that are valid and active, then run again; nothing stored is lost.',
  'target-region': "Set the environment's region to that of the bucket, or use a bucket of the region.",
  'target-clock': 'Set the clock of this machine (NTP), then run again.',
  'target-unreachable': 'Check endpoint, network and firewall, then run again; what was written so far is used again.',
  'target-overwrites':
    'A vault is kept only where nothing can be written over: use a store that honours If-None-Match on writes (AWS S3, Ceph, MinIO).',
  'object-locked':
    'Its lock or legal hold must end first: the store keeps it until then, and nothing is wrong with it.',
  malformed: TAMPERED,
  'unknown-format': 'It was written by a newer version, or is not of a vault. Use the version that wrote it.',
  'bad-signature': TAMPERED,
  'unknown-writer': 'Only the writers that the vault names count. Treat this as an alarm.',
  'not-enrolled':
    'Enrol this host by "keystead agent enroll", or name the folder of its enrolment by --state or KEYSTEAD_AGENT_STATE.',
  'writer-revoked':
    'Who wrote it may not write any more. Treat it as an alarm where that host was believed to be switched off.',
  'wrong-name': TAMPERED,
  'wrong-vault':
    'It belongs to another vault, tenant or environment. Check the target, and treat this as an alarm if it is right.',
  'commitment-mismatch': TAMPERED,
  tampered: TAMPERED,
  'rolled-back': 'The store answers with an older state than it had. Treat this as an alarm.',
  'no-recipient': 'Open the vault with one of the master keys that its envelope names.',
  'recovery-key-malformed':
    'Use the public key that "keystead vault recovery-key create" printed, and the file that it wrote.',
  'chunk-missing': 'Run a check, and bring the missing objects back from another copy of the store.',
  'snapshot-missing': 'List the snapshots of this vault and choose one of them.',
  'source-ambiguous': 'Name the source, or the snapshot by its id.',
  'path-missing': 'Name it as it stood below the folder that was backed up, like reports/2026; case counts.',
  'pattern-malformed': 'Write it like *.pdf for names, or reports/**/2026-*.csv for paths.',
  'unsafe-path': 'Restore into a new, empty folder of your own.',
  'destination-not-empty':
    'Restore into a new or empty folder, or say what becomes of what is there: overwrite, keep, or write beside it. A plan shows which files these are.',
  'destination-full': 'Free some space there, then restore again in the same way: it goes on where it stopped.',
  'destination-failed': 'Look at the cause, then restore again.',
  'source-failed': 'Look at the cause, then run again.',
  'command-not-allowed':
    'Name a program that the operator of this machine allows (KEYSTEAD_RUN_COMMANDS), or ask the operator to add it.',
  'command-failed': 'Nothing was read. See that the command works by itself, then run again.',
  conflict: 'Another run with the same signing key has finished meanwhile. Run again, one run at a time.',
  'history-unsound':
    'Nothing is deleted from a vault that lacks something already: bring it back from another copy of the store, or accept it as lost.',
  held: 'A legal hold covers it. Have the hold released by two people first.',
  'clock-set': 'See that it is right, then run again an hour later: nothing was deleted by the time that it shows now.',
  'thread-failed':
    'Run again; if it stays, report it with the cause, and look whether this machine has enough free memory.',
  cancelled: 'Nothing was kept that a restore could mistake for a backup; run again when you like.',
};

/** The vault refused or failed. The text says what, and what to do next; it holds no key and no file content. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;
  /** The text without what to do next. */
  readonly what: string;

  /** `next`: what to do, where it is something else than after most errors of that code. */
  constructor(code: VaultErrorCode, what: string, cause?: unknown, next = NEXT[code]) {
    super(`${what.replace(/\.$/, '')}. ${next}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.what = what;
  }
}

/** An object that its store does not let go of yet: `object-locked`. */
export class LockedError extends VaultError {
  /** When its lock ends, milliseconds since 1970; absent: it is on legal hold alone, or the store does not say. */
  readonly untilMs: number | undefined;

  constructor(what: string, untilMs: number | undefined, cause?: unknown) {
    super('object-locked', what, cause);
    this.untilMs = untilMs;
  }
}

/** Throws `cancelled` when the caller has aborted. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VaultError('cancelled', 'The work was stopped on request', signal.reason);
}

/** A thread of a run ended, or met a fault of its own: what it had in hand is lost, and so is the run. */
export function threadFailure(cause: unknown): VaultError {
  return new VaultError('thread-failed', 'A thread of this run broke down before its work was done', cause);
}
