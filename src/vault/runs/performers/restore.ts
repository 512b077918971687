import { chooseSnapshot } from '../../recovery/choose-snapshot.ts';
import { restore } from '../../restore/restore.ts';
import type { RestoreWork } from '../job.ts';
import type { Performer } from '../performer.ts';
import { showRestore } from '../results.ts';

/** What is asked for, as the restore takes it. */
export function requestOf({ destination, paths, patterns, conflict, rewriteSame, skipDamaged }: RestoreWork) {
  return {
    to: destination,
    ...(paths && { paths }),
    ...(patterns && { patterns }),
    ...(conflict && { conflict }),
    ...(rewriteSame && { rewriteSame }),
    ...(skipDamaged && { skipDamaged }),
  };
}

export const RESTORE: Performer<'restore'> = {
  signs: false,
  run: async (repository, work, { heads }, { signal, onProgress }) => {
    const { snapshotId, findings } = await chooseSnapshot(repository, work.snapshot, heads);
    const report = await restore({ repository, snapshotId, signal, onProgress, ...requestOf(work) });
    return { heads, result: showRestore(report, findings) };
  },
};
