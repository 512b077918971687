import { describe, expect, it } from 'vitest';
import { roleArn, userArn } from '../../identity/arn.ts';
import type { Role } from '../../identity/role.ts';
import { makeService, putService } from '../../identity/service.ts';
import {
  acme,
  world,
  assume,
  alice,
  other,
  refusal,
  DENIED,
  whoIs,
  INVALID_TOKEN,
  eachWithARole,
} from './assumed-role.fixture.ts';

eachWithARole();

describe('what a trust policy asks', () => {
  const trusting = (condition: object, action: string | string[] = 'sts:AssumeRole') => ({
    Effect: 'Allow',
    Principal: { AWS: userArn(acme.accountId, 'alice') },
    Action: action,
    Condition: condition,
  });

  it.each<[string, object, Record<string, string>, boolean]>([
    ['the right external id', { StringEquals: { 'sts:ExternalId': 'blue' } }, { ExternalId: 'blue' }, true],
    ['another external id', { StringEquals: { 'sts:ExternalId': 'blue' } }, { ExternalId: 'Blue' }, false],
    ['no external id', { StringEquals: { 'sts:ExternalId': 'blue' } }, {}, false],
    [
      'the session name',
      { StringLike: { 'sts:RoleSessionName': '${aws:username}-*' } },
      { RoleSessionName: 'alice-1' },
      true,
    ],
    ['another session name', { StringLike: { 'sts:RoleSessionName': '${aws:username}-*' } }, {}, false],
    ['who asks', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/ali*' } }, {}, true],
    ['somebody else', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/bob' } }, {}, false],
    ['the region', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, {}, true],
    ['another region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, {}, false],
    ['a tag of the role', { StringEquals: { 'aws:ResourceTag/stage': 'test' } }, {}, true],
    ['another tag of the role', { StringEquals: { 'aws:ResourceTag/stage': 'live' } }, {}, false],
    ['a connection without TLS', { Bool: { 'aws:SecureTransport': 'true' } }, {}, false],
  ])('%s', async (_, condition, parameters, isAllowed) => {
    const asked = await world.role(acme, 'Asked', trusting(condition), { tags: [{ key: 'Stage', value: 'test' }] });
    const answer = await assume(alice.keys, { RoleArn: roleArn(acme.accountId, asked.name), ...parameters });
    expect(answer.status).toBe(isAllowed ? 200 : 403);
  });

  it('gives the external id to sts:AssumeRole alone', async () => {
    const known = { StringEquals: { 'sts:ExternalId': 'blue' } };
    const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
    const { name } = await world.role(acme, 'External', trusting(known, all));
    const ask = async (more: object) =>
      (await assume(alice.keys, { RoleArn: roleArn(acme.accountId, name), ExternalId: 'blue', ...more })).status;
    expect(await ask({})).toBe(200);
    expect(await ask({ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'red' })).toBe(403);
    expect(await ask({ SourceIdentity: 'Alice' })).toBe(403);
  });

  it('tags and a source identity take permissions of their own', async () => {
    const plain = await world.role(acme, 'Plain', trusting({}));
    const full = await world.role(
      acme,
      'Full',
      trusting({ StringEqualsIfExists: { 'aws:RequestTag/team': 'red', 'sts:SourceIdentity': 'Alice' } }, [
        'sts:AssumeRole',
        'sts:TagSession',
        'sts:SetSourceIdentity',
      ]),
    );
    const tag = (value: string) => ({ 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': value });
    const ask = async ({ name }: Role, parameters: object) =>
      (await assume(alice.keys, { RoleArn: roleArn(acme.accountId, name), ...parameters })).status;
    expect(await ask(plain, tag('red'))).toBe(403);
    expect(await ask(plain, { SourceIdentity: 'Alice' })).toBe(403);
    expect(await ask(full, { ...tag('red'), SourceIdentity: 'Alice' })).toBe(200);
    expect(await ask(full, tag('blue'))).toBe(403);
    expect(await ask(full, { SourceIdentity: 'Bob' })).toBe(403);
  });
});

describe('a service', () => {
  it('assumes a role that trusts it for a resource, and opens no other session', async () => {
    const made = makeService(other, 'backup.example.com', world.clock(), world.random);
    await world.commit(made.write);
    const keys = await world.accessKey(other, made.service.id, 'service');
    const trust = { Effect: 'Allow', Principal: { Service: 'backup.example.com' }, Action: 'sts:AssumeRole' };
    const ofService = await world.role(acme, 'OfService', trust);
    const parameters = { RoleArn: roleArn(acme.accountId, ofService.name) };
    const opened = await assume(keys, parameters);
    expect(opened.status).toBe(200);
    expect(refusal(await assume(alice.keys, parameters))).toEqual(DENIED);
    expect(refusal(await world.call(keys, 'GetSessionToken'))).toEqual(DENIED);
    const arnOf = { ArnEquals: { 'aws:SourceArn': 'arn:aws:backup:eu-central-1:111122223333:plan/a' } };
    const bound = await world.role(acme, 'Bound', { ...trust, Condition: arnOf });
    const ask = async (plan: string) => {
      const headers = { 'x-amz-source-arn': `arn:aws:backup:eu-central-1:111122223333:plan/${plan}` };
      const names = { RoleArn: roleArn(acme.accountId, bound.name), RoleSessionName: 'nightly' };
      return (await world.call(keys, 'AssumeRole', names, { headers })).status;
    };
    expect([await ask('a'), await ask('b')]).toEqual([200, 403]);
    await world.commit(putService(other, { ...made.service, state: 'suspended' }).write);
    expect(refusal(await whoIs(opened.keys()))).toEqual(INVALID_TOKEN);
  });
});
