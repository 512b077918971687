import { inspectVault, requireSnapshots } from '../../inspect.ts';
import type { Performer } from '../performer.ts';
import { showSnapshots } from '../results.ts';

export const INSPECT: Performer<'inspect'> = {
  signs: false,
  run: async (repository, _work, _job, { signal }) => {
    const inspection = await inspectVault(repository, signal);
    requireSnapshots(inspection);
    const { facts, list } = inspection;
    return { heads: list.heads, result: { ...showSnapshots(list), vault: facts } };
  },
};
