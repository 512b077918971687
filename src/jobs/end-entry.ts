import type { RunResult } from '../vault/runs/job.ts';
import type { Run } from '../vault/runs/run.ts';

/** How a run ended, as far as the log tells it. */
export type Ended =
  | { readonly state: 'succeeded'; readonly report: { readonly result: RunResult } }
  | { readonly state: 'failed' | 'cancelled' | 'interrupted' };

/** What the log says of the end of a run: ids and counts, and the place of a restore; no path of a file, no name in a snapshot. */
export function entryOf(run: Run | undefined, ending: Ended) {
  return { ...(run && whatItWas(run)), ...whatCameOf(ending) };
}

/** Who had begun what. The entry outlives the record of the run. */
function whatItWas({ kind, startedBy, startedAtMs, subject }: Run) {
  const { source, destination } = subject;
  return {
    kind,
    startedBy,
    startedAt: new Date(startedAtMs).toISOString(),
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
  };
}

/** Ids that an entry of the log names at the most. */
const NAMED = 100;

/** Which snapshots it was about, as it turned out, and which data keys are no more. */
function whatCameOf(ending: Ended) {
  if (ending.state !== 'succeeded') return { state: ending.state };
  const { snapshotId, snapshotIds, destroyedKeys, readableKeys, files, findingCount } = ending.report.result;
  return {
    state: ending.state,
    ...(snapshotId !== undefined && { snapshotId }),
    ...(snapshotIds && { snapshotIds: snapshotIds.slice(0, NAMED) }),
    ...(destroyedKeys && { destroyedKeys: destroyedKeys.slice(0, NAMED) }),
    ...(readableKeys && { readableKeys: readableKeys.slice(0, NAMED) }),
    ...(files !== undefined && { files }),
    ...(findingCount !== undefined && { findingCount }),
  };
}
