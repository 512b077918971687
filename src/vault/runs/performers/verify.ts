import { check } from '../../check.ts';
import type { Performer } from '../performer.ts';
import { showCheck } from '../results.ts';

export const VERIFY: Performer<'verify'> = {
  signs: false,
  run: async (repository, { level, samplePercent }, { heads }, { signal, onProgress }) => {
    const part = samplePercent === undefined ? {} : { samplePercent };
    const report = await check({ repository, level, ...part, knownHeads: heads, signal, onProgress });
    return { heads, result: showCheck(report) };
  },
};
