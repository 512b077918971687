import type { CheckLevel } from '../check/check-level.ts';
import { latestUntil, nextAfter, type CronTimes } from './cron.ts';

const HOUR_MS = 3_600_000;

/** What is started by the clock. */
export type ScheduledTask =
  | { readonly kind: 'backup'; readonly sourceId: string }
  | { readonly kind: 'verify'; readonly level: CheckLevel; readonly samplePercent?: number }
  | { readonly kind: 'maintain' };

/** What becomes of a time at which no server was up. */
export interface CatchUp {
  /** `run-once`: whatever number of times was missed, one run makes up for them. */
  readonly ifMissed: 'run-once' | 'skip';
  /** How late it may be for that, from the newest of the times that were missed. */
  readonly missedWithinHours: number;
}

export const CATCH_UP: CatchUp = { ifMissed: 'run-once', missedWithinHours: 24 };

/**
 * Why what is due has not been started yet. It is made up for once, as soon as this is over. `clock`: that of the server was
 * set not long ago, and what deletes by it waits.
 */
export type WaitingFor = 'master-key' | 'run-in-flight' | 'server-busy' | 'clock';

/** In a round: the place where backups go now. Others are named by their vault's id. */
export const PRESENT = 'present';

/** What is due and has not been started. */
export interface Waiting {
  readonly dueMs: number;
  readonly for: WaitingFor;
  /** Of a round that has begun: the places that are still to be looked after, the next one first. */
  readonly rest?: readonly string[];
  /** Whether the first of them was begun before, and did not come to its end. */
  readonly again?: true;
}

