import type { RetentionRules } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import type { Column } from '../output.ts';
import { refuseOptions } from './refuse-options.ts';
import { ENVIRONMENT } from './vault-environment.ts';
import { foundEnvironment, numberOf, showKept } from './vault-kept.ts';

/** The rules by their options. */
const COUNTS = {
  last: 'keep-last',
  hourly: 'keep-hourly',
  daily: 'keep-daily',
  weekly: 'keep-weekly',
  monthly: 'keep-monthly',
  yearly: 'keep-yearly',
  minimumAgeDays: 'minimum-age-days',
  trashDays: 'trash-days',
} as const;

const RULE_OPTIONS: readonly Row[] = [
  ['--source <name>', 'of this source alone (of all that have no rules of their own)'],
  ['--keep-last <count>', 'the newest so many'],
  ['--keep-hourly <count>', 'the newest of each of so many hours'],
  ['--keep-daily <count>', 'the newest of each of so many days'],
  ['--keep-weekly <count>', 'the newest of each of so many weeks'],
  ['--keep-monthly <count>', 'the newest of each of so many months'],
  ['--keep-yearly <count>', 'the newest of each of so many years'],
  ['--minimum-age-days <count>', 'whatever is younger stays'],
  ['--time-zone <name>', 'whose hours and days count (UTC)'],
  ['--trash-days <count>', 'how long what goes can be taken back (7)'],
  ['--keep-everything', 'take the rules away'],
];

const RULE_COLUMNS: readonly Column<{ readonly source: string; readonly rules: RetentionRules }>[] = [
  ['SOURCE', ({ source }) => source],
  ['RULES', ({ rules }) => textOf(rules)],
  ['TIME ZONE', ({ rules }) => rules.timeZone],
  ['TRASH DAYS', ({ rules }) => rules.trashDays],
];

export const VAULT_RETENTION_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault retention show',
    summary: 'Shows what an environment keeps; with --snapshots what keeps each, and until when',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [['--snapshots', 'every snapshot; asks the master key, and tells what it can where that says no']],
    examples: ['vault retention show production', 'vault retention show production --snapshots'],
    run: async (session) => {
      const { output, given } = session;
      const { api, environmentId } = await foundEnvironment(session);
      if (given.flag('snapshots')) return showKept(session, await api.listKept(environmentId), 'no snapshot');
      const { rules, sources } = await api.getRetention(environmentId);
      const all = [...(rules ? [{ source: '(all others)', rules }] : []), ...sources];
      output.rows(all, RULE_COLUMNS, 'There are no rules: everything is kept.');
    },
  },
  {
    path: 'vault retention set',
    summary: 'Sets what an environment keeps: the rules together, which take the place of those before',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: RULE_OPTIONS,
    examples: [
      'vault retention set production --keep-daily 14 --keep-weekly 8 --keep-monthly 12 --time-zone Europe/Berlin',
      'vault retention set production --source records --keep-everything',
    ],
    run: async (session) => {
      const asked = askedOf(session);
      const { api, environmentId } = await foundEnvironment(session);
      session.output.item(await api.setRetention(environmentId, asked));
    },
  },
  {
    path: 'vault retention preview',
    summary: 'Shows what rules would keep of the snapshots that there are, and changes nothing; asks the master key',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: RULE_OPTIONS,
    examples: ['vault retention preview production --keep-daily 14 --keep-weekly 8'],
    run: async (session) => {
      const asked = askedOf(session);
      const { api, environmentId } = await foundEnvironment(session);
      showKept(session, await api.previewRetention(environmentId, asked), 'no snapshot');
    },
  },
];

/** Whose rules, and which; without rules: everything is kept. @throws {CliError} */
function askedOf(session: Session): { source?: string; rules?: RetentionRules } {
  const { given } = session;
  const isEverything = given.flag('keep-everything');
  if (isEverything) refuseOptions(given, '--keep-everything', [...Object.values(COUNTS), 'time-zone']);
  const source = given.optional('source');
  const rules = isEverything ? undefined : rulesOf(session);
  return { ...(source !== undefined && { source }), ...(rules && { rules }) };
}

function rulesOf(session: Session): RetentionRules {
  const timeZone = session.given.optional('time-zone');
  const rules: { [name: string]: number | string } = {};
  for (const [name, option] of Object.entries(COUNTS)) {
    const count = numberOf(session, option);
    if (count !== undefined) rules[name] = count;
  }
  return { ...rules, ...(timeZone !== undefined && { timeZone }) };
}

function textOf(rules: RetentionRules): string {
  const counts = Object.entries(rules).filter(([name]) => name !== 'timeZone' && name !== 'trashDays');
  return counts.map(([name, count]) => `${name} ${count}`).join(', ');
}
