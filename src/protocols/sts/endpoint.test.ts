import { describe, expect, it } from 'vitest';
import { roleArn, rootArn, userArn } from '../../identity/arn.ts';
import { REGION, type Answer, type Keys } from './sts.fixture.ts';
import {
  acme,
  world,
  alice,
  assume,
  role,
  whoIs,
  arn,
  refusal,
  other,
  DENIED,
  eachWithARole,
} from './assumed-role.fixture.ts';

eachWithARole();

describe('GetCallerIdentity', () => {
  it('tells users, roots, and their sessions who they are', async () => {
    const { accountId } = acme;
    const root = await world.accessKey(acme, acme.tenantId, 'root');
    const ofUser = (await world.call(alice.keys, 'GetSessionToken')).keys();
    const ofRole = (await assume(alice.keys)).keys();
    const cases: [Keys, string, string][] = [
      [alice.keys, userArn(accountId, 'alice'), alice.member.id],
      [ofUser, userArn(accountId, 'alice'), alice.member.id],
      [root, rootArn(accountId), accountId],
      [ofRole, `arn:aws:sts::${accountId}:assumed-role/Backup/nightly`, `${role.id}:nightly`],
    ];
    for (const [keys, expected, userId] of cases) {
      const answer = await whoIs(keys);
      expect([answer.status, answer.text('Arn'), answer.text('UserId'), answer.text('Account')]).toEqual([
        200,
        expected,
        userId,
        accountId,
      ]);
    }
    expect(world.faults).toEqual([]);
  });

  it('reads a query as it was signed: a plus sign in it is a plus sign', async () => {
    for (const plus of ['%2B', '+']) {
      const named = await world.call(
        alice.keys,
        'AssumeRole',
        { RoleArn: arn, RoleSessionName: 'a+b' },
        { method: 'GET', plus },
      );
      expect(named.text('Arn')).toMatch(/\/a\+b$/);
    }
  });

  it('takes the request by GET and by query, for any region of the tenant and the global ones', async () => {
    expect((await world.call(alice.keys, 'GetCallerIdentity', {}, { method: 'GET' })).status).toBe(200);
    for (const region of [REGION, 'us-east-1', 'aws-global'])
      expect((await world.call(alice.keys, 'GetCallerIdentity', {}, { region })).status).toBe(200);
    const elsewhere = await world.call(alice.keys, 'GetCallerIdentity', {}, { region: 'ap-south-1' });
    expect(refusal(elsewhere)).toEqual([403, 'RegionDisabledException']);
  });
});

