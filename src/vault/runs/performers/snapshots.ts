import { MarkList } from '../../keeping/mark-list.ts';
import { readHolds } from '../../read-creator-objects.ts';
import { listSnapshots } from '../../snapshots.ts';
import type { Performer } from '../performer.ts';
import { showSnapshots } from '../results.ts';

export const SNAPSHOTS: Performer<'snapshots'> = {
  signs: false,
  empty: { snapshots: [], findingCount: 0, findings: [] },
  run: async (repository, _work, { heads: known }) => {
    const list = await listSnapshots(repository, known);
    const marks = await MarkList.read(repository);
    const { items: holds } = await readHolds(repository);
    return {
      heads: list.heads,
      result: showSnapshots(
        list,
        marks,
        holds.filter(({ state }) => state === 'held'),
      ),
    };
  },
};
