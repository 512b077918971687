import { describe, expect, it } from 'vitest';
import { sessionTask, timesOf } from './session-clock.ts';

const MINUTE = 60_000;
const SESSION = {
  renewedAt: '2026-01-01T00:00:00.000Z',
  idleEndsAt: '2026-01-01T00:30:00.000Z',
  endsAt: '2026-01-01T12:00:00.000Z',
};
/** A browser whose clock is years away from the server's. */
const NOW = 5 * 365 * 86_400_000;

describe('what is done about a session', () => {
  const times = timesOf(SESSION as never, NOW);
  it.each([
    ['just renewed, active', 1, 1, 'nothing'],
    ['active, a little later', 2.9, 2.9, 'nothing'],
    ['active, due', 3, 2, 'renew'],
    ['nobody touched it since', 20, -1, 'nothing'],
    ['two minutes and a bit before its end', 27.9, -1, 'nothing'],
    ['two minutes before its end', 28, -1, 'warn-idle'],
    ['touched while it warns', 29, 28.5, 'warn-idle'],
    ['at its end', 30, -1, 'over'],
    ['long after, as a laptop wakes', 600, -1, 'over'],
  ])('%s', (_, minute, activeMinute, task) => {
    expect(sessionTask(times, NOW + activeMinute * MINUTE, NOW + minute * MINUTE)).toBe(task);
  });

  it('says when no renewal would help', () => {
    const late = { ...SESSION, renewedAt: '2026-01-01T11:45:00.000Z', idleEndsAt: '2026-01-01T12:00:00.000Z' };
    const ends = timesOf(late as never, NOW);
    expect(sessionTask(ends, NOW, NOW + 13 * MINUTE)).toBe('warn-end');
  });

  it('renews short sessions sooner', () => {
    const short = timesOf({ ...SESSION, idleEndsAt: '2026-01-01T00:05:00.000Z' } as never, NOW);
    expect(sessionTask(short, NOW + 2 * MINUTE, NOW + 2.5 * MINUTE)).toBe('renew');
  });
});
