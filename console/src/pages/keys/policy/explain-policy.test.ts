import { describe, expect, it } from 'vitest';
import { letsManagersIn } from './explain-policy.ts';

const ROOT = { AWS: 'arn:aws:iam::111122223333:root' };
const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: unknown) => ({ Effect: 'Allow', Principal: ROOT, Action, Resource: '*' });
const deny = (Action: unknown, more = {}) => ({ Effect: 'Deny', Principal: '*', Action, Resource: '*', ...more });
const BOTH = ['kms:PutKeyPolicy', 'kms:CreateGrant'];

describe('whether a policy lets those who manage a key let themselves use it', () => {
  it.each([
    ['everything is left to the account', policy(allow('kms:*')), true],
    ['by a pattern, whatever the case', policy(allow('KMS:Put*')), true],
    ['by all but something else', policy({ Effect: 'Allow', Principal: ROOT, NotAction: 'kms:Decrypt' }), true],
    ['by grants alone', policy(allow('kms:*'), deny('kms:PutKeyPolicy')), true],
    ['both denied to everybody', policy(allow('kms:*'), deny(BOTH)), false],
    ['denied to some', policy(allow('kms:*'), { ...deny(BOTH), Principal: ROOT }), true],
    ['denied under a condition', policy(allow('kms:*'), deny(BOTH, { Condition: { Bool: {} } })), true],
    ['nobody may either', policy(allow(['kms:Decrypt', 'kms:DescribeKey'])), false],
    ['a dot is a dot', policy(allow('kms.CreateGrant')), false],
    ['no JSON yet', '{', false],
  ])('%s', (_, text, expected) => expect(letsManagersIn(text)).toBe(expected));
});
