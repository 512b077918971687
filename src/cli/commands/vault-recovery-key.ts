import { rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { wipe } from '../../bytes/bytes.ts';
import { makeRecoveryKey, writeRecoveryKey } from '../../vault/format/recovery-key.ts';
import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';

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
        writeNew(path, file);
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

/** Whole and durable or not at all; never over another file. @throws {CliError} */
function writeNew(path: string, bytes: Buffer): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') rmSync(path, { force: true });
    throw new CliError(
      'failed',
      'recovery-key-not-written',
      `the file ${path} could not be written (${code})`,
      'Name by --file a new file in a folder that you may write to. No key was made.',
    );
  }
}
