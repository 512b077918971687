import Type, { type Static } from 'typebox';
import { nextTimes, requireCron } from '../../../vault/schedules/cron.ts';
import { CATCH_UP, type Schedule, type WantedSchedule } from '../../../vault/schedules/schedule.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';

/** When something is to happen, as it is given. */
export const SCHEDULE_INPUT = closed({
  cron: Type.String({
    maxLength: 128,
    description: 'minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly',
  }),
  timeZone: Type.Optional(
    Type.String({ maxLength: 64, default: 'UTC', description: 'as the IANA database names it, like Europe/Berlin' }),
  ),
  ifMissed: Type.Optional(
    Type.Enum(['run-once', 'skip'], {
      default: CATCH_UP.ifMissed,
      description: 'what becomes of times at which no server was up',
    }),
  ),
  missedWithinHours: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 720,
      default: CATCH_UP.missedWithinHours,
      description: 'how late a run may make up for them',
    }),
  ),
});

const TASK = closed({
  kind: Type.String(),
  sourceId: Type.Optional(UUID),
  level: Type.Optional(Type.String()),
  samplePercent: Type.Optional(Type.Integer()),
});

/** A schedule as it is shown. */
export const SCHEDULE = named('Schedule', {
  scheduleId: UUID,
  task: TASK,
  cron: Type.String(),
  timeZone: Type.String(),
  ifMissed: Type.Enum(['run-once', 'skip']),
  missedWithinHours: Type.Integer(),
  paused: Type.Boolean(),
  nextTimes: Type.Array(TIMESTAMP, { description: 'none while it is paused' }),
  waiting: Type.Optional(
    closed({
      dueAt: TIMESTAMP,
      for: Type.Enum(['master-key', 'run-in-flight', 'server-busy', 'clock'], {
        description:
          'what is due starts once this is over; "clock": the clock of the server was set within the last hour, and what deletes by it waits',
      }),
      rest: Type.Optional(
        Type.Array(Type.String(), {
          description:
            'of a round over several places, those that are still to be looked after, the next one first: "present" is where backups go now, others are vault ids of places that were left',
        }),
      ),
    }),
  ),
  last: Type.Optional(
    closed({
      dueAt: TIMESTAMP,
      outcome: Type.Enum(['started', 'skipped', 'refused']),
      runId: Type.Optional(UUID),
      code: Type.Optional(Type.String()),
    }),
  ),
});

const SHOWN_TIMES = 5;

/** @throws {EnvironmentError} `schedule-malformed` */
export function scheduleInput(input: Static<typeof SCHEDULE_INPUT>, nowMs: number): WantedSchedule {
  const wanted = { ...input, cron: input.cron.trim().replaceAll(/\s+/g, ' '), timeZone: input.timeZone ?? 'UTC' };
  requireCron(wanted, nowMs);
  return wanted;
}

export function showSchedule(schedule: Schedule, nowMs: number) {
  const { id, task, cron, timeZone, ifMissed, missedWithinHours, paused, nextMs, waiting, last } = schedule;
  // The clock may have been put back: what was dealt with does not come again.
  const from = Math.max(nowMs, nextMs - 1);
  return {
    scheduleId: id,
    task: { ...task },
    cron,
    timeZone,
    ifMissed,
    missedWithinHours,
    paused,
    nextTimes: paused ? [] : nextTimes({ cron, timeZone }, from, SHOWN_TIMES).map(timestamp),
    ...(waiting && {
      waiting: { dueAt: timestamp(waiting.dueMs), for: waiting.for, ...(waiting.rest && { rest: [...waiting.rest] }) },
    }),
    ...(last && {
      last: {
        dueAt: timestamp(last.dueMs),
        outcome: last.outcome,
        ...(last.runId !== undefined && { runId: last.runId }),
        ...(last.code !== undefined && { code: last.code }),
      },
    }),
  };
}
