import { EgressGuard } from '../../../clients/egress.ts';
import { backup } from '../../backup/backup.ts';
import { openSource } from '../../sources/open-source.ts';
import type { Performer } from '../performer.ts';
import { showBackup } from '../results.ts';

export const BACKUP: Performer<'backup'> = {
  signs: true,
  makesVault: true,
  run: async (repository, { source: spec }, { heads, egress }, { signal, onProgress }) => {
    const source = openSource(spec, { guard: new EgressGuard(egress) });
    const report = await backup({ repository, source, signal, onProgress, knownHeads: heads });
    const others = heads.filter(({ writer }) => writer !== report.head.writer);
    return { heads: [...others, report.head], result: showBackup(report) };
  },
};
