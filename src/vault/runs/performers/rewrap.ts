import { rewrap } from '../../rewrap.ts';
import type { Performer } from '../performer.ts';
import { showRewrap } from '../results.ts';

export const REWRAP: Performer<'rewrap'> = {
  signs: true,
  empty: { envelopes: 0, rewrapped: 0, oldRevisionsLeft: 0 },
  run: async (repository, { to, refreshBeforeMs }, { heads }, { signal, onProgress }) => {
    const report = await rewrap({
      repository,
      to: to.flatMap((id) => repository.masterKeys.filter((key) => key.describe().keyId === id)),
      ...(refreshBeforeMs !== undefined && { refreshBeforeMs }),
      signal,
      onProgress: (files, totalFiles) => onProgress({ phase: 'rewrap', files, totalFiles, bytes: 0, rate: 0 }),
    });
    return { heads, result: showRewrap(report) };
  },
};
