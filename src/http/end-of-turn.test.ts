import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EndOfTurn } from './end-of-turn.ts';

describe('the end of a turn', () => {
  it('runs together, in their order, what was handed over before', async () => {
    const endOfTurn = new EndOfTurn();
    const seen: string[] = [];
    endOfTurn.run(() => {
      seen.push('first');
      queueMicrotask(() => seen.push('what the first left behind'));
    });
    endOfTurn.run(() => seen.push('second'));
    expect(seen).toEqual([]);
    await nextTurn();
    expect(seen).toEqual(['first', 'second', 'what the first left behind']);
  });

  it('leaves what comes while it runs to the next one', async () => {
    const endOfTurn = new EndOfTurn();
    const seen: string[] = [];
    endOfTurn.run(() => {
      endOfTurn.run(() => seen.push('later'));
      seen.push('now');
    });
    await nextTurn();
    expect(seen).toEqual(['now']);
    await nextTurn();
    expect(seen).toEqual(['now', 'later']);
  });
});
