import type { Given } from '../command.ts';
import { CliError } from '../errors.ts';

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * The moment that an option names, in milliseconds since 1970: a date is the midnight that begins it in UTC; a time says
 * its offset. `undefined`: the option is not given.
 *
 * @throws {CliError} `time-malformed`
 */
export function momentOf(given: Given, option: string): number | undefined {
  const text = given.optional(option);
  if (text === undefined) return undefined;
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new CliError(
    'usage',
    'time-malformed',
    `"${text}" is no moment`,
    `Write --${option} like 2026-11-20T03:00Z: a time needs its offset, so that it means the same everywhere.`,
  );
}
