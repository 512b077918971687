import type { CliCommand } from '../command.ts';
import { ask } from './vault-ask.ts';
import { OFFLINE_OPTIONS } from './vault-offline.ts';

export const VAULT_KEY_OUTLOOK_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault key-outlook',
    summary: 'Says which snapshots nobody could open any more if a master key were gone',
    reach: 'remote',
    arguments: [['<master-key>', 'the ARN, CRN or name of the master key, as the environment shows it']],
    options: [['--environment <name>', 'its label or id; or --offline'], ...OFFLINE_OPTIONS],
    examples: [
      'vault key-outlook arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab --environment production',
    ],
    run: async (session) => {
      const { given, output } = session;
      const { unreadable, others, ...outlook } = await ask<'key-outlook'>(session, {
        kind: 'key-outlook',
        keyId: given.text('master-key'),
      });
      if (output.isJson) return output.item({ ...outlook, unreadable, others });
      output.item({ ...outlook, others: others.join(', ') });
      output.rows(
        unreadable,
        [
          ['UNREADABLE', ({ snapshotId }) => snapshotId],
          ['TAKEN', ({ takenAt }) => takenAt],
        ],
        'Every snapshot opens without this key.',
      );
    },
  },
];
