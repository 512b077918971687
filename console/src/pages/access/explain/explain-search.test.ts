import { describe, expect, it } from 'vitest';
import { contextPairs, explainSearch } from './explain-search.ts';

describe('a question in an address', () => {
  it('has only what is text and not empty', () => {
    expect(explainSearch({ principal: 'ada', action: '', key: 7, other: 'x' })).toEqual({ principal: 'ada' });
  });

  it.each([
    [undefined, []],
    ['', []],
    ['app=payroll', [{ name: 'app', value: 'payroll' }]],
    [
      'a=1, b=x=y',
      [
        { name: 'a', value: '1' },
        { name: 'b', value: 'x=y' },
      ],
    ],
    ['lonely,', [{ name: 'lonely', value: '' }]],
  ])('reads the context %s', (text, pairs) => expect(contextPairs(text)).toEqual(pairs));
});
