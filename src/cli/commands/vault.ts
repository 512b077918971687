import type { Environment, KeysteadClient, MasterKeyInput } from '@keystead/sdk';
import { resolve } from 'node:path';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { VAULT_ALERT_COMMANDS } from './vault-alert.ts';
import { VAULT_SCHEDULE_COMMANDS } from './vault-schedule.ts';
import { findSource, VAULT_SOURCE_COMMANDS } from './vault-source.ts';
import { CREDENTIAL_SETTINGS } from './vault-credentials.ts';
import { ENVIRONMENT, findEnvironment, VAULT_ENVIRONMENT_COMMANDS } from './vault-environment.ts';
import { encryptionOf, MASTER_KEY_OPTIONS, masterKeyFrom, recipientsFrom } from './vault-master-key.ts';
import { LEVEL_OPTIONS, levelOf } from './vault-level.ts';
import { VAULT_KEEPING_COMMANDS } from './vault-keeping.ts';
import { ENVIRONMENT_OPTION, VAULT_LOOK_COMMANDS } from './vault-look.ts';
import { OFFLINE_OPTIONS, isOffline, snapshotsOffline, verifyOffline } from './vault-offline.ts';
import { VAULT_BUCKET_COMMANDS } from './vault-bucket.ts';
import { VAULT_KEY_OUTLOOK_COMMANDS } from './vault-key-outlook.ts';
import { VAULT_RECOVERY_KEY_COMMANDS } from './vault-recovery-key.ts';
import { VAULT_CAT_COMMANDS } from './vault-cat.ts';
import { VAULT_RETENTION_COMMANDS } from './vault-retention.ts';
import { VAULT_RESTORE_DATABASES_COMMANDS } from './vault-restore-databases.ts';
import { VAULT_RESTORE_COMMANDS } from './vault-restore.ts';
import { VAULT_ENVIRONMENT_CHANGE_COMMANDS } from './vault-environment-changes.ts';
import { VAULT_ENVIRONMENT_CREDENTIALS_COMMAND } from './vault-environment-credentials.ts';
import { VAULT_IMPORT_COMMANDS } from './vault-import.ts';
import { VAULT_POLICY_COMMANDS } from './vault-policy.ts';
import { DETACH, follow, FORMER, VAULT_RUN_COMMANDS, vaultOf } from './vault-run.ts';
import { requireOne, showSnapshots } from './vault-snapshots.ts';

const PRIMARY_ALONE = ['--primary-alone', 'let the master key alone open the backups'] as const;
const EXAMPLE_KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const REFRESH: readonly Row[] = [
  ['--refresh', 'wrap for the newest versions of the same keys, after a rotation'],
  ['--before <time>', 'with --refresh, only what was wrapped before: to go on with one that was cut off'],
];

