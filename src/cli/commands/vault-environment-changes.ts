import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { CREDENTIAL_SETTINGS } from './vault-credentials.ts';
import { refuseOptions } from './refuse-options.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';
import { follow } from './vault-run.ts';
import { lockOf, STORAGE_OPTIONS, storageCredentials, storageFrom } from './vault-storage.ts';

const LABEL: Row = ['--label <text>', 'what it is to be called'];
const NEW_CREDENTIALS: Row = [
  '--storage-credentials',
  'reach the bucket with the credentials in the variables from now on',
];
const NO_LOCK: Row = ['--unlocked', 'lock nothing that is written from now on'];
const isOneOf = (names: readonly string[]) => (row: Row) => names.some((name) => row[0].startsWith(`--${name} `));

/** What changes an environment that is there. */
export const VAULT_ENVIRONMENT_CHANGE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault environment update',
    summary: 'Changes the label of an environment, or how its bucket is reached and locked',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [
      LABEL,
      NEW_CREDENTIALS,
      ...STORAGE_OPTIONS.filter(isOneOf(['role', 'object-lock'])),
      ['--server-credentials', 'with --storage-credentials: as whom the server itself is'],
      NO_LOCK,
    ],
    settings: CREDENTIAL_SETTINGS,
    examples: [
      'vault environment update production --label "Production, Frankfurt"',
      'vault environment update offsite --storage-credentials',
      'vault environment update offsite --object-lock compliance:30',
    ],
    run: async (session) => {
      const { given, output } = session;
      const label = given.optional('label');
      const objectLock = lockOf(given.optional('object-lock'));
      if (!given.flag('storage-credentials'))
        refuseOptions(given, 'a change without --storage-credentials', ['role', 'server-credentials']);
      const body = {
        ...(label !== undefined && { label }),
        ...(given.flag('storage-credentials') && { credentials: storageCredentials(session) }),
        ...(objectLock && { objectLock }),
        ...(given.flag('unlocked') && { noObjectLock: true }),
      };
      if (Object.keys(body).length === 0) throw nothingToDo();
      const api = session.client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      output.item((await api.updateEnvironment(environmentId, body)).environment);
    },
  },
  {
    path: 'vault environment move',
    summary: 'Has new backups go to another storage; what lies at the old one stays listed and restorable',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    requiredOptions: [['--region <name>', 'where the data is kept: the region of the master key']],
    options: STORAGE_OPTIONS,
    settings: CREDENTIAL_SETTINGS,
    examples: [
      'vault environment move production --path /srv/vaults/new-disk --region us-east-1',
      'vault environment move production --storage aws-s3 --bucket acme-backups --region us-east-1',
    ],
    run: async (session) => {
      const api = session.client();
      const { environmentId } = await findEnvironment(api, session.given.text('environment'));
      session.output.item((await api.moveEnvironmentStorage(environmentId, storageFrom(session))).environment);
    },
  },
  {
    path: 'vault environment delete',
    summary: 'Forgets an environment with its sources and schedules, and leaves what lies in its storage as it is',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    requiredOptions: [['--confirm <label>', 'the label once more, against a slip']],
    options: [
      ['--empty-store', 'first delete everything that it has in its storage, for good'],
      ['--leave-registrations', 'also where Key Protect does not let go of the registration with its key'],
    ],
    examples: [
      'vault environment delete test --confirm test',
      'vault environment delete test --confirm test --empty-store',
    ],
    run: async (session: Session): Promise<ExitName> => {
      const { given, output } = session;
      const api = session.client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const body = { label: given.text('confirm') };
      if (given.flag('empty-store')) {
        const exit = await follow(session, api, await api.emptyStore(environmentId, body));
        if (exit !== 'ok') return exit;
      }
      const leaves = given.flag('leave-registrations') && { leaveRegistrations: true };
      output.item(await api.deleteEnvironment(environmentId, { ...body, ...leaves }));
      return 'ok';
    },
  },
];

function nothingToDo(): CliError {
  return new CliError('usage', 'usage', 'nothing to change was named', 'See --help for what can be changed.');
}
