import { resolve } from 'node:path';
import type { CliCommand } from '../command.ts';

export const STATE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'state backup',
    summary: 'Copies the state into a new folder, beside a running server or without one; useless without the seal',
    reach: 'data',
    arguments: [['<folder>', 'where the copy goes: a folder that is not there yet']],
    examples: ['state backup /mnt/copies/keystead-2026-11-21'],
    run: async ({ config, given, output }) => {
      const { backupStateTo } = await import('../../server/offline.ts');
      const folder = resolve(given.text('folder'));
      const { madeMs, schema, sha256, logs } = await backupStateTo(config(), folder);
      output.item({ folder, madeAt: new Date(madeMs).toISOString(), schema, sha256, logs });
      output.note('\nThe seal is not in it: keep a copy of the seal file elsewhere, or the copy opens nothing.');
    },
  },
  {
    path: 'state restore',
    summary: 'Puts a copy of the state in place of a lost database; needs the seal, and the server stopped',
    reach: 'data',
    arguments: [['<folder>', 'a folder that "state backup" made']],
    examples: ['state restore /mnt/copies/keystead-2026-11-21 --data /var/lib/keystead --seal /etc/keystead/seal'],
    run: async ({ config, given, output }) => {
      const { restoreStateFrom } = await import('../../server/offline.ts');
      const { madeMs, logs } = await restoreStateFrom(config(), resolve(given.text('folder')));
      output.item({ madeAt: new Date(madeMs).toISOString(), logs });
      for (const { log, newer } of logs)
        if (newer > 0) output.note(`${log}: ${newer} entries are newer than the copy; what they changed is undone.`);
      if (logs.some(({ newer }) => newer > 0))
        output.note(
          'Credentials, sessions, sign-in links and recovery codes that ended or were used since are good again.',
        );
    },
  },
];
