import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { type AccessRequest, type Subject } from './request.ts';
import { matchesPattern } from './pattern.ts';
import { parsePolicy, PolicyError, type AccessPolicy } from './policy.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`;

type Fields = Record<string, unknown>;
const keyPolicy = (...statements: Fields[]): AccessPolicy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'key');
const ownPolicy = (...statements: Fields[]): AccessPolicy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
const allow = (fields: Fields = {}): Fields => ({ Effect: 'Allow', Action: 'kms:*', Resource: '*', ...fields });
const deny = (fields: Fields = {}): Fields => ({ ...allow(fields), Effect: 'Deny' });
const to = (...arns: string[]) => ({ Principal: { AWS: arns } });
const subject = (arn: string, ...policies: AccessPolicy[]): Subject => ({
  arn,
  accountId: arn.split(':')[4] as string,
  policies,
});
const ask = (who: Subject, policy: AccessPolicy | undefined, action = 'kms:Encrypt'): AccessRequest => ({
  subject: who,
  action,
  resource: KEY_ARN,
  ...(policy && { key: { accountId: ACCOUNT, policy } }),
});

describe('patterns', () => {
  it.each([
    ['*', '', true],
    ['kms:*', 'kms:encrypt', true],
    ['kms:*', 'km', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b', 'xaxbxb', true],
    ['*a*b', 'xaxbxc', false],
    ['[a-z]+', 'abc', false],
  ])('%s on %s: %s', (pattern, text, expected) => expect(matchesPattern(pattern, text)).toBe(expected));

  it('agrees with a naive matcher', () => {
    const naive = (p: string, t: string): boolean =>
      p === ''
        ? t === ''
        : p[0] === '*'
          ? naive(p.slice(1), t) || (t !== '' && naive(p, t.slice(1)))
          : t !== '' && (p[0] === '?' || p[0] === t[0]) && naive(p.slice(1), t.slice(1));
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matchesPattern(p, t)).toBe(naive(p, t));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('decisions', () => {
  const byRoot = keyPolicy(allow(to(ROOT)));
  const cases: [string, AccessRequest, boolean, string][] = [
    [
      'the account delegates, the user is allowed',
      ask(subject(ALICE, ownPolicy(allow())), byRoot),
      true,
      'allowed-by-identity-policy',
    ],
    ['the account delegates, the user has nothing', ask(subject(ALICE), byRoot), false, 'no-statement-allows'],
    ['the key names the root', ask(subject(ROOT), byRoot), true, 'allowed-by-key-policy'],
    ['the key names the user', ask(subject(ALICE), keyPolicy(allow(to(ALICE)))), true, 'allowed-by-key-policy'],
    [
      'the key does not name the account',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(`${ALICE}2`)))),
      false,
      'no-statement-allows',
    ],
    [
      'the key denies the user',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT)), deny(to(ALICE)))),
      false,
      'denied-by-key-policy',
    ],
    [
      'the key denies the account',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ALICE)), deny(to(ROOT)))),
      false,
      'denied-by-key-policy',
    ],
    [
      'the user is denied by his own policy',
      ask(subject(ALICE, ownPolicy(allow(), deny())), byRoot),
      false,
      'denied-by-identity-policy',
    ],
    [
      'a deny of another action',
      ask(subject(ALICE, ownPolicy(allow(), deny({ Action: 'kms:Decrypt' }))), byRoot),
      true,
      'allowed-by-identity-policy',
    ],
    [
      'actions are compared without case',
      ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Action: 'KMS:encrypt' }))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'resources are compared with case',
      ask(subject(ALICE, ownPolicy(allow({ Resource: KEY_ARN.toUpperCase() }))), byRoot),
      false,
      'no-statement-allows',
    ],
    [
      'a statement without Action',
      ask(subject(ALICE), keyPolicy({ Effect: 'Allow', ...to(ALICE), Resource: '*' })),
      false,
      'no-statement-allows',
    ],
    [
      'everybody, same account',
      ask(subject(ALICE), keyPolicy(allow({ Principal: '*' }))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'everybody, other account without a policy of its own',
      ask(subject(`arn:aws:iam::${OTHER}:user/bob`), keyPolicy(allow({ Principal: '*' }))),
      false,
      'no-statement-allows',
    ],
    [
      'other account, both allow',
      ask(
        subject(`arn:aws:iam::${OTHER}:user/bob`, ownPolicy(allow())),
        keyPolicy(allow(to(`arn:aws:iam::${OTHER}:root`))),
      ),
      true,
      'allowed-by-identity-policy',
    ],
    [
      'other account, its own policy alone',
      ask(subject(`arn:aws:iam::${OTHER}:user/bob`, ownPolicy(allow())), byRoot),
      false,
      'no-statement-allows',
    ],
    [
      'no key: own policy',
      ask(subject(ALICE, ownPolicy(allow({ Action: 'kms:ListKeys' }))), undefined, 'kms:ListKeys'),
      true,
      'allowed-by-identity-policy',
    ],
    ['no key: nothing', ask(subject(ALICE), undefined, 'kms:ListKeys'), false, 'no-statement-allows'],
    ['no key: root', ask(subject(ROOT), undefined, 'kms:ListKeys'), true, 'allowed-as-root'],
  ];
  it.each(cases)('%s', (_, request, allowed, reason) => expect(evaluate(request)).toMatchObject({ allowed, reason }));
});

describe('policy texts', () => {
  const malformed: [string, string][] = [
    ['not JSON', '{'],
    ['a list', '[]'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an unknown version', '{"Version":"2020-01-01","Statement":[]}'],
    ['a duplicate member', '{"Statement":[],"Statement":[]}'],
    ['an effect in lower case', '{"Statement":{"Effect":"allow","Principal":"*","Action":"*","Resource":"*"}}'],
    ['a number as action', '{"Statement":{"Effect":"Allow","Principal":"*","Action":1,"Resource":"*"}}'],
    ['no principal', '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'],
    ['a name as principal', '{"Statement":{"Effect":"Allow","Principal":{"AWS":"alice"},"Action":"*","Resource":"*"}}'],
    [
      '__proto__ in a statement',
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","__proto__":{}}}',
    ],
  ];
  it.each(malformed)('refuses %s', (_, text) => expect(() => parsePolicy(text, 'key')).toThrow(PolicyError));

  it.each(['arn:aws:kms:*:*:key/${aws:PrincipalTag/team}', '${*}'])(
    'refuses the variable in %j as not available: taken by the letter, a Deny would deny nothing',
    (resource) => {
      const statement = { Effect: 'Deny', Principal: '*', Action: '*', Resource: resource };
      expect(() => parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'key')).toThrow(
        expect.objectContaining({ name: 'PolicyError', code: 'not-available' }),
      );
    },
  );

  it.each(['Condition', 'NotPrincipal', 'NotAction', 'NotResource'])(
    'refuses %s as not available, never ignores it',
    (member) => {
      const statement = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*', [member]: {} };
      expect(() => parsePolicy(JSON.stringify({ Statement: statement }), 'key')).toThrow(
        expect.objectContaining({ name: 'PolicyError', code: 'not-available' }),
      );
    },
  );
});
