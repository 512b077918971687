import { describe, expect, it } from 'vitest';
import { policyArn, roleArn } from '../../identity/arn.ts';
import { issueAccessKey, suspendCredential } from '../../identity/credential.ts';
import { makeManagedPolicy, putManagedPolicy, removeManagedPolicy } from '../../identity/managed-policy.ts';
import { putPrincipal } from '../../identity/principal.ts';
import { withoutSessions } from '../../identity/role.ts';
import type { Answer, Keys } from './sts.fixture.ts';
import {
  acme,
  world,
  assume,
  alice,
  refusal,
  DENIED,
  role,
  whoIs,
  INVALID_TOKEN,
  other,
  eachWithARole,
} from './assumed-role.fixture.ts';

eachWithARole();

const HOUR = 3_600_000;

describe('what a session hands on to the next', () => {
  const tagged = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'red', 'TransitiveTagKeys.member.1': 'team' };

  /** A role that a session of the first one may assume, by these actions. */
  async function next(actions: string[], condition: object = {}): Promise<Record<string, string>> {
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: roleArn(acme.accountId, 'Backup') },
      Action: actions,
      Condition: condition,
    };
    const { name } = await world.role(acme, `Next-${actions.length}-${JSON.stringify(condition).length}`, trust);
    return { RoleArn: roleArn(acme.accountId, name) };
  }

  it('takes the permissions of setting it anew, which a role may not give', async () => {
    const [plain, sourced] = [await next(['sts:AssumeRole']), await next(['sts:AssumeRole', 'sts:SetSourceIdentity'])];
    const withTags = (await assume(alice.keys, tagged)).keys();
    expect(refusal(await assume(withTags, plain))).toEqual(DENIED);
    const withSource = (await assume(alice.keys, { SourceIdentity: 'Alice' })).keys();
    expect(refusal(await assume(withSource, plain))).toEqual(DENIED);
    expect((await assume(withSource, sourced)).status).toBe(200);
    expect((await assume((await assume(alice.keys)).keys(), plain)).status).toBe(200);
  });

  it('is among the tags that a trust policy asks about', async () => {
    const all = ['sts:AssumeRole', 'sts:TagSession'];
    const session = (await assume(alice.keys, tagged)).keys();
    for (const [condition, isAllowed] of [
      [{ StringEqualsIfExists: { 'aws:RequestTag/Team': 'red' } }, true],
      [{ StringEqualsIfExists: { 'aws:RequestTag/team': 'blue!' } }, false],
      [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['shift'] } }, false],
      [{ 'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['shifts'] } }, false],
    ] as const)
      expect((await assume(session, await next(all, condition))).status).toBe(isAllowed ? 200 : 403);
  });

  it('has a limit with what is added to it', async () => {
    const tags = (prefix: string, count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          [`Tags.member.${i + 1}.Key`, `${prefix}${i}`],
          [`Tags.member.${i + 1}.Value`, 'x'],
          [`TransitiveTagKeys.member.${i + 1}`, `${prefix}${i}`],
        ]).flat(),
      ) as Record<string, string>;
    const role = await next(['sts:AssumeRole', 'sts:TagSession']);
    const session = (await assume(alice.keys, tags('a', 30))).keys();
    expect((await assume(session, { ...role, ...tags('b', 20) })).status).toBe(200);
    expect(refusal(await assume(session, { ...role, ...tags('b', 21) }))).toEqual([400, 'ValidationError']);
  });
});

