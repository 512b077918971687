import { describe, expect, it } from 'vitest';
import { BUILT_IN_TEXTS } from './built-in-policies.ts';
import { unknownActions } from './unknown-actions.ts';

const allowing = (...actions: readonly string[]) =>
  JSON.stringify({ Statement: { Effect: 'Allow', Action: actions, Resource: '*' } });

describe('actions that nothing asks for', () => {
  it.each([
    [
      'none of what is there, in whatever case',
      ['kms:Encrypt', 'KMS:encrypt', 'keystead:ListRuns', 'sts:AssumeRole'],
      [],
    ],
    ['none of patterns that mean something', ['*', 'kms:*', 'kms:Generate*', 'keystead:List?uns'], []],
    ['a word mistyped, as it was spelt', ['kms:Encrpyt', 'kms:Decrypt'], ['kms:Encrpyt']],
    ['a pattern that means nothing', ['keystead:Frob*'], ['keystead:Frob*']],
    ['what is of another service', ['s3:GetObject', '*:Encrypt'], ['s3:GetObject']],
    ['the name without its end', ['kms:Encryp'], ['kms:Encryp']],
  ])('are %s', (_, actions, unknown) => {
    expect(unknownActions(allowing(...actions), 'identity')).toEqual(unknown);
  });

  it('are found where a policy means all others too', () => {
    const document = '{"Statement":{"Effect":"Deny","NotAction":["kms:Encrypt","kms:Nothing"],"Resource":"*"}}';
    expect(unknownActions(document, 'identity')).toEqual(['kms:Nothing']);
  });

  it('are found in the policy of a key, which names principals', () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: ['kms:Decryptt', 'kms:Encrypt'], Resource: '*' };
    expect(unknownActions(JSON.stringify({ Statement: statement }), 'key')).toEqual(['kms:Decryptt']);
  });

  it('do not occur in the built-in policies', () => {
    expect(Object.values(BUILT_IN_TEXTS).flatMap(({ document }) => unknownActions(document, 'identity'))).toEqual([]);
  });

  it('are found in time, whatever the wildcards', () => {
    expect(unknownActions(allowing(`kms:${'*a'.repeat(300)}`), 'identity')).toHaveLength(1);
  });
});
