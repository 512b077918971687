import { everyItem, type KeysteadClient, type Source } from '@keystead/sdk';
import { resolve } from 'node:path';
import type { CliCommand, Given, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { bytesPerSecond } from './bandwidth.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';
import { tlsOf } from './vault-restore-databases.ts';
import { nextOf, SCHEDULE_OPTIONS, scheduleOf } from './vault-schedule-options.ts';

const SOURCE: Row = ['<source>', 'its name or id'];
const FOLDER: Row = ['--folder <path>', 'a folder of the server, below one of its KEYSTEAD_SOURCE_ROOTS'];
/** How a folder is read: they need the folder beside them. */
const FOLDER_OPTIONS: readonly Row[] = [
  ['--include <pattern...>', 'what of the folder is kept (everything)'],
  ['--exclude <pattern...>', 'what of the folder is left out'],
  ['--one-file-system', 'keep folders empty that other file systems are mounted on'],
  ['--skip-caches', 'keep caches (CACHEDIR.TAG) without what is in them'],
  ['--before <part...>', 'a program of KEYSTEAD_RUN_COMMANDS and its arguments, run before the folder is read'],
  ['--after <part...>', 'the same, when it has been read'],
];
const HOST: Row = ['--postgres <host>', 'a PostgreSQL server; its password comes from PGPASSWORD'];
const PORT: Row = ['--port <number>', 'its port (5432)'];
const USER: Row = ['--user <name>', 'who may read all of it'];
const TLS: Row = ['--tls <mode>', 'disable, require, verify-full (disable on this machine, require elsewhere)'];
const DATABASE: Row = ['--database <name...>', 'which databases (every one that may be connected to)'];
const ANEW: Row = [
  '--anew',
  'what is not said of the folder or the server is as for a new source, and not as it was: no patterns, all databases',
];
const LIMIT: Row = ['--limit <rate>', 'how fast a backup may write to the store, like 10MiB (as fast as it can)'];
const ALERT: Row = ['--alert-after <hours>', 'tell people when there has been no good backup for so long'];

const COLUMNS: readonly Column<Source>[] = [
  ['SOURCE', ({ sourceId }) => sourceId],
  ['NAME', ({ name }) => name],
  ['KIND', ({ kind }) => kind],
  ['WHEN', ({ schedule }) => schedule && `${schedule.cron} ${schedule.timeZone}`],
  ['NEXT', ({ schedule }) => schedule && nextOf(schedule)],
  ['NEWEST GOOD BACKUP', ({ lastGoodBackup }) => lastGoodBackup?.at],
];

export const VAULT_SOURCE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault source create',
    summary: 'Makes a source known to an environment: what is backed up, when, and how fast',
    reach: 'remote',
    arguments: [ENVIRONMENT, ['<name>', 'what it is called, wherever it moves']],
    options: [FOLDER, ...FOLDER_OPTIONS, HOST, PORT, USER, TLS, DATABASE, ...SCHEDULE_OPTIONS, LIMIT, ALERT],
    examples: [
      "vault source create production records --folder /srv/records --cron '30 2 * * *' --time-zone Europe/Berlin --alert-after 36",
      'vault source create production orders --postgres db.example.com --user backup --database orders',
    ],
    run: async (session) => {
      const { given, output } = session;
      const api = session.client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const schedule = scheduleOf(given);
      if (['folder', 'postgres'].filter((kind) => given.optional(kind) !== undefined).length !== 1) {
        throw new CliError(
          'usage',
          'source-kind-missing',
          'a source is a folder or a PostgreSQL server, one of both',
          'Give --folder or --postgres. What a host pipes needs no source: "keystead agent backup --stdin".',
        );
      }
      output.item(
        await api.createSource(environmentId, {
          name: given.text('name'),
          ...specOf(session),
          ...(schedule && { schedule }),
          ...settingsOf(given),
        }),
      );
    },
  },
  {
    path: 'vault source list',
    summary: 'Lists the sources of an environment',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault source list production'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const sources = await all(everyItem((after) => api.listSources(environmentId, { after })));
      output.rows(sources, COLUMNS, 'There is no source. Make one with "keystead vault source create".');
    },
  },
  {
    path: 'vault source show',
    summary: 'Shows a source, when it is backed up next, and its newest good backup',
    reach: 'remote',
    arguments: [ENVIRONMENT, SOURCE],
    examples: ['vault source show production records'],
    run: async (session) => session.output.item((await sourceOf(session)).source),
  },
  {
    path: 'vault source update',
    summary: 'Changes a source. What is not said stays as it is',
    reach: 'remote',
    arguments: [ENVIRONMENT, SOURCE],
    options: [
      FOLDER,
      ...FOLDER_OPTIONS,
      HOST,
      PORT,
      USER,
      TLS,
      DATABASE,
      ANEW,
      ...SCHEDULE_OPTIONS,
      ['--without-schedule', 'back it up only when somebody says so'],
      LIMIT,
      ['--without-limit', 'as fast as it can'],
      ALERT,
      ['--without-alert', 'tell nobody'],
    ],
    examples: [
      'vault source update production records --limit 10MiB',
      'vault source update production records --without-schedule',
      "vault source update production records --exclude '*.tmp' '*.bak'",
    ],
    run: async (session) => {
      const { given, output } = session;
      const { api, source } = await sourceOf(session);
      const schedule = scheduleOf(given, source.schedule);
      const remove = REMOVALS.filter(([option]) => given.flag(option)).map(([, name]) => name);
      output.item(
        await api.updateSource(source.environmentId, source.sourceId, {
          ...specOf(session, source),
          ...(schedule && { schedule }),
          ...settingsOf(given),
          ...(remove.length > 0 && { remove }),
        }),
      );
    },
  },
  ...(['pause', 'resume', 'delete'] as const).map((verb): CliCommand => ({
    path: `vault source ${verb}`,
    summary: {
      pause: 'Pauses the schedule of a source: what comes due meanwhile is not made up for',
      resume: 'Resumes the schedule of a source, from its next time on',
      delete: 'Forgets a source and its schedule. Its backups stay, and can be restored',
    }[verb],
    reach: 'remote',
    arguments: [ENVIRONMENT, SOURCE],
    examples: [`vault source ${verb} production records`],
    run: async (session) => {
      const { api, source } = await sourceOf(session);
      const { environmentId, sourceId } = source;
      const done = {
        pause: () => api.pauseSource(environmentId, sourceId),
        resume: () => api.resumeSource(environmentId, sourceId),
        delete: () => api.deleteSource(environmentId, sourceId),
      }[verb];
      session.output.item(await done());
    },
  })),
];