describe('a session policy', () => {
  const chain = { RoleArn: '', RoleSessionName: 'next' };
  const policy = (effect: string, action: string) =>
    JSON.stringify({ Statement: { Effect: effect, Action: action, Resource: '*' } });

  it.each<[string, Record<string, string>, boolean]>([
    ['none', {}, true],
    ['one that allows', { Policy: policy('Allow', 'sts:*') }, true],
    ['one that allows something else', { Policy: policy('Allow', 'kms:*') }, false],
    ['one that denies', { Policy: policy('Deny', 'sts:*') }, false],
    ['a managed one that allows', { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/administrator' }, true],
    ['a managed one that does not', { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/user' }, false],
  ])('bounds what the role may: %s', async (_, parameters, isAllowed) => {
    await world.change(acme, { ...role, policies: ['administrator'] });
    const open = await world.role(acme, 'Open', [acme.accountId]);
    const keys = (await assume(alice.keys, parameters)).keys();
    const answer = await world.call(keys, 'AssumeRole', { ...chain, RoleArn: roleArn(acme.accountId, open.name) });
    expect(answer.status).toBe(isAllowed ? 200 : 403);
  });

  it('by a policy of the tenant follows its changes, and without the policy there is no session', async () => {
    const document = policy('Allow', 'sts:*');
    const wanted = { name: 'bound', description: '', document };
    const made = makeManagedPolicy(acme, wanted, world.clock(), world.random);
    await world.commit(made.write);
    await world.change(acme, { ...role, policies: ['administrator'] });
    const open = await world.role(acme, 'Open', [acme.accountId]);
    const arns = { 'PolicyArns.member.1.arn': policyArn(acme.accountId, 'bound') };
    const answer = await assume(alice.keys, arns);
    expect(Number(answer.text('PackedPolicySize'))).toBeGreaterThan(0);
    const keys = answer.keys();
    const may = async () =>
      (await world.call(keys, 'AssumeRole', { ...chain, RoleArn: roleArn(acme.accountId, open.name) })).status;
    expect(await may()).toBe(200);
    const changed = putManagedPolicy(acme, made.policy, { document: policy('Allow', 'kms:*') });
    await world.commit(changed.write);
    expect(await may()).toBe(403);
    expect((await whoIs(keys)).status).toBe(200);
    await world.commit(removeManagedPolicy(changed.policy));
    expect(refusal(await whoIs(keys))).toEqual(INVALID_TOKEN);
    const foreign = { 'PolicyArns.member.1.arn': policyArn(other.accountId, 'bound') };
    expect(refusal(await assume(alice.keys, foreign))).toEqual([400, 'ValidationError']);
  });
});

describe('GetSessionToken', () => {
  it('lasts 12 hours where nothing is said, and an hour for a root whatever is said', async () => {
    const root = await world.accessKey(acme, acme.tenantId, 'root');
    const lasts = (answer: Answer) => Date.parse(answer.text('Expiration') as string) - world.clock();
    expect(lasts(await world.call(alice.keys, 'GetSessionToken'))).toBe(12 * HOUR);
    expect(lasts(await world.call(alice.keys, 'GetSessionToken', { DurationSeconds: '129600' }))).toBe(36 * HOUR);
    expect(lasts(await world.call(root, 'GetSessionToken', { DurationSeconds: '129600' }))).toBe(HOUR);
    const beyond = await world.call(alice.keys, 'GetSessionToken', { DurationSeconds: '129601' });
    expect(refusal(beyond)).toEqual([400, 'ValidationError']);
  });

  it('is not for sessions', async () => {
    const session = (await world.call(alice.keys, 'GetSessionToken')).keys();
    expect(refusal(await world.call(session, 'GetSessionToken'))).toEqual(DENIED);
  });
});

describe('a session is over at once', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['when its role is deleted', () => world.change(acme, { ...role, state: 'deleted', policies: [] })],
    ['when the sessions of its role are revoked', () => world.change(acme, withoutSessions(role, world.clock()))],
    [
      'when the user who opened it is suspended',
      () => world.commit(putPrincipal(acme, { ...alice.member, state: 'suspended' }).write),
    ],
    [
      'when the user who opened it is deleted',
      () => world.commit(putPrincipal(acme, { ...alice.member, state: 'deleted' }).write),
    ],
    ['when the access key that opened it is taken back', () => suspend(alice.keys)],
  ])('%s', async (_, end) => {
    const ofRole = (await assume(alice.keys)).keys();
    const second = await world.role(acme, 'Second', [roleArn(acme.accountId, 'Backup')]);
    const chained = (await assume(ofRole, { RoleArn: roleArn(acme.accountId, second.name) })).keys();
    expect((await whoIs(ofRole)).status).toBe(200);
    expect((await whoIs(chained)).status).toBe(200);
    await end();
    expect(refusal(await whoIs(ofRole))).toEqual(INVALID_TOKEN);
    // What a session opened stands on the access key below, as the session did.
    expect((await whoIs(chained)).status).toBe(_.includes('role') ? 200 : 403);
  });

  it('when it is taken back itself, and no other', async () => {
    const [one, two] = [(await assume(alice.keys)).keys(), (await assume(alice.keys)).keys()];
    await suspend(one);
    expect(refusal(await whoIs(one))).toEqual(INVALID_TOKEN);
    expect((await whoIs(two)).status).toBe(200);
  });

  it('and one that is opened in the moment of a revocation lives', async () => {
    await world.change(acme, withoutSessions(role, world.clock()));
    expect((await whoIs((await assume(alice.keys)).keys())).status).toBe(200);
  });

  it.each([-HOUR, 0, HOUR])('whatever the clock that revokes says: it is off by %i ms', async (offMs) => {
    const before = (await assume(alice.keys)).keys();
    const revoked = await world.change(acme, withoutSessions(role, world.clock() + offMs));
    expect(refusal(await whoIs(before))).toEqual(INVALID_TOKEN);
    const after = (await assume(alice.keys)).keys();
    expect((await whoIs(after)).status).toBe(200);
    await world.change(acme, withoutSessions(revoked, world.clock() - offMs));
    expect(refusal(await whoIs(after))).toEqual(INVALID_TOKEN);
  });

  it('also where a role was revoked before revocations were counted', async () => {
    const before = (await assume(alice.keys)).keys();
    await world.change(acme, { ...role, sessionsRevokedAtMs: 1 });
    expect(refusal(await whoIs(before))).toEqual(INVALID_TOKEN);
    expect((await whoIs((await assume(alice.keys)).keys())).status).toBe(200);
  });

  it('when a session of the admin API that opened it ends, through any chain', async () => {
    const end = world.clock() + HOUR / 2;
    const low = issueAccessKey(acme, alice.member.id, end, world.clock(), world.random);
    await world.commit(low.write);
    const opened = await assume({
      accessKeyId: low.credential.id,
      secretAccessKey: low.secret.toString('ascii'),
      sessionToken: String(low.sessionToken),
    });
    const second = await world.role(acme, 'Second', [roleArn(acme.accountId, 'Backup')]);
    const chained = await assume(opened.keys(), { RoleArn: roleArn(acme.accountId, second.name) });
    for (const answer of [opened, chained]) expect(Date.parse(answer.text('Expiration') as string)).toBe(end);
    world.clock.set(end);
    for (const answer of [opened, chained]) expect(refusal(await whoIs(answer.keys()))[1]).toBe('ExpiredToken');
  });

  it('but not over a second revocation in that moment', async () => {
    const once = await world.change(acme, withoutSessions(role, world.clock()));
    const session = (await assume(alice.keys)).keys();
    await world.change(acme, withoutSessions(once, world.clock()));
    expect(refusal(await whoIs(session))).toEqual(INVALID_TOKEN);
  });

  it('also a session of a user, with the user', async () => {
    const session = (await world.call(alice.keys, 'GetSessionToken')).keys();
    await world.commit(putPrincipal(acme, { ...alice.member, state: 'suspended' }).write);
    expect(refusal(await whoIs(session))).toEqual(INVALID_TOKEN);
  });

  async function suspend({ accessKeyId }: Keys): Promise<void> {
    const proof = await world.directory.byAccessKey(accessKeyId);
    if (proof) await world.commit(suspendCredential(acme, proof.credential));
  }
});
