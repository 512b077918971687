import { describe, expect, it } from 'vitest';
import { cronWords } from './cron-words.ts';

describe('cronWords', () => {
  it.each([
    ['0 3 * * *', 'every night at 3:00 Europe/Berlin'],
    ['30 2 * * *', 'every night at 2:30 Europe/Berlin'],
    ['5 6 * * *', 'every day at 6:05 Europe/Berlin'],
    ['@daily', 'every night at 0:00 Europe/Berlin'],
    ['@hourly', 'every hour at :00, Europe/Berlin'],
    ['15 */6 * * *', 'every 6 hours at :15, Europe/Berlin'],
    ['*/5 * * * *', 'every 5 minutes, Europe/Berlin'],
    ['0 4 * * 0', 'every Sunday at 4:00 Europe/Berlin'],
    ['0 4 * * 7', 'every Sunday at 4:00 Europe/Berlin'],
    ['0 4 * * 1,4', 'every Monday and Thursday at 4:00 Europe/Berlin'],
    ['0 22 * * 1-5', 'Monday to Friday at 22:00 Europe/Berlin'],
    ['@monthly', 'on day 1 of each month at 0:00 Europe/Berlin'],
    ['0 3 1 1 *', 'at 0 3 1 1 * (cron), Europe/Berlin'],
    ['0,30 3 * * *', 'at 0,30 3 * * * (cron), Europe/Berlin'],
    ['0 3 13 * 5', 'at 0 3 13 * 5 (cron), Europe/Berlin'],
    ['*/5 9-17 * * *', 'at */5 9-17 * * * (cron), Europe/Berlin'],
    ['0 4 * * MON', 'at 0 4 * * MON (cron), Europe/Berlin'],
  ])('says %s as "%s"', (cron, words) => {
    expect(cronWords(cron, 'Europe/Berlin')).toBe(words);
  });
});
