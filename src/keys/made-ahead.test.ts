import { describe, expect, it } from 'vitest';
import { atMost, MadeAhead } from './made-ahead.ts';

/** Makes things only when it is told to. */
function workshop() {
  const orders: { readonly kind: string; finish(): void; fail(): void }[] = [];
  const make = (kind: string) =>
    new Promise<string>((resolve, reject) => {
      const serial = orders.length;
      orders.push({ kind, finish: () => resolve(`${kind}-${serial}`), fail: () => reject(new Error(kind)) });
    });
  return { orders, make };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what is made ahead', () => {
  it('serves once each, and keeps one of a kind in stock that was asked for', async () => {
    const { orders, make } = workshop();
    const ahead = new MadeAhead(make);
    const first = ahead.take('a');
    expect(orders.map(({ kind }) => kind)).toEqual(['a']);
    orders[0]?.finish();
    expect(await first).toBe('a-0');
    await turn();
    expect(orders.map(({ kind }) => kind)).toEqual(['a', 'a']);
    orders[1]?.finish();
    expect(await ahead.take('a')).toBe('a-1');
    await turn();
    expect(orders.map(({ kind }) => kind)).toEqual(['a', 'a', 'a']);
  });

  it('is made anew behind a failure', async () => {
    const { orders, make } = workshop();
    const ahead = new MadeAhead(make);
    const first = ahead.take('a');
    orders[0]?.fail();
    await expect(first).rejects.toThrow('a');
    await turn();
    const second = ahead.take('a');
    orders[1]?.finish();
    expect(await second).toBe('a-1');
  });
});

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
