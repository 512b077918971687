import { describe, expect, it } from 'vitest';
import { parseCondition } from './condition.ts';
import { Evaluation } from './evaluation.ts';

type Values = Readonly<Record<string, readonly string[]>>;

function holds(condition: object, values: Values, hasVariables = true): boolean {
  const clauses = parseCondition(condition, { hasVariables, needs: new Set() });
  const known = new Map(Object.entries(values).map(([key, list]) => [key.toLowerCase(), list]));
  const evaluation = new Evaluation({ values: (key) => known.get(key) });
  return clauses.every((clause) => clause.holds(evaluation));
}
const one = (operator: string, written: unknown, asked: readonly string[] | undefined) =>
  holds({ [operator]: { 'aws:X': written } }, asked ? { 'aws:x': asked } : {});

describe('operators on one value', () => {
  it.each<[string, string | string[], string, boolean]>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringEqualsIgnoreCase', 'Äb', 'äB', true],
    ['StringNotEqualsIgnoreCase', 'Äb', 'äB', false],
    ['StringLike', 'a*c?', 'abbcd', true],
    ['StringLike', 'a*c?', 'abbc', false],
    ['StringLike', '*', '', true],
    ['StringLike', '', '', true],
    ['StringLike', '?', '', false],
    ['StringLike', '[a-z]+', 'abc', false],
    ['StringLike', 'A*', 'ab', false],
    ['StringNotLike', 'a*', 'ab', false],
    ['NumericEquals', '7', '7.0', true],
    ['NumericEquals', '7', '8', false],
    ['NumericEquals', '7', 'seven', false],
    ['NumericNotEquals', '7', 'seven', true],
    ['NumericLessThan', '7', '6.9', true],
    ['NumericLessThan', '7', '7', false],
    ['NumericLessThanEquals', '7', '7', true],
    ['NumericGreaterThan', '-1', '0', true],
    ['NumericGreaterThanEquals', '7', '6', false],
    ['NumericLessThan', '10', '9', true],
    ['DateEquals', '2026-01-01T00:00:00Z', '1767225600', true],
    ['DateEquals', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z', true],
    ['DateEquals', '2026', '2026-01-01', true],
    ['DateNotEquals', '2026', '2026-01-01', false],
    ['DateLessThan', '2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00Z', true],
    ['DateLessThan', '2026', 'soon', false],
    ['DateLessThanEquals', '2026', '2026-01', true],
    ['DateGreaterThan', '2026-06-30T23:59:59Z', '2026-07-01', true],
    ['DateGreaterThanEquals', '2026', '2025-12-31T23:59:59Z', false],
    ['Bool', 'true', 'TRUE', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'false', 'no', false],
    ['BinaryEquals', 'AAE=', 'AAE=', true],
    ['BinaryEquals', 'AAE=', 'AAF=', true],
    ['BinaryEquals', 'AAE=', 'AAI=', false],
    ['IpAddress', '192.0.2.0/24', '192.0.2.255', true],
    ['IpAddress', '192.0.2.0/24', '192.0.3.0', false],
    ['IpAddress', '192.0.2.7/24', '192.0.2.9', true],
    ['IpAddress', '192.0.2.7', '192.0.2.7', true],
    ['IpAddress', '192.0.2.7', '192.0.2.8', false],
    ['IpAddress', '192.0.2.7', '::ffff:192.0.2.7', true],
    ['IpAddress', '::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['IpAddress', '0.0.0.0/0', '::1', false],
    ['IpAddress', '::/0', '192.0.2.1', false],
    ['IpAddress', '2001:db8::/32', '2001:DB8:0:0::1', true],
    ['IpAddress', '2001:db8::/33', '2001:db8:8000::', false],
    ['IpAddress', 'fe80::1', 'fe80::1%eth0', true],
    ['IpAddress', '::/0', 'nonsense', false],
    ['NotIpAddress', '10.0.0.0/8', '10.255.0.1', false],
    ['NotIpAddress', '10.0.0.0/8', '11.0.0.1', true],
    ['ArnEquals', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket', true],
    ['ArnLike', 'arn:aws:s3:::bucket', 'arn:aws:s3:::bucket2', false],
    ['ArnLike', 'arn:*:*:*:*:*', 'arn:aws:s3:::a:b/c', true],
    ['ArnLike', 'arn:aws:*:bucket:x:y', 'arn:aws:s3:::bucket:x:y', false],
    ['ArnLike', 'arn:aws:sns:*:111122223333:t', 'arn:aws:sns:eu:444455556666:111122223333:t', false],
    ['ArnLike', 'arn:aws:s3:::a:*', 'arn:aws:s3:::a:b:c', true],
    ['ArnLike', 'arn:aws:s3:::*', 'bucket', false],
    ['ArnNotEquals', 'arn:aws:s3:::b', 'bucket', true],
    ['ArnNotLike', 'arn:aws:s3:::*', 'arn:aws:s3:::b', false],
  ])('%s %j on %s: %s', (operator, written, asked, expected) => {
    expect(one(operator, written, [asked])).toBe(expected);
  });
});

/** AWS's tables of set operators, IfExists and Null; `undefined`: the request has no such key. */
describe('operators on several values and on none', () => {
  const A = ['a'];
  const AB = ['a', 'b'];
  const AC = ['a', 'c'];
  const C = ['c'];
  it.each<[string, readonly boolean[]]>([
    // Compared with a and b:               absent  [a]    [a b]  [a c]  [c]
    ['StringEquals', [false, true, true, true, false]],
    ['StringEqualsIfExists', [true, true, true, true, false]],
    ['StringNotEquals', [true, false, false, false, true]],
    ['StringNotEqualsIfExists', [true, false, false, false, true]],
    ['ForAnyValue:StringEquals', [false, true, true, true, false]],
    ['ForAnyValue:StringEqualsIfExists', [true, true, true, true, false]],
    ['ForAllValues:StringEquals', [true, true, true, false, false]],
    ['ForAllValues:StringEqualsIfExists', [true, true, true, false, false]],
    ['ForAnyValue:StringNotEquals', [false, false, false, true, true]],
    ['ForAnyValue:StringNotEqualsIfExists', [true, false, false, true, true]],
    ['ForAllValues:StringNotEquals', [true, false, false, false, true]],
    ['ForAllValues:StringNotLike', [true, false, false, false, true]],
  ])('%s', (operator, expected) => {
    expect([undefined, A, AB, AC, C].map((asked) => one(operator, AB, asked))).toEqual(expected);
    expect(one(operator, AB, [])).toBe(expected[0]);
  });

  it.each<[unknown, boolean, boolean]>([
    ['true', true, false],
    ['false', false, true],
    [true, true, false],
    [['true', 'false'], true, true],
  ])('Null %j: absent %s, present %s', (written, absent, present) => {
    expect([one('Null', written, undefined), one('Null', written, [''])]).toEqual([absent, present]);
  });

  it('all operators and all keys must hold, of the values one', () => {
    const condition = { StringEquals: { 'aws:a': ['1', '2'], 'aws:b': '3' }, Bool: { 'aws:c': 'true' } };
    expect(holds(condition, { 'aws:a': ['2'], 'aws:b': ['3'], 'aws:c': ['true'] })).toBe(true);
    expect(holds(condition, { 'aws:a': ['2'], 'aws:b': ['4'], 'aws:c': ['true'] })).toBe(false);
    expect(holds(condition, { 'aws:a': ['2'], 'aws:b': ['3'], 'aws:c': ['false'] })).toBe(false);
    expect(holds({}, {})).toBe(true);
    expect(holds({ StringEquals: {} }, {})).toBe(true);
  });

  it('no value at all is none that fits', () => {
    expect(one('StringEquals', [], A)).toBe(false);
    expect(one('StringNotEquals', [], A)).toBe(true);
  });
});

describe('variables', () => {
  const who = { 'aws:username': ['alice'], 'aws:PrincipalTag/team': ['r*d'], 'aws:many': ['a', 'b'] };
  it.each<[string, string, string, boolean]>([
    ['StringEquals', '${aws:username}', 'alice', true],
    ['StringEquals', '${AWS:UserName}', 'alice', true],
    ['StringEquals', '${ aws:username }', 'alice', true],
    ['StringLike', 'home/${aws:username}/*', 'home/alice/x', true],
    ['StringLike', 'home/${aws:username}/*', 'home/bob/x', false],
    ['StringLike', '${aws:PrincipalTag/team}', 'red', false],
    ['StringLike', '${aws:PrincipalTag/team}', 'r*d', true],
    ['StringLike', "${aws:PrincipalTag/none, 'x*'}", 'x*', true],
    ['StringLike', "${aws:PrincipalTag/none, 'x*'}", 'xy', false],
    ['StringLike', "${aws:many, 'c'}", 'c', true],
    ['StringLike', "${aws:none, ''}", '', true],
    ['StringLike', 'a${*}', 'a*', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringLike', 'a${?}${$}', 'a?$', true],
    ['StringEquals', '$', '$', true],
    ['StringEquals', '$x{aws:username}', '$x{aws:username}', true],
    ['ArnLike', 'arn:aws:iam::1:user/${aws:username}', 'arn:aws:iam::1:user/alice', true],
    ['ArnLike', 'arn:aws:${aws:PrincipalTag/team}:::x', 'arn:aws:red:::x', false],
  ])('%s %s on %s: %s', (operator, written, asked, expected) => {
    expect(holds({ [operator]: { 'aws:X': written } }, { ...who, 'aws:x': [asked] })).toBe(expected);
  });

  it('a value with colons stays within its part of an ARN', () => {
    const written = 'arn:aws:s3:${aws:t}:1:key';
    const asked = { 'aws:x': ['arn:aws:s3:a:b:1:key'], 'aws:t': ['a:b'] };
    expect(holds({ ArnLike: { 'aws:x': written } }, asked)).toBe(false);
    expect(
      holds({ ArnLike: { 'aws:x': '${aws:t}' } }, { 'aws:x': ['arn:a:b:c:d:e'], 'aws:t': ['arn:a:b:c:d:e'] }),
    ).toBe(true);
    expect(holds({ ArnLike: { 'aws:x': '${aws:t}' } }, { 'aws:x': ['e'], 'aws:t': ['e'] })).toBe(false);
  });

  it('are text like any other in an old policy', () => {
    const asked = { ...who, 'aws:x': ['${aws:username}'] };
    expect(holds({ StringEquals: { 'aws:x': '${aws:username}' } }, asked, false)).toBe(true);
    expect(holds({ StringEquals: { 'aws:x': '${aws:username}' } }, { ...who, 'aws:x': ['alice'] }, false)).toBe(false);
  });
});
