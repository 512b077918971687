import { VaultError } from '../../errors.ts';
import { inspectVault } from '../../inspect.ts';
import type { Performer } from '../performer.ts';
import { SNAPSHOTS } from './snapshots.ts';

/** What a vault that nobody here knows says of itself, its snapshots included. */
export const INSPECT: Performer<'inspect'> = {
  signs: false,
  run: async (repository, _work, job, watch) => {
    const facts = await inspectVault(repository, watch.signal);
    const { heads, result } = await SNAPSHOTS.run(repository, { kind: 'snapshots' }, job, watch);
    const { snapshots = [] } = result;
    if (snapshots.length === 0) {
      throw new VaultError('snapshot-missing', 'There is no snapshot in this vault that can be read');
    }
    return { heads, result: { ...result, vault: { ...facts, snapshots: snapshots.length } } };
  },
};
