import { describe, expect, it } from 'vitest';
import { ahead } from './ahead.ts';

/** Says when each item was drawn and handed on. */
async function order(weights: readonly number[], room: number): Promise<string> {
  const seen: string[] = [];
  async function* items() {
    for (const [at, weight] of weights.entries()) {
      seen.push(`+${at}`);
      yield await Promise.resolve({ at, weight });
    }
  }
  for await (const { at } of ahead(items(), room)) seen.push(`${at}`);
  return seen.join(' ');
}

describe('what is drawn ahead', () => {
  it.each([
    [[], 10, ''],
    [[99], 10, '+0 0'],
    [[1, 1, 1], 10, '+0 +1 +2 0 1 2'],
    [[5, 5, 5, 5], 10, '+0 +1 +2 0 +3 1 2 3'],
    [[99, 99, 99], 10, '+0 +1 0 +2 1 2'],
    [[4, 4, 9, 1, 1], 10, '+0 +1 +2 0 1 +3 +4 2 3 4'],
  ])('of %j with room for %i is %s', async (weights, room, expected) => {
    expect(await order(weights, room)).toBe(expected);
  });

  it('is not drawn any more when nobody takes what is handed on', async () => {
    let drawn = 0;
    async function* items() {
      for (;;) {
        drawn++;
        yield await Promise.resolve({ weight: 5 });
      }
    }
    for await (const _ of ahead(items(), 10)) break;
    expect(drawn).toBe(3);
  });
});
