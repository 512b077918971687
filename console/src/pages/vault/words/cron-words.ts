const SHORTHANDS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const NIGHT_ENDS = 6;
const NUMBER = /^\d{1,2}$/;
const STEP = /^\*\/(\d{1,2})$/;

/** When something runs, in words: `every night at 3:00 Europe/Berlin`. What has no short words stays the line it is. */
export function cronWords(cron: string, timeZone: string): string {
  const line = SHORTHANDS[cron] ?? cron;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = line.split(' ');
  const words = month === '*' ? wordsOf(minute, hour, day, weekday) : undefined;
  return words === undefined ? `at ${line} (cron), ${timeZone}` : `${words} ${timeZone}`;
}

function wordsOf(minute: string, hour: string, day: string, weekday: string): string | undefined {
  const isEveryDay = day === '*' && weekday === '*';
  const minutes = STEP.exec(minute)?.[1];
  if (minutes !== undefined) return isEveryDay && hour === '*' ? `every ${minutes} minutes,` : undefined;
  if (!NUMBER.test(minute)) return undefined;
  const past = minute.padStart(2, '0');
  const hours = STEP.exec(hour)?.[1];
  if (isEveryDay && hour === '*') return `every hour at :${past},`;
  if (isEveryDay && hours !== undefined) return `every ${hours} hours at :${past},`;
  if (!NUMBER.test(hour)) return undefined;
  const time = `${Number(hour)}:${past}`;
  if (isEveryDay) return `every ${Number(hour) < NIGHT_ENDS ? 'night' : 'day'} at ${time}`;
  if (day === '*') return weekdayWords(weekday, time);
  if (weekday === '*' && NUMBER.test(day)) return `on day ${Number(day)} of each month at ${time}`;
  return undefined;
}

function weekdayWords(weekday: string, time: string): string | undefined {
  if (weekday === '1-5') return `Monday to Friday at ${time}`;
  const days = weekday.split(',').map((one) => (NUMBER.test(one) ? WEEKDAYS[Number(one) % 7] : undefined));
  return days.includes(undefined) ? undefined : `every ${days.join(' and ')} at ${time}`;
}
