import Type, { type Static } from 'typebox';
import type { ScheduledTask } from '../../../vault/schedules/schedule.ts';
import { RequestError } from '../errors.ts';
import { closed } from '../schema.ts';
import { CHECK_LEVEL_NAMES } from '../../../vault/check-level.ts';

/** What the clock may start, beside backups. */
export const TASK_INPUT = closed({
  kind: Type.Enum(['verify']),
  level: Type.Optional(Type.Enum([...CHECK_LEVEL_NAMES], { description: 'of a verification' })),
});

/** @throws {RequestError} a member is missing that this kind of task needs */
export function taskFrom({ kind, level }: Static<typeof TASK_INPUT>): ScheduledTask {
  if (level !== undefined) return { kind, level };
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: 'a verification needs its level',
    action: 'Say level: structure or data.',
  });
}
