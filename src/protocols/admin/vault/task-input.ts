import Type, { type Static } from 'typebox';
import { CHECK_LEVEL_NAMES } from '../../../vault/check/check-level.ts';
import type { ScheduledTask } from '../../../vault/schedules/schedule.ts';
import { RequestError } from '../errors.ts';
import { closed } from '../schema.ts';

/** What the clock may start, beside backups. */
export const TASK_INPUT = closed({
  kind: Type.Enum(['verify', 'maintain'], {
    description: 'maintain: the rules of retention are carried out, and what nothing needs any more is deleted',
  }),
  level: Type.Optional(Type.Enum([...CHECK_LEVEL_NAMES], { description: 'of a verification, which needs it' })),
  samplePercent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'of the level sample' })),
});

/** @throws {RequestError} a member is missing that this kind of task needs, or there that it does not have */
export function taskFrom({ kind, level, samplePercent }: Static<typeof TASK_INPUT>): ScheduledTask {
  if (kind === 'maintain' && level === undefined && samplePercent === undefined) return { kind };
  if (kind === 'verify' && level !== undefined && (samplePercent === undefined || level === 'sample')) {
    return { kind, level, ...(samplePercent !== undefined && { samplePercent }) };
  }
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: 'a verification has a level, the level sample perhaps a part, and maintenance neither',
    action: `Say the level: ${CHECK_LEVEL_NAMES.join(', ')}; samplePercent with sample alone.`,
  });
}
