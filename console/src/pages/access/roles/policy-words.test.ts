import { describe, expect, it } from 'vitest';
import { policyWords, strangeActions } from './policy-words.ts';

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

describe('actions that there are not', () => {
  const KNOWN = ['keystead:ListRuns', 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];
  const strange = (...actions: readonly string[]) =>
    strangeActions(policyWords(JSON.stringify({ Statement: { Action: actions } })) ?? [], KNOWN);

  it.each(['*', 'kms:*', 'KMS:encrypt', 'kms:Gen*Key', 'kms:*Data*', 'kms:?ecrypt', 'k*:List*', 'kms:Encrypt*'])(
    'are not %s',
    (action) => expect(strange(action)).toEqual([]),
  );

  it.each(['kms:Encrpyt', 'kms:Encryp', 'kms:Encryptt', 's3:*', 'kms:?Encrypt', 'kms:*Nothing'])(
    'are such as %s',
    (action) => expect(strange(action, 'kms:Decrypt')).toHaveLength(1),
  );
});
