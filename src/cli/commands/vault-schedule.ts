import { everyItem, type KeysteadClient, type KeyWatch, type Schedule } from '@keystead/sdk';
import type { CliCommand, Given, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { levelNamed } from './vault-level.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';
import { nextOf, SCHEDULE_OPTIONS, scheduleOf } from './vault-schedule-options.ts';

type Task = Parameters<KeysteadClient['createSchedule']>[1]['task'];

const SCHEDULE: Row = ['<schedule>', 'its id'];
const EXAMPLE = '8c2f9d54-1b7e-4a0c-9d2e-5f6a7b8c9d0e';

const COLUMNS: readonly Column<Schedule>[] = [
  ['SCHEDULE', ({ scheduleId }) => scheduleId],
  ['TASK', ({ task }) => [task.kind, task.level].filter(Boolean).join(' ')],
  ['WHEN', ({ cron, timeZone }) => `${cron} ${timeZone}`],
  ['NEXT', nextOf],
  ['LAST', ({ last }) => last && `${last.outcome} ${last.code ?? last.dueAt}`],
];

const KEY_COLUMNS: readonly Column<KeyWatch['keys'][number]>[] = [
  ['MASTER KEY', ({ keyId }) => keyId],
  ['STATE', ({ state }) => state],
  ['SINCE', ({ since }) => since],
  ['TO BE DELETED', ({ deletionAt }) => deletionAt],
  [
    'BECOMES UNREADABLE',
    ({ outlook }) => outlook && `${outlook.unreadableCount} of ${outlook.snapshotCount} snapshots`,
  ],
];

export const VAULT_SCHEDULE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault schedule create',
    summary: 'Has an environment verified, or looked after, by the clock; backups are scheduled with their source',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [
      ['--verify <level>', 'list, hashes, structure, sample, data or drill: as with "keystead vault verify"'],
      ['--sample-percent <number>', 'how much of the packs the level sample reads'],
      ['--maintain', 'carry out the rules of retention, and delete what nothing needs any more'],
      ...SCHEDULE_OPTIONS,
    ],
    examples: [
      "vault schedule create production --verify drill --cron '0 4 * * 0' --time-zone Europe/Berlin",
      "vault schedule create production --maintain --cron '0 5 * * *'",
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const task = taskOf(given);
      const schedule = scheduleOf(given);
      if (schedule === undefined) {
        throw new CliError('usage', 'no-times', 'the times are missing', "Say them, like --cron '0 4 * * 0'.");
      }
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      output.item(await api.createSchedule(environmentId, { task, schedule }));
    },
  },
  {
    path: 'vault schedule list',
    summary: 'Lists what an environment does by the clock, those of its sources included',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault schedule list production'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const schedules = await all(everyItem((after) => api.listSchedules(environmentId, { after })));
      output.rows(schedules, COLUMNS, 'Nothing is done by the clock.');
    },
  },
  ...(['pause', 'resume', 'delete'] as const).map((verb): CliCommand => ({
    path: `vault schedule ${verb}`,
    summary: {
      pause: 'Pauses a schedule: what comes due meanwhile is not made up for',
      resume: 'Resumes a schedule, from its next time on',
      delete: 'Forgets a schedule that is not of a source',
    }[verb],
    reach: 'remote',
    arguments: [ENVIRONMENT, SCHEDULE],
    examples: [`vault schedule ${verb} production ${EXAMPLE}`],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const id = given.text('schedule');
      const done = {
        pause: () => api.pauseSchedule(environmentId, id),
        resume: () => api.resumeSchedule(environmentId, id),
        delete: () => api.deleteSchedule(environmentId, id),
      }[verb];
      output.item(await done());
    },
  })),
  {
    path: 'vault key-watch',
    summary: 'Shows how the master keys of an environment were last found, and whether scheduled runs are held',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [['--now', 'use them now, and go on with what was held if they are good']],
    examples: ['vault key-watch production', 'vault key-watch production --now'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const watch = await (given.flag('now') ? api.checkKeys(environmentId) : api.getKeyWatch(environmentId));
      if (output.isJson) return output.item(watch);
      output.rows(watch.keys, KEY_COLUMNS, 'Nobody has looked at its keys yet: say --now.');
      for (const { keyId, outlook } of watch.keys) {
        if (!outlook?.newest || !outlook.oldest) continue;
        const { unreadableCount, unreadable, newest, oldest } = outlook;
        const times = `taken from ${oldest.takenAt} to ${newest.takenAt}`;
        output.note(`\nOnly ${keyId} opens ${unreadableCount} snapshots, ${times}:\n  ${unreadable.join('\n  ')}`);
        if (unreadableCount > unreadable.length) {
          output.note(`  and ${unreadableCount - unreadable.length} older ones: see "keystead vault key-outlook".`);
        }
      }
      if (watch.held) output.note(`\nScheduled runs are held since ${watch.held.since}: ${watch.held.code}.`);
    },
  },
];

/** What is to be done, as the options say it. @throws {CliError} */
function taskOf(given: Given): Task {
  const [level, percent] = [given.optional('verify'), given.optional('sample-percent')];
  if ((level !== undefined) === given.flag('maintain')) {
    throw new CliError('usage', 'one-task', 'a schedule does one thing', 'Say either --verify <level> or --maintain.');
  }
  const part = percent === undefined ? {} : { samplePercent: wholeNumber('--sample-percent', percent) };
  return level === undefined ? { kind: 'maintain', ...part } : { kind: 'verify', level: levelNamed(level), ...part };
}
