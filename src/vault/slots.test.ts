import { describe, expect, it } from 'vitest';
import { Slots } from './slots.ts';

describe('slots', () => {
  it('let no more in at once than there are, in their order, and are free again after a failure', async () => {
    const slots = new Slots(2);
    let [inside, most] = [0, 0];
    const order: number[] = [];
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4, 5].map((n) =>
        slots.run(async () => {
          order.push(n);
          most = Math.max(most, ++inside);
          await Promise.resolve();
          inside--;
          if (n % 2 === 1) throw new Error(`${n}`);
        }),
      ),
    );
    expect([most, order]).toEqual([2, [0, 1, 2, 3, 4, 5]]);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true, false]);
  });
});
