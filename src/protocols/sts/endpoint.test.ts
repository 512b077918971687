import { beforeEach, describe, expect, it } from 'vitest';
import { policyArn, roleArn, rootArn, userArn } from '../../identity/arn.ts';
import { issueAccessKey, suspendCredential } from '../../identity/credential.ts';
import { makeManagedPolicy, putManagedPolicy, removeManagedPolicy } from '../../identity/managed-policy.ts';
import { putPrincipal, type Member } from '../../identity/principal.ts';
import { withoutSessions, type Role } from '../../identity/role.ts';
import { makeService, putService } from '../../identity/service.ts';
import type { Tenant } from '../../identity/tenant.ts';
import { REGION, StsWorld, type Answer, type Keys } from './sts.fixture.ts';

const HOUR = 3_600_000;

let world: StsWorld;
let acme: Tenant;
let other: Tenant;
let alice: { member: Member; keys: Keys };
let role: Role;
let arn: string;

beforeEach(async () => {
  world = new StsWorld();
  acme = await world.tenant('acme');
  other = await world.tenant('other');
  alice = await world.user(acme, 'alice');
  role = await world.role(acme, 'Backup', [userArn(acme.accountId, 'alice')]);
  arn = roleArn(acme.accountId, 'Backup');
});

const assume = (keys: Keys, more: Readonly<Record<string, string>> = {}) =>
  world.call(keys, 'AssumeRole', { RoleArn: arn, RoleSessionName: 'nightly', ...more });
const whoIs = (keys: Keys) => world.call(keys, 'GetCallerIdentity');
const refusal = (answer: Answer) => [answer.status, answer.text('Code')];
const DENIED = [403, 'AccessDenied'];
const INVALID_TOKEN = [403, 'InvalidClientTokenId'];

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
