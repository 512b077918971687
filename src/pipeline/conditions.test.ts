import { describe, expect, it } from 'vitest';
import type { Principal } from '../identity/principal.ts';
import { makeSpace, newKey, NOW } from '../keys/key-space.fixture.ts';
import { OpenKey } from '../keys/open-key.ts';
import type { Target } from './act.ts';
import { CONDITION_KEYS, type Asker } from './condition-keys.ts';
import { Conditions } from './conditions.ts';

const ACCOUNT = '111122223333';
const user: Principal = {
  tenantId: 't',
  accountId: ACCOUNT,
  kind: 'user',
  id: 'user-id',
  name: 'alice',
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  tags: new Map([['Team', 'red']]),
  policies: [],
  credentialId: 'c',
  strength: 'secret-key',
  cacheKey: 'x',
};
const session: Principal = {
  ...user,
  kind: 'role',
  id: 'role-id',
  name: 'deploy',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/monday`,
  names: [`arn:aws:iam::${ACCOUNT}:role/deploy`],
  sessionName: 'monday',
  sessionIssuedAtMs: Date.UTC(2026, 10, 21),
  sourceIdentity: 'alice',
};
const root: Principal = { ...user, kind: 'root', name: 'root', arn: `arn:aws:iam::${ACCOUNT}:root` };
const service: Principal = { ...user, kind: 'service', service: 'backup.amazonaws.com' };

const space = makeSpace();
const open = new OpenKey(newKey(space, { tags: [{ key: 'Team', value: 'blue' }] }), space);
const target: Target = { action: 'kms:Encrypt', resource: '*', key: open, accountId: ACCOUNT };
const from = (address: string, isSecure?: boolean): Asker['source'] => ({
  protocol: 'aws-kms',
  address,
  userAgent: 'aws-cli/2',
  ...(isSecure !== undefined && { isSecure }),
});
const about = (principal: Principal, source = from('192.0.2.1', true), of = target, nowMs = NOW) =>
  new Conditions({ call: { principal, source }, target: of, nowMs });

describe('what every request has', () => {
  it.each<[string, Principal, readonly string[] | undefined]>([
    ['aws:principalarn', user, [user.arn]],
    ['aws:principalarn', session, [`arn:aws:iam::${ACCOUNT}:role/deploy`]],
    ['aws:principaltype', user, ['User']],
    ['aws:principaltype', session, ['AssumedRole']],
    ['aws:principaltype', root, ['Account']],
    ['aws:principaltype', service, undefined],
    ['aws:userid', user, ['user-id']],
    ['aws:userid', session, ['role-id:monday']],
    ['aws:userid', root, [ACCOUNT]],
    ['aws:username', user, ['alice']],
    ['aws:username', session, undefined],
    ['aws:username', root, undefined],
    ['aws:principaltag/team', user, ['red']],
    ['aws:principaltag/none', user, []],
    ['aws:tokenissuetime', user, undefined],
    ['aws:tokenissuetime', session, ['2026-11-21T00:00:00Z']],
    ['aws:sourceidentity', session, ['alice']],
    ['aws:principalisawsservice', user, ['false']],
    ['aws:principalisawsservice', service, ['true']],
    ['aws:principalservicename', service, ['backup.amazonaws.com']],
    ['aws:resourcetag/team', user, ['blue']],
    ['aws:resourceaccount', user, [ACCOUNT]],
    ['aws:requestedregion', user, [open.key.region]],
    ['aws:useragent', user, ['aws-cli/2']],
    ['aws:multifactorauthpresent', user, undefined],
    ['kms:keyspec', user, ['SYMMETRIC_DEFAULT']],
    ['kms:multiregionkeytype', user, undefined],
    ['kms:viaservice', service, undefined],
    ['__proto__', user, undefined],
    ['', user, undefined],
  ])('%s', (key, principal, expected) => expect(about(principal).values(key)).toEqual(expected));

  it('knows where from, and does not guess', () => {
    expect(about(user, from('::ffff:192.0.2.7')).values('aws:sourceip')).toEqual(['192.0.2.7']);
    expect(about(user, from('2001:db8::1')).values('aws:sourceip')).toEqual(['2001:db8::1']);
    expect(about(user, from('')).values('aws:sourceip')).toBeUndefined();
    expect(about(user, from('x', true)).values('aws:securetransport')).toEqual(['true']);
    expect(about(user, from('x', false)).values('aws:securetransport')).toEqual(['false']);
    expect(about(user, from('x')).values('aws:securetransport')).toBeUndefined();
  });

  it('has nothing of a key where there is none', () => {
    const without = about(user, from('x'), { action: 'kms:CreateKey', resource: '*' });
    for (const key of ['kms:keyspec', 'kms:resourcealiases', 'aws:resourcetag/team', 'aws:requestedregion'])
      expect(without.values(key)).toBeUndefined();
  });

  it('comes before what a protocol says; what it does not know, the protocol may', () => {
    const context = { values: (key: string) => [`said ${key}`] };
    const asked = about(user, from('192.0.2.1', true), { ...target, context });
    expect(asked.values('aws:principalarn')).toEqual([user.arn]);
    expect(asked.values('aws:sourceip')).toEqual(['192.0.2.1']);
    expect(asked.values('kms:keyspec')).toEqual(['SYMMETRIC_DEFAULT']);
    expect(asked.values('kms:requestalias')).toEqual(['said kms:requestalias']);
  });

  it('is read without a fault for every key of the table', () => {
    for (const principal of [user, session, root, service])
      for (const { name } of CONDITION_KEYS) {
        const found = about(principal).values(`${name.toLowerCase()}${/[/:]$/.test(name) ? 'x' : ''}`);
        expect(found === undefined || found.every((value) => typeof value === 'string')).toBe(true);
      }
  });
});
