import { Cron } from 'croner';
import { EnvironmentError } from '../environments/environment-error.ts';

/** When something is to happen again and again. */
export interface CronTimes {
  /** Five fields: minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, ... */
  readonly cron: string;
  /** The name of the time zone that the fields are meant in, as the IANA database has it: `Europe/Berlin`. */
  readonly timeZone: string;
}

/** No seconds, no years, and nothing that means another time with each look (`?`). */
const FIELDS =
  /^(?:@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)|[0-9A-Za-z*,/#-]+(?: [0-9A-Za-z*,/#-]+){4})$/;

/**
 * Refuses times that are none, or that never come.
 *
 * @throws {EnvironmentError} `schedule-malformed`
 */
export function requireCron(times: CronTimes, nowMs: number): void {
  if (!isTimeZone(times.timeZone)) {
    throw malformed(
      `There is no time zone ${times.timeZone}. Name one of the IANA database, like Europe/Berlin or UTC`,
    );
  }
  if (!FIELDS.test(times.cron)) throw malformed(NOT_FIVE_FIELDS);
  let next: number | undefined;
  try {
    next = nextAfter(times, nowMs);
  } catch {
    throw malformed(
      `The times "${times.cron}" have a field that cannot be: minutes are 0-59, hours 0-23, days of the month 1-31, months 1-12 or JAN-DEC, days of the week 0-7 or SUN-SAT, and steps are 1 at least. Correct it, or use @hourly, @daily, @weekly, @monthly or @yearly`,
    );
  }
  if (next === undefined) throw malformed(`The times "${times.cron}" never come. Choose a day that there is`);
}

/**
 * The first time behind `afterMs`. Where clocks are put forward, a time that is left out comes as soon as they are; where
 * they are put back, a time of the day comes once, and what is due every hour or minute comes in every one of them.
 */
export function nextAfter({ cron, timeZone }: CronTimes, afterMs: number): number | undefined {
  return job(cron, timeZone).nextRun(new Date(afterMs))?.getTime();
}

/** The newest time not behind `untilMs`, and not before `sinceMs`. */
export function latestUntil({ cron, timeZone }: CronTimes, untilMs: number, sinceMs: number): number {
  // A millisecond on, since a time that is just now counts.
  const latest = job(cron, timeZone)
    .previousRuns(1, new Date(untilMs + 1))[0]
    ?.getTime();
  return latest === undefined || latest < sinceMs ? sinceMs : latest;
}

/** The next times behind `afterMs`, for people. */
export function nextTimes(times: CronTimes, afterMs: number, count: number): number[] {
  return job(times.cron, times.timeZone)
    .nextRuns(count, new Date(afterMs))
    .map((date) => date.getTime());
}

const NOT_FIVE_FIELDS =
  'The times must have five fields, like "30 2 * * *": minute, hour, day of the month, month, day of the week; or be @hourly, @daily, @weekly, @monthly, @yearly';

function job(cron: string, timezone: string): Cron {
  return new Cron(cron, { timezone, paused: true, mode: '5-part' });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function malformed(message: string): EnvironmentError {
  return new EnvironmentError('schedule-malformed', message);
}
