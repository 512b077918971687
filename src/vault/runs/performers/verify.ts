import { check } from '../../check/check.ts';
import type { Performer } from '../performer.ts';
import { showCheck } from '../results.ts';

export const VERIFY: Performer<'verify'> = {
  signs: false,
  run: async (repository, { level, samplePercent }, { heads, storage }, { signal, onProgress }) => {
    const part = samplePercent === undefined ? {} : { samplePercent };
    const lock = storage.type === 'bucket' ? storage.lock : undefined;
    const report = await check({
      repository,
      level,
      ...part,
      ...(lock && { lock }),
      knownHeads: heads,
      signal,
      onProgress,
    });
    return { heads, result: showCheck(report) };
  },
};
