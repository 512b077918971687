import { describe, expect, it } from 'vitest';
import { policyWords } from './policy-words.ts';

describe('a policy in words', () => {
  it('has its actions by service, single or listed', () => {
    const document = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Action: ['kms:Encrypt', 'keystead:ListRuns', 'kms:Decrypt'], Resource: '*' },
        { Effect: 'Deny', NotAction: 'kms:*', Resource: ['a', 'b'], Condition: {} },
      ],
    });
    expect(policyWords(document)).toEqual([
      {
        effect: 'Allow',
        actions: [
          ['kms', ['Encrypt', 'Decrypt']],
          ['keystead', ['ListRuns']],
        ],
        isAllBut: false,
        resources: ['*'],
        hasCondition: false,
      },
      { effect: 'Deny', actions: [['kms', ['*']]], isAllBut: true, resources: ['a', 'b'], hasCondition: true },
    ]);
  });

  it('takes one statement without a list, and the star for everything', () => {
    const [all] = policyWords('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}') ?? [];
    expect(all?.actions).toEqual([['*', ['*']]]);
  });

  it.each(['', '{', 'null', '[]', '{}', '{"Statement":"x"}', '{"Statement":[null]}'])('is none: %s', (document) => {
    expect(policyWords(document)).toBeUndefined();
  });
});
