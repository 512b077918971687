import { expect, it } from 'vitest';
import { sentence } from './sentence.ts';

it.each([
  ['the key is disabled', 'The key is disabled.'],
  ['Is it so?', 'Is it so?'],
  ['arn:aws:iam::111122223333:user/bob may not list', 'arn:aws:iam::111122223333:user/bob may not list.'],
])('%s is said as %s', (text, said) => {
  expect(sentence(text)).toBe(said);
});
