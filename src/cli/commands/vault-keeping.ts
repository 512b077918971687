import type { LegalHold } from '@keystead/sdk';
import type { CliCommand, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { ENVIRONMENT } from './vault-environment.ts';
import { foundEnvironment, numberOf, showKept } from './vault-kept.ts';
import { DETACH, follow, FORMER, vaultOf } from './vault-run.ts';

const EXAMPLE = 'b41287b9785b5798030459f324e38b27-0000000001';
const SNAPSHOTS: Row = ['<snapshot...>', 'their ids'];

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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
      const { api, environmentId } = await foundEnvironment(session);
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
