import { everyItem, type Environment, type EnvironmentCheck, type KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { MASTER_KEY_OPTIONS, masterKeysFrom } from './vault-master-key.ts';
import { CREDENTIAL_SETTINGS } from './vault-credentials.ts';
import { STORAGE_OPTIONS, storageFrom } from './vault-storage.ts';

const COLUMNS: readonly Column<Environment>[] = [
  ['ENVIRONMENT', ({ environmentId }) => environmentId],
  ['LABEL', ({ label }) => label],
  ['STORAGE', ({ storage }) => placeOf(storage)],
  ['REGION', ({ storage }) => storage.region],
  ['MASTER KEY', ({ masterKey }) => masterKey.keyId],
];

const CHECK_COLUMNS: readonly Column<EnvironmentCheck>[] = [
  ['CHECK', ({ check }) => check],
  ['OUTCOME', ({ outcome }) => outcome],
  ['OF', ({ of }) => of],
  ['FOUND', ({ what, next }) => (next === undefined ? what : `${what} ${next}`)],
];

export const ENVIRONMENT: Row = ['<environment>', 'its label or id'];
const DRY_RUN: Row = ['--dry-run', 'look at everything, and keep nothing'];
const EXAMPLE_KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

export const VAULT_ENVIRONMENT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault environment create',
    summary: 'Makes a backup environment once storage and master key were seen to work',
    reach: 'remote',
    arguments: [['<label>', 'what it is called']],
    requiredOptions: [['--region <name>', 'where the data is kept: the region of the master key']],
    options: [...STORAGE_OPTIONS, ...MASTER_KEY_OPTIONS, DRY_RUN],
    settings: CREDENTIAL_SETTINGS,
    examples: [
      `vault environment create production --path /srv/vaults/production --region us-east-1 --key ${EXAMPLE_KEY}`,
      `vault environment create offsite --storage aws-s3 --bucket acme-backups --prefix production --region us-east-1 --key ${EXAMPLE_KEY}`,
      `vault environment create test --path /srv/vaults/test --region us-east-1 --key ${EXAMPLE_KEY} --endpoint http://localhost:8420 --dry-run`,
    ],
    run: async (session): Promise<ExitName> => {
      const { given, output } = session;
      const api = session.client();
      const wanted = {
        label: given.text('label'),
        storage: storageFrom(session),
        encryptAutomatically: true,
        ...masterKeysFrom(session),
      };
      if (given.flag('dry-run')) return outcomeOf(session, (await api.preflightEnvironment(wanted)).checks);
      const made = await api.createEnvironment(wanted);
      if (output.isJson) output.item(made);
      else {
        output.item(forPeople(made.environment));
        output.note('');
        showChecks(session, made.checks);
      }
      return 'ok';
    },
  },
  {
    path: 'vault environment list',
    summary: 'Lists the backup environments of your tenant',
    reach: 'remote',
    examples: ['vault environment list', 'vault environment list --json'],
    run: async ({ client, output }) => {
      const api = client();
      const environments = await all(everyItem((after) => api.listEnvironments({ after })));
      output.rows(environments, COLUMNS, 'There is no environment. Make one with "keystead vault environment create".');
    },
  },
  {
    path: 'vault environment show',
    summary: 'Shows a backup environment',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault environment show production'],
    run: async ({ client, given, output }) => {
      const environment = await findEnvironment(client(), given.text('environment'));
      output.item(output.isJson ? environment : forPeople(environment));
    },
  },
  {
    path: 'vault environment check',
    summary: 'Looks at storage and master key by using both',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault environment check production'],
    run: async (session): Promise<ExitName> => {
      const api = session.client();
      const { environmentId } = await findEnvironment(api, session.given.text('environment'));
      return outcomeOf(session, (await api.checkEnvironment(environmentId)).checks);
    },
  },
];

/** A recovery key's public half is as long as a page, and its id names it. */
function forPeople(environment: Environment): object {
  const recipients = environment.recipients.map((recipient) => ({ ...recipient, publicKey: undefined }));
  return { ...environment, recipients };
}

/** By id or by label. @throws {CliError} */
export async function findEnvironment(client: KeysteadClient, name: string): Promise<Environment> {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) return client.getEnvironment(name);
  for await (const environment of everyItem((after) => client.listEnvironments({ after }))) {
    if (environment.label === name) return environment;
  }
  throw new CliError(
    'failed',
    'environment-not-found',
    `your tenant has no environment "${name}"`,
    '"keystead vault environment list" lists them.',
  );
}

/** Shows checks; a failed one is a failure, a warning is none. */
function outcomeOf(session: Session, checks: readonly EnvironmentCheck[]): ExitName {
  showChecks(session, checks);
  return checks.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'ok';
}

/** Where an environment's backups lie, in a word. */
function placeOf({ type, path, bucketName, prefix = '' }: Environment['storage']): string {
  return path ?? (bucketName === undefined ? type : `${type}:${bucketName}/${prefix}`);
}

function showChecks({ output }: Session, checks: readonly EnvironmentCheck[]): void {
  output.rows(checks, CHECK_COLUMNS, 'Nothing was looked at.');
}