const REMOVALS = [
  ['without-schedule', 'schedule'],
  ['without-limit', 'limits'],
  ['without-alert', 'alertAfterHours'],
] as const;

/** By id or by name. @throws {CliError} */
export async function findSource(client: KeysteadClient, environmentId: string, name: string): Promise<Source> {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) return client.getSource(environmentId, name);
  for await (const source of everyItem((after) => client.listSources(environmentId, { after }))) {
    if (source.name === name) return source;
  }
  throw new CliError(
    'failed',
    'source-not-found',
    `the environment has no source "${name}"`,
    '"keystead vault source list" lists them.',
  );
}

async function sourceOf({ given, client }: Session): Promise<{ api: KeysteadClient; source: Source }> {
  const api = client();
  const { environmentId } = await findEnvironment(api, given.text('environment'));
  return { api, source: await findSource(api, environmentId, given.text('source')) };
}

/**
 * What is backed up, as the options say it: one of both kinds. Of a source that there is already, what is
 * not said of its folder or its server stays as it is.
 */
function specOf({ given, host }: Session, present?: Source) {
  const had = given.flag('anew') ? undefined : present;
  const folder = given.optional('folder') ?? (isSaid(given, OF_FOLDER) ? had?.folder?.path : undefined);
  const postgres = given.optional('postgres') ?? (isSaid(given, OF_POSTGRES) ? had?.postgres?.host : undefined);
  const { hasPassword: _, ...server } = had?.postgres ?? {};
  const databases = given.list('database');
  const password = host.env['PGPASSWORD'];
  if (folder === undefined) refuseAlone(given, '--folder', OF_FOLDER);
  if (postgres === undefined) refuseAlone(given, '--postgres', OF_POSTGRES);
  return {
    ...(folder !== undefined && { folder: { ...had?.folder, path: resolve(folder), ...folderOptions(given) } }),
    ...(postgres !== undefined && {
      postgres: {
        ...server,
        host: postgres,
        ...(given.optional('port') !== undefined && { port: Number(given.optional('port')) }),
        user: given.optional('user') ?? had?.postgres?.user ?? 'postgres',
        ...(password !== undefined && { password }),
        ...(databases.length > 0 && { databases: [...databases] }),
        ...(given.optional('tls') !== undefined && { tls: tlsOf(given.optional('tls')) }),
      },
    }),
  };
}

function folderOptions(given: Given) {
  const lists = (['include', 'exclude', 'before', 'after'] as const).flatMap((name) => {
    const list = given.list(name);
    return list.length === 0 ? [] : [[name, [...list]] as const];
  });
  return {
    ...(Object.fromEntries(lists) as { readonly [Name in (typeof lists)[number][0]]?: string[] }),
    ...(given.flag('one-file-system') && { oneFileSystem: true }),
    ...(given.flag('skip-caches') && { skipCaches: true }),
  };
}

const OF_FOLDER = ['include', 'exclude', 'before', 'after', 'one-file-system', 'skip-caches'];
const OF_POSTGRES = ['port', 'user', 'tls', 'database'];

const isSaid = (given: Given, options: readonly string[]): boolean =>
  options.some((name) => given.flag(name) || given.optional(name) !== undefined);

/** What is said of a source that is not named would be left out without a word. @throws {CliError} */
function refuseAlone(given: Given, needed: string, options: readonly string[]): void {
  const alone = options.find((name) => given.flag(name) || given.optional(name) !== undefined);
  if (alone === undefined) return;
  throw new CliError('usage', 'option-alone', `--${alone} says how to read what nobody names`, `Give ${needed} too.`);
}

function settingsOf(given: Given) {
  const [limit, hours] = [given.optional('limit'), given.optional('alert-after')];
  return {
    ...(limit !== undefined && { limits: { bytesPerSecond: bytesPerSecond(limit) } }),
    ...(hours !== undefined && { alertAfterHours: wholeNumber('--alert-after', hours) }),
  };
}
