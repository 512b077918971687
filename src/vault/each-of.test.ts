import { describe, expect, it } from 'vitest';
import { eachOf } from './each-of.ts';

describe('each of some items', () => {
  it('is answered in order, so many at once', async () => {
    let [now, most] = [0, 0];
    const answers = await eachOf(
      [30, 10, 20, 0, 5],
      async (steps) => {
        most = Math.max(most, ++now);
        for (let i = 0; i < steps; i++) await Promise.resolve();
        now--;
        return steps * 2;
      },
      2,
    );
    expect([answers, most]).toEqual([[60, 20, 40, 0, 10], 2]);
    expect(await eachOf([], () => Promise.reject(new Error('nothing is there')))).toEqual([]);
  });

  it('ends with the first failure, begins no other one, and waits for what was begun', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      await Promise.resolve();
      if (item === 1) throw new Error('the second');
      for (let i = 0; i < 50; i++) await Promise.resolve();
      ended.push(item);
    };
    await expect(eachOf([0, 1, 2, 3, 4, 5], work, 3)).rejects.toThrow('the second');
    expect([begun, ended]).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
  });
});
