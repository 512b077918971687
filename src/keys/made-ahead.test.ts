import { describe, expect, it } from 'vitest';
import { turn, workshop } from '../crypto/workshop.fixture.ts';
import { MadeAhead } from './made-ahead.ts';

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
