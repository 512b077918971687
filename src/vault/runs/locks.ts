import type { RunKind, Work } from './job.ts';

/** What many runs of an environment may be at together, and what some runs must not meet. */
export type Activity = 'writing' | 'rekeying';

/** How runs of one environment are kept out of each other's way. */
export interface RunLocks {
  /** Each is held by one run at a time. At least one, by which a run in flight is found. */
  readonly holds: readonly string[];
  /** The activity that it is part of. */
  readonly joins?: Activity;
  /** The activities that must be at rest when it begins. */
  readonly apartFrom?: readonly Activity[];
}

const KEEPING: RunLocks = { holds: ['keeping'], joins: 'writing', apartFrom: ['rekeying'] };

/** One row for each kind of run. */
const LOCKS: { readonly [Kind in RunKind]: (work: Extract<Work, { kind: Kind }>) => RunLocks } = {
  backup: ({ source }) => ({ holds: [`source ${source.name}`], joins: 'writing', apartFrom: ['rekeying'] }),
  // Each destination is written by one run at a time.
  restore: ({ destination }) => ({ holds: [`restore ${destination}`] }),
  'restore-databases': ({ to }) => ({ holds: [`restore-databases ${to.host} ${to.port ?? 5432}`] }),
  verify: () => ({ holds: ['verify'] }),
  // It deletes what backups do not need, and lets them go on.
  maintain: () => KEEPING,
  trash: () => KEEPING,
  'take-back': () => KEEPING,
  'accept-loss': () => KEEPING,
  hold: () => KEEPING,
  retire: () => KEEPING,
  // What a backup in flight has referred to must not lose its key.
  forget: () => ({ holds: ['keeping'], joins: 'rekeying', apartFrom: ['writing', 'rekeying'] }),
  // What makes data keys meanwhile would make some that only the key knows that is being left.
  empty: () => ({ holds: ['keeping', 'verify'], joins: 'rekeying', apartFrom: ['writing', 'rekeying'] }),
  rewrap: () => ({ holds: ['rewrap'], joins: 'rekeying', apartFrom: ['writing', 'rekeying'] }),
};

/** What a run of this work holds, and what it must not meet. */
export function locksOf(work: Extract<Work, { kind: RunKind }>): RunLocks {
  return (LOCKS[work.kind] as (work: Work) => RunLocks)(work);
}
