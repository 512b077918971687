import { once } from 'node:events';
import { VaultError } from '../../errors.ts';
import { chooseSnapshot } from '../../recovery/choose-snapshot.ts';
import { SnapshotReader } from '../../snapshot-reader.ts';
import type { Performer } from '../performer.ts';

/** Writes one file to whoever watches, as fast as that takes it. Each byte was verified before it goes out. */
export const CAT: Performer<'cat'> = {
  signs: false,
  run: async (repository, { snapshot, path }, { heads }, { signal, output }) => {
    if (!output) throw new VaultError('destination-failed', 'This process has nowhere to write a file to');
    const startedAt = repository.clock.monotonicMs();
    const { snapshotId, findings } = await chooseSnapshot(repository, snapshot, heads);
    const reader = await SnapshotReader.open(repository, snapshotId, { signal });
    try {
      const file = await reader.file(path);
      for await (const piece of reader.content(file)) {
        if (!output.write(piece)) await once(output, 'drain', { signal });
      }
      const durationMs = Math.round(repository.clock.monotonicMs() - startedAt);
      const warnings = findings.map(({ text }) => text);
      return { heads, result: { snapshotId, files: 1, bytes: file.size, durationMs, warnings } };
    } finally {
      await reader.close();
    }
  },
};
