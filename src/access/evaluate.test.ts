import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { type AccessRequest } from './request.ts';
import { type AccessPolicy } from './policy.ts';
import {
  ACCOUNT,
  ALICE,
  KEY_ARN,
  OTHER,
  ROLE,
  ROOT,
  SESSION,
  allow,
  ask,
  deny,
  keyPolicy,
  others,
  ownPolicy,
  refusingScopes,
  scoped,
  service,
  session,
  subject,
  to,
} from './evaluate.fixture.ts';

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
