import type { Schedule } from '@keystead/sdk';
import type { Given, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import { wholeNumber } from './credential.ts';

const CRON: Row = ['--cron <times>', "when: minute, hour, day, month, day of the week, like '30 2 * * *'; or @daily"];

/** What says when something is done by the clock. */
export const SCHEDULE_OPTIONS: readonly Row[] = [
  CRON,
  ['--time-zone <name>', 'whose clock that is, like Europe/Berlin (UTC)'],
  ['--if-missed <rule>', 'run-once or skip: what becomes of times at which no server was up (run-once)'],
  ['--missed-within <hours>', 'how late one run may make up for them (24)'],
];

/**
 * The schedule that the options say; `undefined`: none is said. What they do not say of a schedule that there is already
 * stays as it is. @throws {CliError}
 */
export function scheduleOf(given: Given, present?: Schedule) {
  const [cron = present?.cron, timeZone, ifMissed, hours] = ['cron', 'time-zone', 'if-missed', 'missed-within'].map(
    (name) => given.optional(name),
  );
  if ((given.optional('cron') ?? timeZone ?? ifMissed ?? hours) === undefined) return undefined;
  if (cron === undefined) {
    throw new CliError('usage', 'no-times', 'the times are missing', "Say them too, like --cron '30 2 * * *'.");
  }
  if (ifMissed !== undefined && ifMissed !== 'run-once' && ifMissed !== 'skip') {
    throw new CliError('usage', 'no-such-rule', `"${ifMissed}" is no rule`, 'Say --if-missed run-once or skip.');
  }
  return {
    ...(present && {
      timeZone: present.timeZone,
      ifMissed: present.ifMissed,
      missedWithinHours: present.missedWithinHours,
    }),
    cron,
    ...(timeZone !== undefined && { timeZone }),
    ...(ifMissed !== undefined && { ifMissed: ifMissed as 'run-once' | 'skip' }),
    ...(hours !== undefined && { missedWithinHours: wholeNumber('--missed-within', hours) }),
  };
}

/** When it is next, in a word. */
export function nextOf({ paused, nextTimes, waiting }: Schedule): string {
  if (paused) return 'paused';
  return waiting ? `waiting: ${waiting.for}` : (nextTimes[0] ?? 'never');
}