export const VAULT_COMMANDS: readonly CliCommand[] = [
  ...VAULT_ENVIRONMENT_COMMANDS,
  VAULT_ENVIRONMENT_CREDENTIALS_COMMAND,
  ...VAULT_ENVIRONMENT_CHANGE_COMMANDS,
  ...VAULT_IMPORT_COMMANDS,
  ...VAULT_POLICY_COMMANDS,
  ...VAULT_RECOVERY_KEY_COMMANDS,
  ...VAULT_BUCKET_COMMANDS,
  ...VAULT_KEY_OUTLOOK_COMMANDS,
  {
    path: 'vault backup',
    summary: 'Backs up a source of an environment, or any folder of the server, now',
    reach: 'remote',
    arguments: [ENVIRONMENT, ['[folder]', 'a folder of the server, below one of its KEYSTEAD_SOURCE_ROOTS']],
    options: [
      ['--source <name>', 'a source that the environment knows, by its name or id'],
      ['--name <name>', 'what a folder is called, for when it moves (its path)'],
      DETACH,
    ],
    examples: [
      'vault backup production --source records',
      'vault backup production /srv/records',
      'vault backup production ./records --name records --json',
    ],
    run: async (session) => {
      const { given, client } = session;
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const [folder, source, sourceName] = ['folder', 'source', 'name'].map((name) => given.optional(name));
      if ((folder === undefined) === (source === undefined)) throw ONE_SOURCE();
      const body =
        source === undefined
          ? { source: resolve(folder as string), ...(sourceName !== undefined && { sourceName }) }
          : { sourceId: (await findSource(api, environmentId, source)).sourceId };
      return follow(session, api, await api.startBackup(environmentId, body));
    },
  },
  {
    path: 'vault snapshots',
    summary: 'Lists the snapshots of an environment, and what of its history is not as it was left',
    reach: 'remote',
    options: [ENVIRONMENT_OPTION, ...OFFLINE_OPTIONS],
    examples: ['vault snapshots --environment production', 'vault snapshots --offline --vault /srv/vaults/production'],
    run: async (session) => {
      if (isOffline(session)) return snapshotsOffline(session);
      const { api, environmentId } = await environmentOf(session);
      return showSnapshots(session, await api.listSnapshots(environmentId));
    },
  },
  ...VAULT_LOOK_COMMANDS,
  ...VAULT_RESTORE_COMMANDS,
  ...VAULT_RESTORE_DATABASES_COMMANDS,
  ...VAULT_CAT_COMMANDS,
  {
    path: 'vault verify',
    summary: 'Verifies that snapshots can be restored: from names and chains up to a drill of what a restore would do',
    reach: 'remote',
    options: [ENVIRONMENT_OPTION, FORMER, ...LEVEL_OPTIONS, ...OFFLINE_OPTIONS, DETACH],
    examples: [
      'vault verify --environment production',
      'vault verify --environment production --level drill',
      'vault verify --environment production --level sample --percent 10',
      'vault verify --offline --vault /mnt/copy-of-the-vault --level hashes',
    ],
    run: async (session) => {
      if (isOffline(session)) return verifyOffline(session);
      const { api, environmentId } = await environmentOf(session);
      return follow(
        session,
        api,
        await api.startVerification(environmentId, { ...levelOf(session), ...vaultOf(session) }),
      );
    },
  },
  {
    path: 'vault rewrap',
    summary: 'Moves an environment to another master key, or says which further ones open its backups',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [...MASTER_KEY_OPTIONS, PRIMARY_ALONE, ...REFRESH, FORMER, DETACH],
    settings: CREDENTIAL_SETTINGS,
    examples: [
      `vault rewrap production --key ${EXAMPLE_KEY}`,
      'vault rewrap production --recipient second-region.json',
      'vault rewrap production --primary-alone',
      'vault rewrap production --refresh',
      `vault rewrap production --former ${'0'.repeat(32)}`,
    ],
    run: async (session) => {
      const { given } = session;
      const api = session.client();
      const { environmentId, masterKey } = await findEnvironment(api, given.text('environment'));
      if (given.flag('refresh')) {
        const before = given.optional('before');
        const asked = { ...(before !== undefined && { before }), ...vaultOf(session) };
        return follow(session, api, await api.refreshMasterKeys(environmentId, asked));
      }
      // A place that was left goes to the keys that the environment has: others cannot be named for it.
      if (given.optional('former') !== undefined) {
        return follow(session, api, await api.rewrapFormerStorage(environmentId, vaultOf(session)));
      }
      if (given.optional('key') === undefined) {
        return follow(session, api, await api.changeRecipients(environmentId, { recipients: nextRecipients(session) }));
      }
      const next = masterKeyFrom(session, encryptionOf(given.optional('encryption') ?? 'AWS-KMS'));
      const exit = await follow(session, api, await api.changeMasterKey(environmentId, next));
      // A run that was not waited for still needs both.
      if (!given.flag('detach') && !opens(await api.getEnvironment(environmentId), masterKey.keyId)) {
        session.output.note(
          `\nThe key ${masterKey.keyId} still opens copies of the old envelopes: disable or delete it to end its power.`,
        );
      }
      return exit;
    },
  },
  ...VAULT_RETENTION_COMMANDS,
  ...VAULT_KEEPING_COMMANDS,
  ...VAULT_RUN_COMMANDS,
  ...VAULT_SOURCE_COMMANDS,
  ...VAULT_SCHEDULE_COMMANDS,
  ...VAULT_ALERT_COMMANDS,
];

const ONE_SOURCE = () =>
  new CliError('usage', 'one-source', 'a backup is of one source', 'Name a folder, or a source with --source.');

async function environmentOf(session: Session): Promise<{ api: KeysteadClient; environmentId: string }> {
  const name = requireOne(session, 'environment');
  const api = session.client();
  return { api, environmentId: (await findEnvironment(api, name)).environmentId };
}

/** All further recipients, from now on. @throws {CliError} */
function nextRecipients(session: Session): MasterKeyInput[] {
  const recipients = recipientsFrom(session);
  if (recipients.length > 0 || session.given.flag('primary-alone')) return recipients;
  throw new CliError(
    'usage',
    'key-missing',
    'neither a master key nor recipients were named',
    'Give --key for another master key, --recipient for all further ones, or --primary-alone for none.',
  );
}

/** Whether backups of an environment need a master key: in the place that it has, or in one that it has left. */
function opens({ masterKey, recipients, formerStorages }: Environment, keyId: string): boolean {
  const needed = [masterKey, ...recipients].map((recipient) => recipient.keyId);
  return [...needed, ...formerStorages.flatMap(({ masterKeys }) => masterKeys)].includes(keyId);
}
