import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost } from './at-most.ts';
import { turn, workshop } from './workshop.fixture.ts';

const [A, B] = [{}, {}];

/** Runs all of them by name and tells the order in which they began. */
async function orderOf(limit: number, all: readonly (readonly [name: string, of?: object])[]): Promise<string[]> {
  const run = atMost(limit);
  const began: string[] = [];
  await Promise.all(all.map(([name, of]) => run(async () => void began.push(name), of)));
  return began;
}

describe('a bound to what runs at once', () => {
  it('lets others wait in their order, and goes on behind failures', async () => {
    const { orders, make } = workshop();
    const run = atMost(2);
    const answers = ['a', 'b', 'c', 'd'].map((kind) => run(() => make(kind)));
    const settled = Promise.allSettled(answers);
    await turn();
    expect(orders.map(({ kind }) => kind)).toEqual(['a', 'b']);
    orders[1]?.fail();
    await turn();
    expect(orders.map(({ kind }) => kind)).toEqual(['a', 'b', 'c']);
    orders[0]?.finish();
    await turn();
    expect(orders.map(({ kind }) => kind)).toEqual(['a', 'b', 'c', 'd']);
    orders[2]?.finish();
    orders[3]?.finish();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const last = run(() => make('e'));
    await turn();
    orders[4]?.finish();
    expect(await last).toBe('e-4');
  });

  it('lets things have their turns, however many of one came first', async () => {
    const many = Array.from({ length: 5 }, (_, n) => [`a${n}`, A] as const);
    const order = await orderOf(1, [...many, ['b0', B], ['b1', B], ['other']]);
    expect(order).toEqual(['a0', 'a1', 'b0', 'other', 'a2', 'b1', 'a3', 'a4']);
  });

  it('is never passed, and nothing is lost, whatever fails', async () => {
    const jobs = fc.array(fc.record({ of: fc.constantFrom(undefined, A, B), turns: fc.nat(3), fails: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), jobs, async (limit, all) => {
        const run = atMost(limit);
        let [running, most] = [0, 0];
        const outcomes = await Promise.allSettled(
          all.map(({ of, turns, fails }, n) =>
            run(async () => {
              most = Math.max(most, ++running);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              running--;
              if (fails) throw new Error(`${n}`);
              return n;
            }, of),
          ),
        );
        expect(most).toBeLessThanOrEqual(limit);
        expect(running).toBe(0);
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(all.map(({ fails }) => fails));
      }),
    );
  });
});