/** When an environment does what, without being asked. */
export interface Schedule extends CronTimes, CatchUp {
  readonly tenantId: string;
  /** A UUID; that of the source, where it is for the backups of one. */
  readonly id: string;
  readonly revision: number;
  readonly environmentId: string;
  readonly task: ScheduledTask;
  readonly paused: boolean;
  /** The next time; it only ever goes on. */
  readonly nextMs: number;
  readonly waiting?: Waiting;
  /** What became of the last time that was due. */
  readonly last?: LastTime;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface LastTime {
  readonly dueMs: number;
  /** `refused`: it could not even begin, for `code`. */
  readonly outcome: 'started' | 'skipped' | 'refused';
  readonly runId?: string;
  readonly code?: string;
  /** How many runs were begun for it. */
  readonly attempt?: number;
}

/** What somebody wants a schedule to be. */
export type WantedSchedule = CronTimes & Partial<CatchUp>;

/** So late a server that is up may come by for a time that is due. */
const ON_TIME_MS = 10 * 60_000;
/** A time that lies so far ahead of the clock that told it was set by a clock that was wrong. */
const WRONG_CLOCK_MS = 25 * HOUR_MS;

/** The end of the year 9999, for times that come no more. */
const NEVER_MS = 253_402_300_799_000;

/** How many runs may be begun for one time. */
export const MAX_ATTEMPTS = 3;

/** A new schedule, or one that was changed: the first time is the next one from now on. */
export function scheduleFrom(
  fields: Pick<Schedule, 'tenantId' | 'id' | 'environmentId' | 'task'>,
  wanted: WantedSchedule,
  before: Schedule | undefined,
  nowMs: number,
): Schedule {
  const { cron, timeZone, ifMissed = CATCH_UP.ifMissed, missedWithinHours = CATCH_UP.missedWithinHours } = wanted;
  const nextMs = nextAfter({ cron, timeZone }, nowMs) ?? NEVER_MS;
  return {
    ...fields,
    revision: before?.revision ?? 0,
    cron,
    timeZone,
    ifMissed,
    missedWithinHours,
    paused: before?.paused ?? false,
    nextMs,
    ...(before?.last && { last: before.last }),
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  };
}

/** What is to be done about a schedule now. */
export type Due =
  | { readonly what: 'nothing' }
  /** The run for the time `dueMs`. */
  | { readonly what: 'start'; readonly dueMs: number }
  /** The catch-up rule lets the times up to `dueMs` go. */
  | { readonly what: 'skip'; readonly dueMs: number };

/** Decides by the clock, the schedule and nothing else. */
export function dueOf(schedule: Schedule, nowMs: number): Due {
  if (schedule.paused) return { what: 'nothing' };
  // What was due when a server was up is owed, however late it has become.
  if (schedule.waiting) return { what: 'start', dueMs: schedule.waiting.dueMs };
  if (nowMs < schedule.nextMs) return { what: 'nothing' };
  const dueMs = latestUntil(schedule, nowMs, schedule.nextMs);
  const lateMs = nowMs - dueMs;
  if (lateMs <= ON_TIME_MS) return { what: 'start', dueMs };
  const caughtUp = schedule.ifMissed === 'run-once' && lateMs <= schedule.missedWithinHours * HOUR_MS;
  return { what: caughtUp ? 'start' : 'skip', dueMs };
}

/** The schedule once the time `last.dueMs` has been dealt with. */
export function dealtWith(schedule: Schedule, last: LastTime, nowMs: number): Schedule {
  const { waiting: _, ...rest } = schedule;
  return { ...rest, last, nextMs: nextFor(schedule, last.dueMs, nowMs) };
}

/** The schedule once it is known that what is due has to wait. */
export function waitingFor(schedule: Schedule, dueMs: number, reason: WaitingFor): Schedule {
  const { waiting } = schedule;
  return { ...schedule, waiting: { ...waiting, dueMs: waiting?.dueMs ?? dueMs, for: reason } };
}

/** The same where the clock is not to be believed: it waits for the time that it had before. */
export function waitingForClock(schedule: Schedule): Schedule {
  return waitingFor(schedule, schedule.nextMs, 'clock');
}

/** The schedule once a place of a round has been dealt with: the others are next. */
export function goneOn(schedule: Schedule, last: LastTime, rest: readonly string[], nowMs: number): Schedule {
  if (rest.length === 0) return dealtWith(schedule, last, nowMs);
  return { ...schedule, last, waiting: { dueMs: last.dueMs, for: 'run-in-flight', rest } };
}

/** The schedule once it is known that what was begun at a place has to be begun again. */
export function onceMore(schedule: Schedule, dueMs: number, place: string, reason: WaitingFor): Schedule {
  const { rest = [] } = schedule.waiting ?? {};
  return { ...schedule, waiting: { dueMs, for: reason, rest: [place, ...rest], again: true } };
}

/** The attempt that comes next for what is due. */
export function nextAttempt({ last, waiting }: Schedule, dueMs: number): number {
  const isAnother = waiting?.rest !== undefined && waiting.again !== true;
  return last?.dueMs === dueMs && !isAnother ? (last.attempt ?? 1) + 1 : 1;
}

/** A pause ends what waits; times that come during it are not made up for. */
export function paused(schedule: Schedule, on: boolean, nowMs: number): Schedule {
  const { waiting: _, ...rest } = schedule;
  return { ...rest, paused: on, nextMs: nextFor(schedule, undefined, nowMs), updatedAtMs: nowMs };
}

/**
 * Whether the next time was set by a clock that was far ahead. Such a schedule would sleep until then; one whose clock went
 * back by a day at most sleeps for that long, so that nothing runs twice. So is one that waits for the clock, and whose time
 * has not come by the clock that is right again.
 */
export function isAstray(schedule: Schedule, nowMs: number): boolean {
  const { last, waiting, paused: isPaused, createdAtMs, nextMs } = schedule;
  if (isPaused) return false;
  if (waiting?.for === 'clock' && waiting.dueMs > nowMs) return true;
  const from = last?.dueMs ?? createdAtMs;
  return from - nowMs > WRONG_CLOCK_MS && nextMs > (nextAfter(schedule, nowMs) ?? NEVER_MS);
}

/** Such a schedule, brought back to the clock as it is now. */
export function broughtBack(schedule: Schedule, nowMs: number): Schedule {
  const { last, waiting: _, ...rest } = schedule;
  const nextMs = Math.min(schedule.nextMs, nextAfter(schedule, nowMs) ?? NEVER_MS);
  const hasBeen = last !== undefined && last.dueMs - nowMs <= WRONG_CLOCK_MS;
  return { ...rest, ...(hasBeen && { last }), createdAtMs: Math.min(rest.createdAtMs, nowMs), nextMs };
}

/** A clock that is put back makes no time come again. */
function nextFor(schedule: Schedule, dueMs: number | undefined, nowMs: number): number {
  return nextAfter(schedule, Math.max(nowMs, dueMs ?? nowMs)) ?? NEVER_MS;
}
