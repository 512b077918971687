import { describe, expect, it } from 'vitest';
import { atMost } from './at-most.ts';
import { turn, workshop } from './workshop.fixture.ts';

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
});
