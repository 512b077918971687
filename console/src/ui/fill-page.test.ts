import { describe, expect, it } from 'vitest';
import { fillPage } from './fill-page.ts';

/** Numbers of which each request looks at 10, and answers those that fit. */
function numbers(to: number, fits: (n: number) => boolean) {
  const asked: string[] = [];
  const ask = async (after: string | undefined, limit: number) => {
    asked.push(`${after ?? 'begin'} ${limit}`);
    const begin = after === undefined ? 0 : Number(after) + 1;
    const items: number[] = [];
    for (let n = begin; n < to; n++) {
      if (fits(n) && items.push(n) === limit) return { items, next: String(n) };
      if (n === begin + 9) return { items, next: String(n) };
    }
    return { items };
  };
  return { ask, asked };
}

describe('a page of a list that is looked through in parts', () => {
  it('is asked for once where one part fills it', async () => {
    const { ask, asked } = numbers(100, () => true);
    expect(await fillPage(ask, undefined, 5)).toEqual({ items: [0, 1, 2, 3, 4], next: '4' });
    expect(asked).toEqual(['begin 5']);
  });

  it('goes on through parts that have nothing, for as many as are missing', async () => {
    const { ask, asked } = numbers(60, (n) => n % 25 === 0);
    expect(await fillPage(ask, undefined, 2)).toEqual({ items: [0, 25], next: '25' });
    expect(asked).toEqual(['begin 2', '9 1', '19 1']);
    expect(await fillPage(ask, '25', 2)).toEqual({ items: [50] });
  });

  it('is empty at the end of everything', async () => {
    const { ask, asked } = numbers(35, () => false);
    expect(await fillPage(ask, undefined, 50)).toEqual({ items: [] });
    expect(asked).toHaveLength(4);
  });
});
