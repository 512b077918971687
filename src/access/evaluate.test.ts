import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { Evaluation, MAX_STEPS } from './evaluation.ts';
import { mismatchOf } from './statement.ts';
import type { AccessRequest, GrantedRight, Subject } from './request.ts';
import { parsePolicy, type AccessPolicy } from './policy.ts';

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
const others = (...arns: string[]): Fields => ({ ...deny(), NotPrincipal: { AWS: arns } });
const to = (...arns: string[]) => ({ Principal: { AWS: arns } });
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/monday`;
const session = (limits: AccessPolicy[] | undefined, ...policies: AccessPolicy[]): Subject => ({
  ...subject(SESSION, ...policies),
  names: [ROLE],
  ...(limits && { sessionPolicies: limits }),
});
const scoped = (scopes: AccessPolicy[], who: Subject): Subject => ({
  ...who,
  scopes: scopes.map((scope, index) => ({ ...scope, name: `scope-${index + 1}` })),
});
const refusingScopes = (...scopes: AccessPolicy[]) =>
  evaluate(ask(scoped(scopes, subject(ALICE, ownPolicy(allow()))), undefined)).scopes;
const service = (name: string): Subject => ({ ...subject(`arn:aws:iam::${OTHER}:user/s`), service: name });
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
    ['a role, by its session', ask(session(undefined), keyPolicy(allow(to(ROLE)))), true, 'allowed-by-key-policy'],
    ['a session itself', ask(session(undefined), keyPolicy(allow(to(SESSION)))), true, 'allowed-by-key-policy'],
    [
      'a session of another name',
      ask(session(undefined), keyPolicy(allow(to(`${SESSION}2`)))),
      false,
      'no-statement-allows',
    ],
    [
      "a role whose session's policies are silent",
      ask(session([ownPolicy()]), keyPolicy(allow(to(ROLE)))),
      false,
      'not-allowed-by-session-policy',
    ],
    [
      "a session that the key names, though its session's policies are silent",
      ask(session([ownPolicy()]), keyPolicy(allow(to(SESSION)))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'a session that the key names and its own policies deny',
      ask(session([ownPolicy(deny())]), keyPolicy(allow(to(SESSION)))),
      false,
      'denied-by-session-policy',
    ],
    [
      "a role by the account: its policies and its session's",
      ask(session([ownPolicy(allow())], ownPolicy(allow())), byRoot),
      true,
      'allowed-by-identity-policy',
    ],
    [
      "a role by the account: its session's policies alone",
      ask(session([ownPolicy(allow())]), byRoot),
      false,
      'no-statement-allows',
    ],
    [
      'a role by the account: its session only for another action',
      ask(session([ownPolicy(allow({ Action: 'kms:Decrypt' }))], ownPolicy(allow())), byRoot),
      false,
      'not-allowed-by-session-policy',
    ],
    [
      'one of several policies of a session',
      ask(session([ownPolicy(), ownPolicy(allow())], ownPolicy(allow())), byRoot),
      true,
      'allowed-by-identity-policy',
    ],
    [
      'a bounded credential of a user whom the key names',
      ask(scoped([ownPolicy(allow({ Action: 'kms:Decrypt' }))], subject(ALICE)), keyPolicy(allow(to(ALICE)))),
      false,
      'not-allowed-by-scope',
    ],
    [
      'a bounded credential of a session that the key names',
      ask(scoped([ownPolicy()], session([ownPolicy(allow())])), keyPolicy(allow(to(SESSION)))),
      false,
      'not-allowed-by-scope',
    ],
    [
      'a bounded credential of the root',
      ask(scoped([ownPolicy()], subject(ROOT)), byRoot),
      false,
      'not-allowed-by-scope',
    ],
    [
      'a bounded credential of the root, without a key',
      ask(scoped([ownPolicy()], subject(ROOT)), undefined),
      false,
      'not-allowed-by-scope',
    ],
    [
      'a bounded credential of a service that the key names',
      ask(
        scoped([ownPolicy()], service('s.example.com')),
        keyPolicy(allow({ Principal: { Service: 's.example.com' } })),
      ),
      false,
      'not-allowed-by-scope',
    ],
    [
      'a bounded credential by a grant',
      { ...ask(scoped([ownPolicy()], subject(ALICE)), byRoot), grants: [{ grantId: 'g', actions: ['kms:encrypt'] }] },
      false,
      'not-allowed-by-scope',
    ],
    [
      'a scope that denies',
      ask(scoped([ownPolicy(allow(), deny({ Action: 'kms:Encrypt' }))], subject(ALICE, ownPolicy(allow()))), byRoot),
      false,
      'denied-by-scope',
    ],
    [
      'a scope that allows what the user may not',
      ask(scoped([ownPolicy(allow())], subject(ALICE)), byRoot),
      false,
      'no-statement-allows',
    ],
    [
      'one of several scopes, and the user',
      ask(scoped([ownPolicy(), ownPolicy(allow())], subject(ALICE, ownPolicy(allow()))), byRoot),
      true,
      'allowed-by-identity-policy',
    ],
    [
      "scopes do not stand in for a session's policies",
      ask(scoped([ownPolicy(allow())], session([ownPolicy()], ownPolicy(allow()))), byRoot),
      false,
      'not-allowed-by-session-policy',
    ],
    [
      'a service that the key names',
      ask(service('backup.amazonaws.com'), keyPolicy(allow({ Principal: { Service: 'backup.amazonaws.com' } }))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'another service',
      ask(service('s3.amazonaws.com'), keyPolicy(allow({ Principal: { Service: 'backup.amazonaws.com' } }))),
      false,
      'no-statement-allows',
    ],
    [
      'a user who is called like a service',
      ask(subject(ALICE), keyPolicy(allow({ Principal: { Service: 'alice' } }))),
      false,
      'no-statement-allows',
    ],
    [
      'principals that nobody has here',
      ask(
        subject(ALICE),
        keyPolicy(allow({ Principal: { Federated: 'accounts.google.com', CanonicalUser: 'x'.repeat(64) } })),
      ),
      false,
      'no-statement-allows',
    ],
    [
      'the account by another partition',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT.replace('aws', 'aws-us-gov'))))),
      true,
      'allowed-by-identity-policy',
    ],
    [
      'all but me',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT)), others(ROOT, ALICE))),
      true,
      'allowed-by-identity-policy',
    ],
    [
      'all but me, without my account',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT)), others(ALICE))),
      false,
      'denied-by-key-policy',
    ],
    [
      'all but somebody else',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT)), others(ROOT, `${ALICE}2`))),
      false,
      'denied-by-key-policy',
    ],
    [
      'all but the account: its users are not spared',
      ask(subject(ALICE, ownPolicy(allow())), keyPolicy(allow(to(ROOT)), others(ROOT))),
      false,
      'denied-by-key-policy',
    ],
    [
      'all but the account: its root is',
      ask(subject(ROOT), keyPolicy(allow(to(ROOT)), others(ROOT))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'all but a session, its role and its account',
      ask(session(undefined), keyPolicy(allow(to(ROLE)), others(ACCOUNT, ROLE, SESSION))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'all but a session and its account, without its role',
      ask(session(undefined), keyPolicy(allow(to(ROLE)), others(ACCOUNT, SESSION))),
      false,
      'denied-by-key-policy',
    ],
    [
      'all but a role: its sessions are not spared',
      ask(session(undefined), keyPolicy(allow(to(ROLE)), others(ACCOUNT, ROLE))),
      false,
      'denied-by-key-policy',
    ],
    [
      'NotAction',
      ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Action: undefined, NotAction: 'kms:De*' }))),
      true,
      'allowed-by-key-policy',
    ],
    [
      'NotAction that names it',
      ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Action: undefined, NotAction: 'kms:En*' }))),
      false,
      'no-statement-allows',
    ],
    [
      'NotResource that names it',
      ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Resource: undefined, NotResource: '*:key/*' }))),
      false,
      'no-statement-allows',
    ],
    [
      'a statement without Resource',
      ask(subject(ALICE), keyPolicy({ Effect: 'Allow', ...to(ALICE), Action: '*' })),
      false,
      'no-statement-allows',
    ],
  ];
  it.each(cases)('%s', (_, request, allowed, reason) => expect(evaluate(request)).toMatchObject({ allowed, reason }));
});

describe('the scopes that refuse', () => {
  const looks = ownPolicy(allow({ Action: 'kms:DescribeKey' }));

  it.each<[string, string[] | undefined, AccessPolicy[]]>([
    ['all, where none allows', ['scope-1', 'scope-2'], [ownPolicy(), looks]],
    ['the one that denies', ['scope-2'], [ownPolicy(allow()), ownPolicy(deny())]],
    ['none, where one allows', undefined, [looks, ownPolicy(allow())]],
  ])('are named: %s', (_, names, scopes) => expect(refusingScopes(...scopes)).toEqual(names));
});

describe('grants', () => {
  const nobody = keyPolicy(allow(to(`arn:aws:iam::${ACCOUNT}:user/other`)));
  const tenant = new Map([['tenant', 'acme']]);
  const withGrant = (
    right: Partial<GrantedRight>,
    given: [string, string][] = [],
    more: Partial<AccessRequest> = {},
  ) => ({
    ...ask(subject(ALICE), nobody),
    grants: [{ grantId: 'g', actions: ['kms:encrypt', 'kms:describekey'], ...right }],
    context: {
      values: (key: string) => (key === 'aws:sourcearn' ? ['arn:aws:s3:::b'] : undefined),
      encryptionContext: new Map(given),
    },
    ...more,
  });
  it.each<[string, AccessRequest, boolean]>([
    ['allow', withGrant({}), true],
    ['allow what they name', withGrant({ actions: ['kms:decrypt'] }), false],
    ['across accounts, by themselves', withGrant({}, [], { subject: subject(`arn:aws:iam::${OTHER}:user/bob`) }), true],
    ['not against a Deny', withGrant({}, [], { subject: subject(ALICE, ownPolicy(deny())) }), false],
    ['not beyond a session', withGrant({}, [], { subject: session([ownPolicy()]) }), false],
    ['the whole context', withGrant({ encryptionContextEquals: tenant }, [['tenant', 'acme']]), true],
    [
      'the whole context, names without case',
      withGrant({ encryptionContextEquals: tenant }, [['TENANT', 'acme']]),
      true,
    ],
    ['values with case', withGrant({ encryptionContextEquals: tenant }, [['tenant', 'Acme']]), false],
    [
      'the whole context and nothing besides',
      withGrant({ encryptionContextEquals: tenant }, [
        ['tenant', 'acme'],
        ['x', 'y'],
      ]),
      false,
    ],
    [
      'a part of the context',
      withGrant({ encryptionContextSubset: tenant }, [
        ['tenant', 'acme'],
        ['x', 'y'],
      ]),
      true,
    ],
    ['a part that is missing', withGrant({ encryptionContextSubset: tenant }), false],
    ['the account, whose own policies decide', withGrant({ toAccount: true }), false],
    [
      'the account, whose own policies allow',
      withGrant({ toAccount: true }, [], { subject: subject(ALICE, ownPolicy(allow())) }),
      true,
    ],
    ['on behalf of a resource', withGrant({ sourceArn: 'arn:aws:s3:::b' }), true],
    ['on behalf of another one', withGrant({ sourceArn: 'arn:aws:s3:::c' }), false],
  ])('%s', (_, request, allowed) => {
    expect(evaluate(request)).toMatchObject(allowed ? { reason: 'allowed-by-grant', grantId: 'g' } : { allowed });
  });
});

describe('hostile policies', () => {
  const stars = `*${'a'.repeat(4_000)}b`;
  const costly = (condition: Fields) =>
    ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Condition: condition }), allow(to(ALICE))));

  it.each<[string, Fields, string[]]>([
    ['many wildcards and a long text', { StringLike: { 'kms:x': stars } }, ['a'.repeat(100_000)]],
    [
      'many patterns and many values',
      { 'ForAnyValue:StringLike': { 'kms:x': Array.from({ length: 2_000 }, (_, i) => `${i}*`) } },
      Array.from({ length: 5_000 }, () => 'a'),
    ],
    ['a long variable again and again', { StringLike: { 'kms:x': '${kms:y}'.repeat(2_000) } }, ['a'.repeat(10_000)]],
    ['the same without wildcards', { StringEquals: { 'kms:x': '${kms:y}'.repeat(2_000) } }, ['a'.repeat(10_000)]],
    [
      'a long text in many cases',
      { StringEqualsIgnoreCase: { 'kms:x': Array.from({ length: 2_000 }, (_, i) => `${i}`) } },
      ['a'.repeat(10_000)],
    ],
    [
      'a long list again and again',
      Object.fromEntries(
        ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'].map((operator) => [
          operator,
          Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`kms:x${i}`, 'a'])),
        ]),
      ),
      Array.from({ length: 5_000 }, () => 'a'),
    ],
  ])('%s: refused once they cost too much', (_, condition, values) => {
    const request = {
      ...costly(condition),
      context: { values: (key: string) => (key === 'kms:y' ? ['b'.repeat(10_000)] : values) },
    };
    expect(evaluate(request)).toMatchObject({ allowed: false, reason: 'too-costly' });
  });

  it('are explained within the bound of one decision, however many they are', () => {
    const hostile = allow({ ...to(ALICE), Condition: { StringLike: { 'kms:x': stars } } });
    const harmless = allow({ ...to(ALICE), Action: 'kms:Nothing' });
    const request = ask(subject(ALICE), keyPolicy(hostile, ...Array.from({ length: 20 }, () => hostile), harmless));
    const context = { values: () => ['a'.repeat(100_000)] };
    const { statements } = explain({ ...request, context });
    expect(new Set(statements.map(({ because }) => because))).toEqual(new Set(['too-costly']));
  });

  it('grants without number cost no more than they are', () => {
    const encryptionContext = new Map(Array.from({ length: 3_000 }, (_, i) => [`n${i}`, 'v'] as const));
    let read = 0;
    const counted = new Map(encryptionContext);
    counted[Symbol.iterator] = () => {
      read += encryptionContext.size;
      return encryptionContext[Symbol.iterator]();
    };
    const constraint = { encryptionContextSubset: new Map([['N1', 'other']]) };
    const grants = Array.from({ length: 1_000 }, (_, i) => ({
      grantId: `${i}`,
      actions: ['kms:encrypt'],
      ...constraint,
    }));
    const request = {
      ...ask(subject(ALICE), keyPolicy()),
      grants,
      context: { values: () => undefined, encryptionContext: counted },
    };
    expect(evaluate(request)).toMatchObject({ allowed: false, reason: 'no-statement-allows' });
    expect(read).toBeLessThan(10_000);
  });

  it('a long policy is nowhere near that', () => {
    const statements = Array.from({ length: 200 }, (_, i) =>
      allow({ ...to(ALICE), Condition: { StringLike: { 'kms:x': `*-${i}-*-end` } } }),
    );
    const policy = keyPolicy(...statements);
    const evaluation = new Evaluation({ values: () => ['some-text-of-medium-length-199-with-an-end'] });
    for (const statement of policy.statements) mismatchOf(statement, 'kms:encrypt', KEY_ARN, evaluation);
    expect(evaluation.stepsTaken).toBeLessThan(MAX_STEPS / 100);
  });
});
