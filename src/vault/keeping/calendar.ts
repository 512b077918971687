/** Stretches of time of which retention keeps one snapshot each, on the wall clock of a place. */
export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** Names the stretch that a time lies in: equal for two times of the same one. */
export type PeriodOf = (period: Period, timeMs: number) => string;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** About how long each is, for saying when something will be over. */
export const PERIOD_MS: { readonly [P in Period]: number } = {
  hourly: HOUR_MS,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 30.4375 * DAY_MS,
  yearly: 365.25 * DAY_MS,
};

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  /** Of the wall clock from UTC: an hour that the clock shows twice is two. */
  readonly offsetMs: number;
}

const KEYS: { readonly [P in Period]: (wall: Wall) => string } = {
  hourly: ({ year, month, day, hour, offsetMs }) => `${year}-${month}-${day}-${hour}/${offsetMs}`,
  daily: ({ year, month, day }) => `${year}-${month}-${day}`,
  weekly: ({ year, month, day }) => `${mondayOf(Date.UTC(year, month - 1, day))}`,
  monthly: ({ year, month }) => `${year}-${month}`,
  yearly: ({ year }) => `${year}`,
};

/** Weeks begin on Monday (ISO 8601). */
function mondayOf(dayMs: number): number {
  const sinceMonday = (new Date(dayMs).getUTCDay() + 6) % 7;
  return dayMs / DAY_MS - sinceMonday;
}

/** Whether the runtime knows the time zone, by its name in the IANA database. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The stretches of a time zone. @throws {RangeError} the runtime does not know it */
export function calendarOf(timeZone: string): PeriodOf {
  const format = new Intl.DateTimeFormat('en-US-u-hc-h23', {
    timeZone,
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wallOf = (timeMs: number): Wall => {
    const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wall = { year: part('year'), month: part('month'), day: part('day'), hour: part('hour') };
    const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, part('minute'), part('second'));
    return { ...wall, offsetMs: shown - Math.floor(timeMs / 1000) * 1000 };
  };
  return (period, timeMs) => KEYS[period](wallOf(timeMs));
}
