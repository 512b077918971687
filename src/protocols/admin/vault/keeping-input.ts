import Type from 'typebox';
import type { Static } from 'typebox';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { isTimeZone } from '../../../vault/keeping/calendar.ts';
import { DEFAULT_RULES, PERIODS, type RetentionRules } from '../../../vault/keeping/retention.ts';
import { closed, named } from '../schema.ts';

const MANY = Type.Integer({ minimum: 0, maximum: 100_000 });

/** Rules as they come in and go out. */
export const RULES = {
  last: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'the newest so many' })),
  hourly: Type.Optional(MANY),
  daily: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'the newest of so many days' })),
  weekly: Type.Optional(MANY),
  monthly: Type.Optional(MANY),
  yearly: Type.Optional(MANY),
  minimumAgeDays: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 36_500, description: 'whatever is younger stays' }),
  ),
  timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'whose hours and days count; by default UTC' })),
  trashDays: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 3_650, description: 'how long it can be taken back; by default 7' }),
  ),
};

export const RULES_INPUT = closed(RULES);
export const RETENTION = named('Retention', {
  rules: Type.Optional(named('RetentionRules', RULES)),
  sources: Type.Array(closed({ source: Type.String(), rules: named('RetentionRules', RULES) })),
});

/** @throws {EnvironmentError} `retention-malformed` */
export function rulesFrom({ timeZone, trashDays, ...counts }: Static<typeof RULES_INPUT>): RetentionRules {
  const rules = { ...DEFAULT_RULES, ...counts };
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new EnvironmentError('retention-malformed', `There is no time zone ${timeZone}. Name one like Europe/Berlin`);
  }
  if (counts.last === undefined && counts.minimumAgeDays === undefined && PERIODS.every((one) => !(one in counts))) {
    throw new EnvironmentError(
      'retention-malformed',
      'These rules keep everything for ever, since none of them is given. Give one, or take the rules away',
    );
  }
  if (Object.values(counts).every((count) => count === 0)) {
    throw new EnvironmentError(
      'retention-malformed',
      'These rules keep nothing, since all of them are 0. If all but the newest snapshot of each source is to go, say so: last: 1 (--keep-last 1)',
    );
  }
  return { ...rules, ...(timeZone !== undefined && { timeZone }), ...(trashDays !== undefined && { trashDays }) };
}
