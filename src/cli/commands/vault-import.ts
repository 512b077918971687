import type { CliCommand, Row, Session } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { CREDENTIAL_SETTINGS } from './vault-credentials.ts';
import { CliError } from '../errors.ts';
import { readJson } from '../files.ts';
import type { StorageInput } from '@keystead/sdk';
import { MASTER_KEY_OPTIONS, masterKeysFrom } from './vault-master-key.ts';
import { STORAGE_OPTIONS, storageCredentials, storageFrom } from './vault-storage.ts';

const FROM: readonly Row[] = [
  ['--from-path <folder>', 'the folder of the server that holds the vault'],
  ['--from-bucket <name>', 'or the bucket that does, of the same storage, address and credentials'],
  ['--from-prefix <text>', 'where in that bucket (all of it)'],
  ['--from-storage <file>', 'or a JSON file with the storage that does: type, region, bucketName, credentials ...'],
];

export const VAULT_IMPORT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault environment import',
    summary: 'Brings an environment back from its storage and master key alone, when the database is lost',
    reach: 'remote',
    arguments: [['<label>', 'what it is to be called']],
    requiredOptions: [['--region <name>', 'where the data is kept: the region of the master key']],
    options: [
      ...FROM,
      ['--writer <id>', "who must have made the vault: the environment's writer id, as it was shown"],
      ...STORAGE_OPTIONS,
      ...MASTER_KEY_OPTIONS,
    ],
    settings: CREDENTIAL_SETTINGS,
    examples: [
      'vault environment import production --from-path /srv/vaults/production --path /srv/vaults/production-2 --region us-east-1 --key arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    ],
    run: async (session): Promise<ExitName> => {
      const { given, output } = session;
      const writerId = given.optional('writer');
      const found = await session.client().importEnvironment({
        label: given.text('label'),
        from: fromStorage(session),
        storage: storageFrom(session),
        encryptAutomatically: true,
        ...masterKeysFrom(session),
        ...(writerId !== undefined && { writerId }),
      });
      if (output.isJson) output.item(found);
      else {
        output.item(found.environment);
        output.note('');
        output.item(found.vault);
      }
      if (writerId === undefined) {
        output.warn(
          `The vault says that the writer ${found.vault.creator} made it. Compare that with what you have noted.`,
        );
      }
      for (const { text } of found.findings) output.warn(text);
      return found.findings.length > 0 ? 'damaged' : 'ok';
    },
  },
];

/** Where the vault lies. @throws {CliError} */
function fromStorage(session: Session): StorageInput {
  const { given } = session;
  const file = given.optional('from-storage');
  if (file !== undefined) return readJson(file) as StorageInput;
  const region = given.text('region');
  const path = given.optional('from-path');
  if (path !== undefined) return { type: 'folder', region, path };
  const bucketName = given.optional('from-bucket');
  if (bucketName !== undefined) {
    const { type, endpoint } = storageFrom(session);
    const prefix = given.optional('from-prefix');
    return { type, region, endpoint, bucketName, prefix, credentials: storageCredentials(session) };
  }
  throw new CliError(
    'usage',
    'usage',
    'where the vault lies was not named',
    'Give --from-path, --from-bucket or --from-storage.',
  );
}
