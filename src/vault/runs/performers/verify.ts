import { check } from '../../check.ts';
import type { Performer } from '../performer.ts';
import { showCheck } from '../results.ts';

export const VERIFY: Performer<'verify'> = {
  signs: false,
  run: async (repository, { level }, { heads }, { signal, onProgress }) => {
    const report = await check({ repository, level, knownHeads: heads, signal, onProgress });
    return { heads, result: showCheck(report) };
  },
};
