import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { type AccessRequest } from './request.ts';
import { type GrantedRight } from './request.ts';
import {
  ACCOUNT,
  ALICE,
  OTHER,
  allow,
  ask,
  deny,
  keyPolicy,
  ownPolicy,
  session,
  subject,
  to,
} from './evaluate.fixture.ts';

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
