import type { Uses } from '@keystead/sdk';
import type { CliCommand, Given, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { wholeNumber } from './credential.ts';
import { KEY, REGION } from './key.ts';
import { keyPlaceOf } from './place.ts';

const DAY_MS = 24 * 3_600_000;
const SPAN: readonly Row[] = [
  ['--days <count>', 'of how many days (7)'],
  ['--by <step>', 'by the hour, or by the day (day)'],
];

export const USES_COMMANDS: readonly CliCommand[] = [
  {
    path: 'uses',
    summary: 'Counts the uses of all keys of your tenant over time; the audit log is what proves them',
    reach: 'remote',
    options: SPAN,
    examples: ['uses', 'uses --days 1 --by hour --json'],
    run: async (session) => {
      const span = spanOf(session.given);
      show(session, await session.client().getUses(span));
    },
  },
  {
    path: 'key uses',
    summary: 'Counts the uses of a key over time; for people to see, as the audit log is what proves them',
    reach: 'remote',
    arguments: KEY,
    options: [...REGION, ...SPAN],
    examples: ['key uses alias/backups', 'key uses alias/backups --days 1 --by hour'],
    run: async (session) => {
      const span = spanOf(session.given);
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      show(session, await api.getKeyUses(region, key, span));
    },
  },
];

/** The days up to now. @throws {CliError} */
function spanOf(given: Given): { readonly from: string; readonly to: string; readonly step: 'hour' | 'day' } {
  const step = given.optional('by') ?? 'day';
  if (step !== 'hour' && step !== 'day')
    throw new CliError('usage', 'usage', `"${step}" is no step`, 'Give --by hour or --by day.');
  const days = wholeNumber('--days', given.optional('days') ?? '7');
  const toMs = Date.now();
  return { from: new Date(toMs - days * DAY_MS).toISOString(), to: new Date(toMs).toISOString(), step };
}

function show({ output }: Session, uses: Uses): void {
  if (output.isJson) return output.item(uses);
  output.rows(
    uses.steps,
    [
      ['FROM', ({ from }) => from],
      ['USES', ({ count }) => count],
      ['OF WHICH', ({ kinds }) => kinds.map(({ action, count }) => `${action} ${count}`).join(', ')],
    ],
    '',
  );
  output.note(`${uses.count} uses. Counted since ${uses.countedSince}.`);
}
