import { resolve } from 'node:path';
import { wipe } from '../../bytes/bytes.ts';
import { makeRecoveryKey, writeRecoveryKey } from '../../vault/format/recovery-key.ts';
import type { CliCommand } from '../command.ts';
import { writeOwn } from '../files.ts';

export const VAULT_RECOVERY_KEY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault recovery-key create',
    summary: 'Makes a recovery key on this machine: writes its private half to a file, prints its public half',
    reach: 'none',
    requiredOptions: [['--file <path>', 'the new file of the private half, for its owner alone: keep it offline']],
    examples: ['vault recovery-key create --file recovery.key', 'vault recovery-key create --file recovery.key --json'],
    run: async ({ given, output }) => {
      const path = resolve(given.text('file'));
      const { seed, keyId, publicKey } = makeRecoveryKey();
      const file = writeRecoveryKey(seed, keyId);
      try {
        writeOwn(path, file, { code: 'recovery-key-not-written', what: 'No key was made.' });
      } finally {
        wipe(seed, file);
      }
      output.item({ keyId, publicKey: publicKey.toString('base64'), file: path });
      output.note(
        'Print the file or carry it away, and delete it here: whoever has it opens every backup made for it.',
      );
    },
  },
];
