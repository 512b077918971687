import { restore } from '../../restore.ts';
import type { Performer } from '../performer.ts';
import { showRestore } from '../results.ts';

export const RESTORE: Performer<'restore'> = {
  signs: false,
  run: async (repository, { snapshotId, destination, paths, replaceExisting }, { heads }, { signal, onProgress }) => {
    const options = { repository, snapshotId, to: destination, replaceExisting, signal, onProgress };
    return { heads, result: showRestore(await restore({ ...options, ...(paths && { paths }) })) };
  },
};