describe('AssumeRole', () => {
  it('answers credentials that end when they say, in the form of the query protocol', async () => {
    const answer = await assume(alice.keys, { DurationSeconds: '900', SourceIdentity: 'Alice' });
    expect(answer.xml).toMatch(
      /^<AssumeRoleResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><AssumeRoleResult><SourceIdentity>Alice<\/SourceIdentity><AssumedRoleUser>.*<\/AssumedRoleUser><Credentials>.*<\/Credentials><\/AssumeRoleResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/AssumeRoleResponse>$/,
    );
    expect(answer.text('Expiration')).toBe(new Date(world.clock() + 900_000).toISOString().replace('.000Z', 'Z'));
    world.clock.set(world.clock() + 900_000 - 1);
    expect((await whoIs(answer.keys())).status).toBe(200);
    world.clock.set(world.clock() + 1);
    expect(refusal(await whoIs(answer.keys()))).toEqual([403, 'ExpiredToken']);
  });

  it('tells the log of the caller and the log of the role', async () => {
    const theirs = await world.user(other, 'bob', ['administrator']);
    const answer = await assume(theirs.keys);
    expect(refusal(answer)).toEqual(DENIED);
    expect(world.entries(acme)).toEqual([]);
    await world.change(acme, {
      ...role,
      trust: role.trust.replace('user/alice', 'root').replace(acme.accountId, other.accountId),
    });
    expect((await assume(theirs.keys)).status).toBe(200);
    expect(world.entries(acme)).toMatchObject([
      { action: 'sts:AssumeRole', outcome: 'done', changes: [{ kind: 'credential' }] },
    ]);
    expect(world.entries(other)).toMatchObject([
      { action: 'sts:AssumeRole', outcome: 'refused' },
      { action: 'sts:AssumeRole', outcome: 'done' },
    ]);
  });

  it('asks the trust policy, and where that trusts an account, the policies of the caller too', async () => {
    const bob = await world.user(acme, 'bob');
    const admin = await world.user(acme, 'admin', ['administrator']);
    const foreign = await world.user(other, 'bob', ['user']);
    const foreignAdmin = await world.user(other, 'admin', ['administrator']);
    const open = await world.role(acme, 'Open', [acme.accountId, other.accountId]);
    const openArn = { RoleArn: roleArn(acme.accountId, open.name) };
    const named = await world.role(acme, 'Named', [userArn(other.accountId, 'bob')]);
    const namedArn = { RoleArn: roleArn(acme.accountId, named.name) };
    expect((await assume(alice.keys)).status).toBe(200);
    expect(refusal(await assume(bob.keys))).toEqual(DENIED);
    expect(refusal(await assume(admin.keys))).toEqual(DENIED);
    expect(refusal(await assume(bob.keys, openArn))).toEqual(DENIED);
    expect((await assume(admin.keys, openArn)).status).toBe(200);
    expect((await assume(foreignAdmin.keys, openArn)).status).toBe(200);
    expect(refusal(await assume(foreign.keys, openArn))).toEqual(DENIED);
    // Across accounts to be named is not enough.
    expect(refusal(await assume(foreign.keys, namedArn))).toEqual(DENIED);
  });

  it('says the same of a role that is not there as of one that trusts somebody else', async () => {
    const bob = await world.user(acme, 'bob', ['administrator']);
    const answers = [];
    for (const RoleArn of [
      arn,
      roleArn(acme.accountId, 'Nobody'),
      roleArn(acme.accountId, 'backup'),
      roleArn('999999999999', 'Backup'),
    ])
      answers.push((await assume(bob.keys, { RoleArn })).xml.replace(RoleArn, 'ROLE'));
    expect(new Set(answers).size).toBe(1);
    const reasons = world.entries(acme).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['access-denied']));
  });

  it.each<[string, Record<string, string>, string]>([
    ['no role', { RoleArn: '' }, "Value null at 'roleArn'"],
    ['no session name', { RoleSessionName: '' }, "Value null at 'roleSessionName'"],
    ['a short session name', { RoleSessionName: 'x' }, 'greater than or equal to 2'],
    ['a session name that breaks out', { RoleSessionName: 'a/b' }, 'regular expression pattern'],
    ['a session name in another script', { RoleSessionName: 'nіghtly' }, 'regular expression pattern'],
    ['an ARN of no role', { RoleArn: 'arn:aws:iam::111122223333:user/x' }, 'is invalid'],
    ['less than 15 minutes', { DurationSeconds: '899' }, 'greater than or equal to 900'],
    ['more than 12 hours', { DurationSeconds: '43201' }, 'less than or equal to 43200'],
    ['no number', { DurationSeconds: '1e3' }, 'whole number'],
    ['more than the role allows', { DurationSeconds: '3601' }, 'MaxSessionDuration'],
    ['a parameter that is not known', { Colour: 'red' }, 'The parameter Colour is not known'],
    [
      'a tag twice',
      { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '1', 'Tags.member.2.Key': 'A', 'Tags.member.2.Value': '2' },
      'twice',
    ],
    ['a transitive tag that is not given', { 'TransitiveTagKeys.member.1': 'a' }, 'not among Tags'],
    ['a policy of nobody', { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/Nobody' }, 'has not'],
  ])('refuses %s', async (_, parameters, text) => {
    const answer = await assume(alice.keys, parameters);
    expect(refusal(answer)).toEqual([400, 'ValidationError']);
    expect(answer.text('Message')).toContain(text.replaceAll("'", '&apos;'));
  });

  it('refuses session policies that are none, or too large together', async () => {
    expect(refusal(await assume(alice.keys, { Policy: '{"Statement":[' }))).toEqual([400, 'MalformedPolicyDocument']);
    const policy = JSON.stringify({ Statement: [], Id: 'x'.repeat(2000) });
    const arns = { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/user' };
    expect(refusal(await assume(alice.keys, { Policy: policy, ...arns }))).toEqual([400, 'PackedPolicyTooLarge']);
  });

  it('is not for roots, nor for second factors that nobody has', async () => {
    const root = await world.accessKey(acme, acme.tenantId, 'root');
    const open = await world.role(acme, 'Open', [acme.accountId]);
    const answer = await assume(root, { RoleArn: roleArn(acme.accountId, open.name) });
    expect([answer.status, answer.text('Message')]).toEqual([403, 'Roles may not be assumed by root accounts.']);
    expect(refusal(await assume(alice.keys, { SerialNumber: 'arn:x', TokenCode: '123456' }))).toEqual(DENIED);
  });

  it('chains for an hour at most; source identity and transitive tags go on and stay', async () => {
    const first = await world.role(acme, 'First', [userArn(acme.accountId, 'alice')]);
    const second = await world.role(acme, 'Second', [roleArn(acme.accountId, 'First')], {
      maxSessionSeconds: 7200,
    });
    const tags = {
      'Tags.member.1.Key': 'team',
      'Tags.member.1.Value': 'red',
      'Tags.member.2.Key': 'shift',
      'Tags.member.2.Value': 'night',
      'TransitiveTagKeys.member.1': 'team',
    };
    const opened = await assume(alice.keys, {
      RoleArn: roleArn(acme.accountId, first.name),
      SourceIdentity: 'Alice',
      ...tags,
    });
    const next = { RoleArn: roleArn(acme.accountId, second.name) };
    const long = await assume(opened.keys(), { ...next, DurationSeconds: '3601' });
    expect([long.status, long.text('Message')]).toEqual([
      400,
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    ]);
    const chained = await assume(opened.keys(), next);
    expect(chained.text('SourceIdentity')).toBe('Alice');
    const { principal } = (await world.directory.byAccessKey(chained.keys().accessKeyId)) ?? {};
    expect([[...(principal?.tags ?? [])], principal?.sourceIdentity]).toEqual([[['team', 'red']], 'Alice']);
    for (const change of [{ SourceIdentity: 'Bob' }, { 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': 'blue' }])
      expect(refusal(await assume(opened.keys(), { ...next, ...change } as Record<string, string>))).toEqual([
        400,
        'ValidationError',
      ]);
  });
});

describe('requests that prove nobody or name nothing', () => {
  it.each<[string, () => Promise<Answer>, number, string]>([
    [
      'no signature',
      () =>
        world.send({
          method: 'GET',
          query: 'Action=GetCallerIdentity&Version=2011-06-15',
          rawHeaders: ['Host', 'sts.test'],
          body: Buffer.alloc(0),
        }),
      403,
      'MissingAuthenticationToken',
    ],
    [
      'an unknown key',
      () => whoIs({ ...alice.keys, accessKeyId: 'KSIAAAAAAAAAAAAAAAAA' }),
      403,
      'InvalidClientTokenId',
    ],
    ['a wrong secret', () => whoIs({ ...alice.keys, secretAccessKey: 'x'.repeat(40) }), 403, 'SignatureDoesNotMatch'],
    ['a token that is not wanted', () => whoIs({ ...alice.keys, sessionToken: 'x' }), 403, 'InvalidClientTokenId'],
    [
      'another service',
      () => world.call(alice.keys, 'GetCallerIdentity', {}, { service: 'kms' }),
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'an old signature',
      () => world.call(alice.keys, 'GetCallerIdentity', {}, { skewMs: -16 * 60_000 }),
      403,
      'SignatureDoesNotMatch',
    ],
    ['no action', () => world.call(alice.keys, '', {}, { rawBody: 'Version=2011-06-15' }), 400, 'MissingAction'],
    ['another action', () => world.call(alice.keys, 'GetFederationToken'), 400, 'InvalidAction'],
    ['an action of every object', () => world.call(alice.keys, 'constructor'), 400, 'InvalidAction'],
    [
      'another version',
      () => world.call(alice.keys, 'GetCallerIdentity', {}, { rawBody: 'Action=GetCallerIdentity&Version=2010-01-01' }),
      400,
      'InvalidAction',
    ],
    [
      'a parameter that is not known',
      () => world.call(alice.keys, 'GetCallerIdentity', { Colour: 'red' }),
      400,
      'ValidationError',
    ],
    [
      'a parameter twice',
      () =>
        world.call(alice.keys, '', {}, { rawBody: 'Action=AssumeRole&Action=GetCallerIdentity&Version=2011-06-15' }),
      400,
      'InvalidQueryParameter',
    ],
    ['a broken encoding', () => world.call(alice.keys, '', {}, { rawBody: 'Action=%zz' }), 400, 'MalformedQueryString'],
  ])('%s', async (_, ask, status, code) => {
    const answer = await ask();
    expect(refusal(answer)).toEqual([status, code]);
    expect(answer.xml).toMatch(/^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type>/);
    expect(world.faults).toEqual([]);
  });

  it('are not taken oftener than the tenant may ask, and another tenant is not held up', async () => {
    world.rates.sts = { perSecond: 1, burst: 2 };
    const bob = await world.user(other, 'bob');
    const codes = [];
    for (const keys of [alice.keys, alice.keys, alice.keys, bob.keys]) codes.push((await whoIs(keys)).text('Code'));
    expect(codes).toEqual([undefined, undefined, 'Throttling', undefined]);
    world.clock.set(world.clock() + 1000);
    expect((await whoIs(alice.keys)).status).toBe(200);
  });

  it('escapes what it repeats', async () => {
    const answer = await world.call(alice.keys, '<x>&"\u0001');
    expect(answer.text('Message')).toContain('&lt;x&gt;&amp;&quot;?');
  });

  it('keeps secrets out of the log', async () => {
    const { secretAccessKey, sessionToken } = (await assume(alice.keys)).keys();
    const log = world.store
      .entries()
      .map(({ leaf, ...rest }) => String(leaf) + JSON.stringify(rest))
      .join();
    for (const secret of [secretAccessKey, sessionToken as string, alice.keys.secretAccessKey])
      expect(log).not.toContain(secret);
  });
});
