import { everyItem, type Environment, type EnvironmentCheck, type KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const COLUMNS: readonly Column<Environment>[] = [
  ['ENVIRONMENT', ({ environmentId }) => environmentId],
  ['LABEL', ({ label }) => label],
  ['STORAGE', ({ storage }) => storage.path],
  ['REGION', ({ storage }) => storage.region],
  ['MASTER KEY', ({ masterKey }) => masterKey.keyId],
];

const CHECK_COLUMNS: readonly Column<EnvironmentCheck>[] = [
  ['CHECK', ({ check }) => check],
  ['OUTCOME', ({ outcome }) => outcome],
  ['FOUND', ({ what, next }) => (next === undefined ? what : `${what} ${next}`)],
];

export const ENVIRONMENT: Row = ['<environment>', 'its label or id'];
export const ENDPOINT: Row = ['--endpoint <url>', "the key service's address (AWS's own of the region)"];
const FROM_VARIABLES = 'with the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const EXAMPLE_KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

export const VAULT_ENVIRONMENT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault environment create',
    summary: `Makes a backup environment once storage and master key were seen to work, ${FROM_VARIABLES}`,
    reach: 'remote',
    arguments: [['<label>', 'what it is called']],
    requiredOptions: [
      ['--path <folder>', 'where on the server the backups are kept, below one of its KEYSTEAD_VAULT_ROOTS'],
      ['--region <name>', 'where the data is kept: the region of the master key'],
      ['--key <arn>', 'the ARN of the master key'],
    ],
    options: [ENDPOINT],
    examples: [
      `vault environment create production --path /srv/vaults/production --region us-east-1 --key ${EXAMPLE_KEY}`,
      `vault environment create test --path /srv/vaults/test --region us-east-1 --key ${EXAMPLE_KEY} --endpoint http://localhost:8420`,
    ],
    run: async (session) => {
      const { given, output } = session;
      const made = await session.client().createEnvironment({
        label: given.text('label'),
        storage: { type: 'folder', path: given.text('path'), region: given.text('region') },
        encryptAutomatically: true,
        masterKey: masterKeyOf(session),
      });
      if (output.isJson) return output.item(made);
      output.item(made.environment);
      output.note('');
      showChecks(session, made.checks);
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
    run: async ({ client, given, output }) => output.item(await findEnvironment(client(), given.text('environment'))),
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
      const { checks } = await api.checkEnvironment(environmentId);
      showChecks(session, checks);
      return checks.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'ok';
    },
  },
  {
    path: 'vault environment credentials',
    summary: `Gives an environment other credentials for the same master key: those in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault environment credentials production'],
    run: async (session) => {
      const api = session.client();
      const { environmentId } = await findEnvironment(api, session.given.text('environment'));
      const { environment } = await api.setEnvironmentCredentials(environmentId, accessKeyOf(session));
      session.output.item(environment);
    },
  },
];

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

/** The master key that the options name, with the credentials of the variables. */
export function masterKeyOf(session: Session) {
  const endpoint = session.given.optional('endpoint');
  return {
    provider: 'aws-kms',
    keyId: session.given.text('key'),
    ...(endpoint !== undefined && { endpoint }),
    ...accessKeyOf(session),
  } as const;
}

/** From variables: an argument would stand in the list of processes and in the shell's history. @throws {CliError} */
function accessKeyOf({ host }: Session): { accessKeyId: string; secretAccessKey: string } {
  const accessKeyId = host.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = host.env['AWS_SECRET_ACCESS_KEY'];
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  throw new CliError(
    'usage',
    'no-aws-credentials',
    'no credentials for the master key were given',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those of a principal that may use the key. They go to the server, which keeps them wrapped.',
  );
}

function showChecks({ output }: Session, checks: readonly EnvironmentCheck[]): void {
  output.rows(checks, CHECK_COLUMNS, 'Nothing was looked at.');
}
