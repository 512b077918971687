import type { CliCommand, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { refuseOptions } from './refuse-options.ts';
import { CREDENTIAL_SETTINGS, requireIbmApiKey } from './vault-credentials.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';
import { KEY_REACH_OPTIONS, keyCredentials } from './vault-master-key.ts';
import { storageCredentials, STORAGE_OPTIONS } from './vault-storage.ts';

const OF_STORAGE = STORAGE_OPTIONS.filter(([name]) => /^--(?:role|server-credentials)\b/.test(name));

/** What changes as whom an environment reaches what it has. */
export const VAULT_ENVIRONMENT_CREDENTIALS_COMMAND: CliCommand = {
  path: 'vault environment credentials',
  summary: 'Gives an environment other credentials, those of the variables, once they were seen to work',
  reach: 'remote',
  arguments: [ENVIRONMENT],
  options: [
    ['--key <id>', 'the master key that they are for, by its ARN or CRN (the primary)'],
    ['--bucket-only', "change the storage's and no master key's"],
    ['--bucket-too', "change the storage's as well"],
    ['--former <vault>', 'with either: of which vault, where backups went to its bucket before'],
    ...OF_STORAGE,
    ...KEY_REACH_OPTIONS,
  ],
  settings: CREDENTIAL_SETTINGS,
  examples: [
    'vault environment credentials production',
    'vault environment credentials production --key crn:v1:bluemix:public:kms:eu-de:a/1:2:key:3',
    'vault environment credentials production --key-role arn:aws:iam::111122223333:role/keystead-vault',
    'vault environment credentials production --bucket-only',
  ],
  run: async (session) => {
    const { given, output } = session;
    const bucketOnly = given.flag('bucket-only');
    const withBucket = bucketOnly || given.flag('bucket-too');
    const vaultId = given.optional('former');
    const keyId = given.optional('key');
    if (bucketOnly && keyId !== undefined) {
      throw new CliError('usage', 'usage', '--bucket-only leaves master keys alone', 'Say --key with --bucket-too.');
    }
    if (bucketOnly) refuseOptions(given, '--bucket-only', ['key-role', 'key-server-credentials']);
    if (!withBucket) refuseOptions(given, 'a master key alone', ['role', 'server-credentials', 'former']);
    const api = session.client();
    const environment = await findEnvironment(api, given.text('environment'));
    const { masterKey, recipients, nextMasterKeys = [], environmentId } = environment;
    const named = [masterKey, ...recipients, ...nextMasterKeys].find((key) => key.keyId === (keyId ?? masterKey.keyId));
    // A key of a place that was left is not shown with its provider: its name says whose it is.
    const isIbm = named === undefined ? keyId?.startsWith('crn:') : named.provider === 'key-protect';
    output.item(
      (
        await api.setEnvironmentCredentials(environmentId, {
          keyId,
          ...(!bucketOnly && secretsFrom(session, isIbm === true)),
          ...(withBucket && { storage: storageCredentials(session) }),
          vaultId,
        })
      ).environment,
    );
  },
};

/** @throws {CliError} */
function secretsFrom(session: Session, isIbm: boolean) {
  if (!isIbm) return { credentials: keyCredentials(session) };
  refuseOptions(session.given, 'IBM Key Protect', ['key-role', 'key-server-credentials']);
  return { apiKey: requireIbmApiKey(session) };
}
