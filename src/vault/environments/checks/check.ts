import { VaultError } from '../../errors.ts';
import { MasterKeyError } from '../../master-keys/master-key-error.ts';

/** One thing that was looked at before an environment is used. */
export interface Check {
  /** Which one: `key-state`, `folder-writable`, ... */
  readonly check: string;
  /** What of several things it was: the id of a master key. */
  readonly of?: string;
  readonly outcome: 'passed' | 'warned' | 'failed' | 'skipped';
  /** What was found, for people. */
  readonly what: string;
  /** What to do, where it failed or warns. */
  readonly next?: string;
}

/** What a check found. */
export type Finding = Omit<Check, 'check' | 'of'>;

/** A check as a value: its name, the check that must have passed before, and how it looks. */
export type CheckRow<Subject> = readonly [
  check: string,
  needs: string | undefined,
  run: (subject: Subject) => Promise<Finding> | Finding,
];

/** Runs checks in their order. Never rejects: what breaks is a failed check. */
export async function runChecks<Subject>(rows: readonly CheckRow<Subject>[], subject: Subject): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [check, needs, run] of rows) {
    const before = needs === undefined ? undefined : checks.find((done) => done.check === needs);
    const missing = before !== undefined && before.outcome !== 'passed' && before.outcome !== 'warned';
    const finding: Finding = missing
      ? { outcome: 'skipped', what: `not looked at: ${needs} did not pass` }
      : await settled(run, subject);
    checks.push({ check, ...finding });
  }
  return checks;
}

async function settled<Subject>(run: CheckRow<Subject>[2], subject: Subject): Promise<Finding> {
  try {
    return await run(subject);
  } catch (error) {
    if (error instanceof MasterKeyError) return failed(describe(error));
    if (error instanceof VaultError) return failed(error.message);
    const { code } = error as NodeJS.ErrnoException;
    return failed(`This could not be looked at (${code ?? (error as Error).name}). Look at its place and try again.`);
  }
}

export const passed = (what: string): Finding => ({ outcome: 'passed', what });

/** A failure whose text says what and what to do in turn: the first sentence is what. */
export function failed(text: string): Finding {
  return { outcome: 'failed', ...inTurn(text) };
}

/** Something that lets an environment be saved, and that its owner should know. The first sentence is what. */
export function warned(text: string): Finding {
  return { outcome: 'warned', ...inTurn(text) };
}

function inTurn(text: string): Pick<Finding, 'what' | 'next'> {
  const end = text.indexOf('. ');
  return end < 0 ? { what: text } : { what: text.slice(0, end + 1), next: text.slice(end + 2) };
}

/** A refusal of the provider may have a better reason than its code tells, in the error below it. */
function describe(error: MasterKeyError): string {
  const { cause } = error;
  const guarded = cause instanceof Error && cause.name === 'EgressRefusedError';
  if (guarded) return `${cause.message}. Change the endpoint of the master key.`;
  // Who has mistyped an id need not fear for backups.
  if (error.code === 'deleted') {
    return `There is no master key ${error.keyId}: it was never there, or does not exist any more. Check id, account, region and endpoint; where it was there, backups that only it opens are unreadable for good.`;
  }
  return error.message;
}
