import type { RestoreDatabasesWork } from '../../vault/runs/job.ts';
import type { CliCommand, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { choiceBody } from './vault-ask.ts';
import { CHOICE_OPTIONS, choiceOf } from './vault-choice.ts';
import { findEnvironment } from './vault-environment.ts';
import { ENVIRONMENT_OPTION } from './vault-look.ts';
import { isOffline, OFFLINE_OPTIONS, restoreDatabasesOffline } from './vault-offline.ts';
import { DETACH, follow } from './vault-run.ts';
import { requireOne } from './vault-snapshots.ts';

const TLS = ['disable', 'require', 'verify-full'] as const;

export const VAULT_RESTORE_DATABASES_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault restore-databases',
    summary: 'Restores databases of a snapshot into a running PostgreSQL server, with the password in PGPASSWORD',
    reach: 'remote',
    arguments: [['<host>', 'where it is: a name, an address, or the folder of its socket']],
    options: [
      ENVIRONMENT_OPTION,
      ...CHOICE_OPTIONS,
      ['--database <name...>', 'which one, or old=new for another name (all, by their names)'],
      ['--port <number>', 'of the server (5432)'],
      ['--user <name>', 'as whom to connect (postgres)'],
      ['--tls <mode>', `${TLS.join(', ')} (disable on this machine, require elsewhere)`],
      ['--roles', 'make the roles that the server does not have; those that it has stay as they are'],
      ['--without-owners', 'leave owners and rights out: everything is of the user who restores'],
      ['--replace', 'replace what the dump has too, in databases that are not empty'],
      ...OFFLINE_OPTIONS,
      DETACH,
    ],
    settings: [['PGPASSWORD', 'the password of the user']],
    examples: [
      'vault restore-databases db.example.com --environment production --source clinic --roles',
      'vault restore-databases /var/run/postgresql --offline --vault /mnt/copy-of-the-vault --database clinic=clinic_of_monday',
    ],
    run: async (session) => {
      const work = workOf(session);
      if (isOffline(session)) return await restoreDatabasesOffline(session, work);
      const name = requireOne(session, 'environment');
      const api = session.client();
      const { environmentId } = await findEnvironment(api, name);
      const { snapshot, to, databases, ...rest } = work;
      const { password, tlsRootFile: _, ...place } = to;
      const run = await api.startDatabaseRestore(environmentId, {
        ...choiceBody(snapshot),
        ...rest,
        to: { ...place, ...(password && { password: password.toString('utf8') }) },
        ...(databases && { databases: [...databases] }),
      });
      return await follow(session, api, run);
    },
  },
];

function workOf(session: Session): RestoreDatabasesWork {
  const { given, host } = session;
  const names = given.list('database');
  const [port, tls] = [portOf(given.optional('port')), tlsOf(given.optional('tls'))];
  const password = host.env['PGPASSWORD'];
  return {
    snapshot: choiceOf(session),
    to: {
      host: given.text('host'),
      user: given.optional('user') ?? 'postgres',
      ...(port !== undefined && { port }),
      ...(tls && { tls }),
      ...(password !== undefined && { password: Buffer.from(password, 'utf8') }),
    },
    roles: given.flag('roles'),
    owners: !given.flag('without-owners'),
    replaceExisting: given.flag('replace'),
    ...(names.length > 0 && { databases: names.map(choice) }),
  };
}

/** `name`, or `old=new`; of a name with `=` in it the last one divides. */
function choice(text: string): { database: string; into?: string } {
  const at = text.lastIndexOf('=');
  return at < 1 || at === text.length - 1
    ? { database: text }
    : { database: text.slice(0, at), into: text.slice(at + 1) };
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new CliError('usage', 'port-malformed', `"${text}" is no port`, 'Give --port a number from 1 to 65535.');
}

/** @throws {CliError} */
export function tlsOf(text: string | undefined): (typeof TLS)[number] | undefined {
  if (text === undefined) return undefined;
  const mode = TLS.find((known) => known === text);
  if (mode) return mode;
  throw new CliError('usage', 'tls-malformed', `"${text}" is no mode of TLS`, `Give --tls one of ${TLS.join(', ')}.`);
}
