import { describe, expect, it } from 'vitest';
import { OPERATORS } from './operators.ts';
import { PolicyError } from './policy-error.ts';
import { parsePolicy } from './policy.ts';

const statement = (fields: object) => ({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*', ...fields });
const text = (fields: object, Version = '2012-10-17') => JSON.stringify({ Version, Statement: statement(fields) });

describe('a policy text is refused', () => {
  const malformed: [string, string][] = [
    ['that is not JSON', '{'],
    ['that is a list', '[]'],
    ['without a statement', '{"Version":"2012-10-17"}'],
    ['of an unknown version', '{"Version":"2020-01-01","Statement":[]}'],
    ['with an Id that is no string', '{"Id":1,"Statement":[]}'],
    ['with an unknown member', '{"statement":[],"Statement":[]}'],
    ['with a duplicate member', '{"Statement":[],"Statement":[]}'],
    ['that is nested deep', text({ Condition: { StringEquals: { 'aws:a': [[[[[[['x']]]]]]] } } })],
    ['that is very long', text({ Sid: 'x'.repeat(128 * 1024) })],
    ['with an effect in lower case', text({ Effect: 'allow' })],
    ['with an unknown member of a statement', text({ Actions: '*' })],
    ['with __proto__ in a statement', text({}).replace('"Effect"', '"__proto__":{},"Effect"')],
    ['with a Sid that is no string', text({ Sid: ['x'] })],
    ['with a number as action', text({ Action: 1 })],
    ['with an action of no service', text({ Action: 'Encrypt' })],
    ['with a variable in an action', text({ Action: 'kms:${aws:username}' })],
    ['with Action and NotAction', text({ NotAction: 'kms:*' })],
    ['with an empty NotAction', text({ Action: undefined, NotAction: [] })],
    ['with Resource and NotResource', text({ NotResource: '*' })],
    ['without a principal', text({ Principal: undefined })],
    ['with a name as principal', text({ Principal: { AWS: 'alice' } })],
    ['with a wildcard in a principal', text({ Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } })],
    ['with principals of an unknown type', text({ Principal: { '*': '*' } })],
    ['with a wildcard for services', text({ Principal: { Service: '*' } })],
    ['with Principal and NotPrincipal', text({ NotPrincipal: '*' })],
    [
      'that allows all but some',
      text({ Effect: 'Allow', Principal: undefined, NotPrincipal: { AWS: '111122223333' } }),
    ],
    ['with a condition that is a list', text({ Condition: [] })],
    ['with an unknown operator', text({ Condition: { StringIs: { 'aws:username': 'a' } } })],
    ['with an operator in another case', text({ Condition: { stringEquals: { 'aws:username': 'a' } } })],
    ['with an unknown set operator', text({ Condition: { 'ForMostValues:StringEquals': { 'aws:username': 'a' } } })],
    ['with a set operator on Null', text({ Condition: { 'ForAnyValue:Null': { 'aws:username': 'true' } } })],
    ['with NullIfExists', text({ Condition: { NullIfExists: { 'aws:username': 'true' } } })],
    ['with a condition key of no service', text({ Condition: { StringEquals: { username: 'a' } } })],
    ['with an object as value', text({ Condition: { StringEquals: { 'aws:username': {} } } })],
    ['with null as value', text({ Condition: { StringEquals: { 'aws:username': [null] } } })],
    ['with an open variable', text({ Resource: 'arn:${aws:username' })],
    ['with an empty variable', text({ Resource: '${}' })],
    ['with a variable in a variable', text({ Resource: '${aws:${aws:username}}' })],
    ['with a default without quotes', text({ Resource: '${aws:username, x}' })],
  ];
  it.each(malformed)('%s', (_, policy) => expect(() => parsePolicy(policy, 'key')).toThrow(PolicyError));

  it.each([
    ['NumericEquals', 'seven'],
    ['DateLessThan', '2026-02-30'],
    ['Bool', 'yes'],
    ['BinaryEquals', 'not base64'],
    ['IpAddress', '192.0.2.0/33'],
    ['NotIpAddress', '192.0.2.256'],
    ['ArnLike', '*'],
    ['ArnEquals', 'arn:aws:s3'],
    ['Null', 'maybe'],
  ])('where %s compares with %s', (operator, value) => {
    expect(() => parsePolicy(text({ Condition: { [operator]: { 'aws:x': value } } }), 'key')).toThrow(PolicyError);
  });

  it('of a principal that names one', () => {
    expect(() => parsePolicy(text({}), 'identity')).toThrow(PolicyError);
    expect(() => parsePolicy(text({ Principal: undefined, NotPrincipal: '*' }), 'identity')).toThrow(PolicyError);
  });

  it('of trust that names a resource', () => {
    expect(() => parsePolicy(text({}), 'trust')).toThrow(PolicyError);
  });
});

describe('a policy text is taken', () => {
  it.each<[string, string]>([
    ['without a version', JSON.stringify({ Statement: [statement({})] })],
    ['with an Id', JSON.stringify({ Id: 'key-default-1', Statement: [] })],
    ['with several statements', JSON.stringify({ Statement: [statement({ Sid: 'a' }), statement({ Sid: 'a b' })] })],
    ['without Action', text({ Action: undefined })],
    ['without Resource', text({ Resource: undefined })],
    ['with principals that nobody has here', text({ Principal: { Federated: 'cognito', CanonicalUser: '79a59d' } })],
    ['with NotPrincipal', text({ Principal: undefined, NotPrincipal: { AWS: ['111122223333'] } })],
    [
      'with numbers and booleans without quotes',
      text({ Condition: { Bool: { 'aws:a': true }, NumericEquals: { 'aws:b': 1 } } }),
    ],
    ['with tags that have spaces in their names', text({ Resource: '${aws:PrincipalTag/cost center}' })],
    ['with what looks like a variable in an old version', text({ Resource: 'arn:${aws:username' }, '2008-10-17')],
  ])('%s', (_, policy) => expect(parsePolicy(policy, 'key').statements.length).toBeGreaterThanOrEqual(0));

  it.each([...OPERATORS.keys()])('with %s in all its forms', (operator) => {
    const value = /Numeric/.test(operator)
      ? '1'
      : /Date/.test(operator)
        ? '2026-01-01'
        : /Bool/.test(operator)
          ? 'true'
          : /Ip/.test(operator)
            ? '::/0'
            : /Arn/.test(operator)
              ? 'arn:aws:s3:::*'
              : 'AAAA';
    const forms = ['', 'ForAnyValue:', 'ForAllValues:'].flatMap((set) => [
      `${set}${operator}`,
      `${set}${operator}IfExists`,
    ]);
    const Condition = Object.fromEntries(forms.map((form) => [form, { 'aws:x': [value] }]));
    expect(parsePolicy(text({ Condition }), 'key').statements[0]?.conditions).toHaveLength(6);
  });
});
