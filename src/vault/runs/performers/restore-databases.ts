import { EgressGuard } from '../../../clients/egress.ts';
import { restorePostgres } from '../../postgres/restore-postgres.ts';
import { chooseSnapshot } from '../../recovery/choose-snapshot.ts';
import type { Performer } from '../performer.ts';
import { showRestoredDatabases } from '../results.ts';

export const RESTORE_DATABASES: Performer<'restore-databases'> = {
  signs: false,
  run: async (repository, work, { heads, egress }, { signal, onProgress }) => {
    const { snapshot, to, databases, roles, owners, replaceExisting } = work;
    const { snapshotId, findings } = await chooseSnapshot(repository, snapshot, heads);
    const options = { repository, snapshotId, to, roles, owners, replaceExisting, signal, onProgress };
    const guard = new EgressGuard(egress);
    const report = await restorePostgres({ ...options, guard, ...(databases && { databases }) });
    return { heads, result: showRestoredDatabases(report, findings) };
  },
};
