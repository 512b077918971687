import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { CHOICE_OPTIONS, choiceOf } from './vault-choice.ts';
import { catOffline, OFFLINE_OPTIONS } from './vault-offline.ts';

export const VAULT_CAT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault cat',
    summary: 'Writes one file of a snapshot to standard output: a dump straight into the program that reads it',
    reach: 'none',
    arguments: [['<path>', 'the file, from the root of the source']],
    options: [...CHOICE_OPTIONS, ...OFFLINE_OPTIONS],
    examples: [
      'vault cat orders.sql --offline --vault s3://backups/production --source orders',
      'vault cat databases/clinic.dump --offline --vault /mnt/copy-of-the-vault',
    ],
    run: async (session) => {
      const { given } = session;
      if (!given.flag('offline')) {
        throw new CliError(
          'usage',
          'offline-only',
          'a server writes no file to your terminal',
          'Give --offline and --vault, or restore into a folder by "keystead vault restore".',
        );
      }
      return await catOffline(session, { snapshot: choiceOf(session), path: given.text('path') });
    },
  },
];
