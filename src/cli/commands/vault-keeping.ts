import type { KeysteadClient, LegalHold, RetentionRules, Snapshots } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';
import { DETACH, follow, FORMER, vaultOf } from './vault-run.ts';

type Snapshot = Snapshots['snapshots'][number];

const EXAMPLE = 'b41287b9785b5798030459f324e38b27-0000000001';
const SNAPSHOTS: Row = ['<snapshot...>', 'their ids'];

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

const KEPT_COLUMNS: readonly Column<Snapshot>[] = [
  ['SNAPSHOT', ({ snapshotId }) => snapshotId],
  ['SOURCE', ({ source }) => source],
  ['CREATED', ({ createdAt }) => createdAt],
  ['KEPT BY', ({ keptBy }) => keptBy?.join(', ')],
  ['EXPIRES ABOUT', ({ expiresAt }) => expiresAt],
  ['DELETED AT', ({ deletedAt }) => deletedAt],
];

const HOLD_COLUMNS: readonly Column<LegalHold>[] = [
  ['HOLD', ({ holdId }) => holdId],
  ['STATE', ({ state, release }) => (release ? `${state}, release asked for` : state)],
  ['COVERS', ({ snapshots }) => (snapshots.length === 0 ? 'everything' : snapshots.join(', '))],
  ['REASON', ({ reason }) => reason],
  ['PLACED BY', ({ placedBy }) => placedBy],
  ['RELEASE', ({ release }) => release?.releaseId],
];

const HOLD: Row = ['<hold>', 'its id'];

