/** When something is to run, as a form has it. */
export interface Timing {
  readonly every: 'hour' | 'day' | 'week' | 'month' | 'cron';
  readonly time: string;
  readonly weekday: string;
  readonly day: number;
  readonly cron: string;
  readonly timeZone: string;
}

export const NIGHTLY: Timing = {
  every: 'day',
  time: '03:00',
  weekday: '0',
  day: 1,
  cron: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

/** The last day that every month has. */
export const LAST_DAY = 28;

/** The five fields of cron that a form means; empty: it does not say when. */
export function cronOf({ every, time, weekday, day, cron }: Timing): string {
  if (every === 'cron') return cron.trim();
  if (time === '') return '';
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (every === 'hour') return `${minute} * * * *`;
  if (every === 'day') return `${minute} ${hour} * * *`;
  return every === 'week' ? `${minute} ${hour} * * ${weekday}` : `${minute} ${hour} ${day} * *`;
}

/** A form for a cron line that there is: in the words of the form where it has them, else as the line. */
export function timingOf(cron: string, timeZone: string): Timing {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.split(' ');
  const base = { ...NIGHTLY, timeZone, cron };
  const isNumber = (text: string): boolean => /^\d{1,2}$/.test(text);
  if (!isNumber(minute) || month !== '*') return { ...base, every: 'cron' };
  const time = `${isNumber(hour) ? hour.padStart(2, '0') : '00'}:${minute.padStart(2, '0')}`;
  if (hour === '*' && day === '*' && weekday === '*') return { ...base, every: 'hour', time };
  if (!isNumber(hour)) return { ...base, every: 'cron' };
  if (day === '*' && weekday === '*') return { ...base, every: 'day', time };
  if (day === '*' && /^[0-6]$/.test(weekday)) return { ...base, every: 'week', time, weekday };
  if (isNumber(day) && Number(day) <= LAST_DAY && weekday === '*')
    return { ...base, every: 'month', time, day: Number(day) };
  return { ...base, every: 'cron' };
}
