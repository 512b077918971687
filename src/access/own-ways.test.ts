import { describe, expect, it } from 'vitest';
import { ownWays } from './own-ways.ts';
import { parsePolicy } from './policy.ts';
import type { AccessRequest } from './request.ts';

const ACCOUNT = '111122223333';
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };

type Statement = Readonly<Record<string, unknown>>;
const policy = (kind: 'key' | 'identity', ...statements: readonly Statement[]) =>
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })),
    }),
    kind,
  );
const MANAGES = { Action: ['kms:Put*', 'kms:CreateGrant', 'kms:DescribeKey'] };
const NO_USE = { Effect: 'Deny', Action: 'kms:Decrypt' };
const OPEN = policy('key', { Principal: ROOT, Action: 'kms:*' });

function asked(more: {
  readonly own?: readonly Statement[];
  readonly key?: ReturnType<typeof policy>;
  readonly session?: readonly Statement[];
  readonly scope?: readonly Statement[];
  readonly action?: string;
}): AccessRequest {
  const { own = [MANAGES], key = OPEN, session, scope, action = 'kms:Decrypt' } = more;
  return {
    subject: {
      arn: ALICE,
      accountId: ACCOUNT,
      policies: [policy('identity', ...own)],
      ...(session && { sessionPolicies: [policy('identity', ...session)] }),
      ...(scope && { scopes: [{ ...policy('identity', ...scope), name: 'bound' }] }),
    },
    action,
    resource: '*',
    key: { accountId: ACCOUNT, policy: key },
  };
}

describe('how somebody could let itself use a key', () => {
  const BOTH = ['kms:PutKeyPolicy', 'kms:CreateGrant'];

  it.each([
    ['who manages it and may not use it', {}, BOTH],
    ['who may use it already', { own: [MANAGES, { Action: 'kms:Decrypt' }] }, []],
    ['who may do neither', { own: [{ Action: 'kms:DescribeKey' }] }, []],
    ['who makes grants alone', { own: [{ Action: 'kms:CreateGrant' }] }, ['kms:CreateGrant']],
    ['who writes policies alone', { own: [{ Action: 'kms:PutKeyPolicy' }] }, ['kms:PutKeyPolicy']],
    ['whom its own policy denies the use', { own: [MANAGES, NO_USE] }, []],
    ['whom its own policy denies both ways', { own: [MANAGES, { Effect: 'Deny', Action: BOTH }] }, []],
    [
      'whom the key’s policy denies the use: that policy can be written anew',
      { key: policy('key', { Principal: ROOT, Action: 'kms:*' }, { ...NO_USE, Principal: '*' }) },
      ['kms:PutKeyPolicy'],
    ],
    ['whom the key’s policy leaves out', { key: policy('key', { Principal: ROOT, Action: 'kms:Encrypt' }) }, []],
    ['whose session is bounded to managing', { session: [MANAGES] }, ['kms:PutKeyPolicy']],
    ['whose credential is bounded to managing', { scope: [MANAGES] }, []],
  ] as const)('%s', (_, more, expected) => {
    expect(ownWays(asked(more), true)).toEqual(expected);
  });

  it('asks whether grants can give it at all', () => {
    expect(ownWays(asked({ action: 'kms:ScheduleKeyDeletion' }), false)).toEqual(['kms:PutKeyPolicy']);
  });

  it('is nothing to ask of the key of another account, nor of what is no key', () => {
    const request = asked({});
    const foreign = { accountId: '444455556666', policy: OPEN };
    expect(ownWays({ ...request, key: foreign }, true)).toEqual([]);
    expect(ownWays({ ...request, key: undefined }, true)).toEqual([]);
  });
});