export const VAULT_KEEPING_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault retention show',
    summary: 'Shows what an environment keeps; with --snapshots what keeps each, and until when',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [['--snapshots', 'every snapshot; asks the master key, and tells what it can where that says no']],
    examples: ['vault retention show production', 'vault retention show production --snapshots'],
    run: async (session) => {
      const { output, given } = session;
      const { api, environmentId } = await found(session);
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
      const { given, output } = session;
      const { api, environmentId } = await found(session);
      const source = given.optional('source');
      const rules = given.flag('keep-everything') ? undefined : rulesOf(session);
      output.item(
        await api.setRetention(environmentId, { ...(source !== undefined && { source }), ...(rules && { rules }) }),
      );
    },
  },
  {
    path: 'vault prune',
    summary:
      'Expires what no rule keeps, empties the trash, marks what nothing needs, and deletes what was marked a day ago',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [
      ['--dry-run', 'say what would be done'],
      ['--repack', 'rewrite packs that are mostly dead; reads every tree'],
      FORMER,
      DETACH,
    ],
    examples: ['vault prune production --dry-run', 'vault prune production --repack'],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const { given } = session;
      const body = { dryRun: given.flag('dry-run'), repack: given.flag('repack'), ...vaultOf(session) };
      return follow(session, api, await api.startMaintenance(environmentId, body));
    },
  },
  {
    path: 'vault trash list',
    summary: 'Lists the snapshots in the trash, and when each is deleted; asks the master key',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault trash list production'],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const kept = await api.listKept(environmentId);
      const snapshots = kept.snapshots.filter(({ deletedAt }) => deletedAt !== undefined);
      showKept(session, { ...kept, snapshots }, 'nothing in the trash');
    },
  },
  {
    path: 'vault trash add',
    summary: 'Moves snapshots to the trash, whatever the rules say',
    reach: 'remote',
    arguments: [ENVIRONMENT, SNAPSHOTS],
    options: [['--days <count>', 'how long they can be taken back (as the rules say)'], FORMER, DETACH],
    examples: [`vault trash add production ${EXAMPLE}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const days = numberOf(session, 'days');
      const snapshots = session.given.list('snapshot');
      return follow(
        session,
        api,
        await api.moveToTrash(environmentId, { snapshots, ...(days !== undefined && { days }), ...vaultOf(session) }),
      );
    },
  },
  {
    path: 'vault trash restore',
    summary: 'Takes snapshots back from the trash; no rule puts them there again',
    reach: 'remote',
    arguments: [ENVIRONMENT, SNAPSHOTS],
    options: [FORMER, DETACH],
    examples: [`vault trash restore production ${EXAMPLE}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const snapshots = session.given.list('snapshot');
      return follow(session, api, await api.takeBackSnapshots(environmentId, { snapshots, ...vaultOf(session) }));
    },
  },
  {
    path: 'vault accept-loss',
    summary: 'Accepts that snapshots are missing or damaged for good: nothing is deleted from a vault before that',
    reach: 'remote',
    arguments: [ENVIRONMENT, SNAPSHOTS],
    options: [FORMER, DETACH],
    examples: [`vault accept-loss production ${EXAMPLE}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const snapshots = session.given.list('snapshot');
      return follow(session, api, await api.acceptLoss(environmentId, { snapshots, ...vaultOf(session) }));
    },
  },
  {
    path: 'vault hold place',
    summary: 'Places a legal hold on snapshots, or on everything of an environment',
    reach: 'remote',
    arguments: [ENVIRONMENT, ['<reason>', 'why; it stays out of the store']],
    options: [['--snapshot <id...>', 'what it covers (everything, also what is yet to come)'], DETACH],
    examples: ["vault hold place production 'Matter 2026-117'"],
    run: async (session) => {
      const { given } = session;
      const { api, environmentId } = await found(session);
      const snapshots = given.list('snapshot');
      const body = { reason: given.text('reason'), ...(snapshots.length > 0 && { snapshots }) };
      return follow(session, api, await api.placeHold(environmentId, body));
    },
  },
  {
    path: 'vault hold list',
    summary: 'Lists the legal holds of an environment',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault hold list production'],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      session.output.rows((await api.listHolds(environmentId)).items, HOLD_COLUMNS, 'There is no legal hold.');
    },
  },
  {
    path: 'vault hold release',
    summary: 'Asks for the release of a legal hold: another person confirms it within seven days',
    reach: 'remote',
    arguments: [ENVIRONMENT, HOLD],
    examples: [`vault hold release production ${'a'.repeat(32)}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      session.output.item(await api.requestHoldRelease(environmentId, { holdId: session.given.text('hold') }));
    },
  },
  {
    path: 'vault hold withdraw',
    summary: 'Takes back that somebody asked for the release of a legal hold',
    reach: 'remote',
    arguments: [ENVIRONMENT, HOLD],
    examples: [`vault hold withdraw production ${'a'.repeat(32)}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      session.output.item(await api.withdrawHoldRelease(environmentId, { holdId: session.given.text('hold') }));
    },
  },
  {
    path: 'vault hold confirm',
    summary: 'Releases a legal hold, as the second person',
    reach: 'remote',
    arguments: [ENVIRONMENT, HOLD, ['<release>', 'the id of the request, as "vault hold list" shows it']],
    options: [DETACH],
    examples: [`vault hold confirm production ${'a'.repeat(32)} ${'b'.repeat(32)}`],
    run: async (session) => {
      const { given } = session;
      const { api, environmentId } = await found(session);
      const body = { holdId: given.text('hold'), releaseId: given.text('release') };
      return follow(session, api, await api.confirmHoldRelease(environmentId, body));
    },
  },
  {
    path: 'vault forget',
    summary: 'Destroys what opens snapshots, or everything of a source: it cannot be undone',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [
      ['--snapshot <id...>', 'which ones'],
      ['--source <name>', 'all of this source'],
      ['--for-good', 'yes, for good'],
      FORMER,
      DETACH,
    ],
    examples: [
      `vault forget production --snapshot ${EXAMPLE} --for-good`,
      'vault forget production --source records --for-good',
    ],
    run: async (session) => {
      const { given } = session;
      if (!given.flag('for-good')) {
        throw new CliError(
          'usage',
          'for-good-missing',
          'what is forgotten cannot be brought back by anybody',
          'Say --for-good if that is meant. "keystead vault trash add" removes snapshots and lets them be taken back.',
        );
      }
      const { api, environmentId } = await found(session);
      const snapshots = given.list('snapshot');
      const source = given.optional('source');
      const body = {
        ...(snapshots.length > 0 && { snapshots }),
        ...(source !== undefined && { source }),
        ...vaultOf(session),
      };
      return follow(session, api, await api.forgetSnapshots(environmentId, body));
    },
  },
  {
    path: 'vault retire-key',
    summary:
      'Retires a data key that leaked, and rewrites what lies under it; without a key, goes on with the rewriting',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    options: [
      ['--key <id>', 'the data key'],
      ['--max-bytes <count>', 'how much of packs to rewrite now (all)'],
      FORMER,
      DETACH,
    ],
    examples: [`vault retire-key production --key ${'a'.repeat(32)}`],
    run: async (session) => {
      const { api, environmentId } = await found(session);
      const key = session.given.optional('key');
      const maxBytes = numberOf(session, 'max-bytes');
      const body = {
        ...(key !== undefined && { key }),
        ...(maxBytes !== undefined && { maxBytes }),
        ...vaultOf(session),
      };
      return follow(session, api, await api.retireDataKey(environmentId, body));
    },
  },
];

async function found(session: Session): Promise<{ readonly api: KeysteadClient; readonly environmentId: string }> {
  const api = session.client();
  return { api, environmentId: (await findEnvironment(api, session.given.text('environment'))).environmentId };
}

function showKept({ output }: Session, { snapshots, withoutKey }: Snapshots, none: string): void {
  output.rows(snapshots, KEPT_COLUMNS, `There is ${none}.`);
  if (withoutKey) {
    output.warn(`What keeps each, and until when, could not be told without the master key. ${withoutKey.message}`);
  }
}

function numberOf({ given }: Session, option: string): number | undefined {
  const text = given.optional(option);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError('usage', 'count-malformed', `"${text}" is not a number`, `Give another --${option}.`);
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
