import { beforeEach, describe, expect, it } from 'vitest';
import { roleArn, userArn } from '../../identity/arn.ts';
import { issueAccessKey, suspendCredential, type SessionTerms } from '../../identity/credential.ts';
import { makeManagedPolicy, putManagedPolicy } from '../../identity/managed-policy.ts';
import { putPrincipal } from '../../identity/principal.ts';
import { makeRole, putRole, revocationsOf, withoutSessions, type Role } from '../../identity/role.ts';
import type { Write } from '../../records/commit.ts';
import { World, type Account, type Actor } from './endpoint.fixture.ts';

const HOUR = 3_600_000;
const TRUST = '{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}';
const allow = (action: string, Effect = 'Allow') =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect, Action: action, Resource: '*' } });
const INVALID = { status: 400, type: 'UnrecognizedClientException' };
const DENIED = { status: 400, type: 'AccessDeniedException' };

let world: World;
let one: Account;
let role: Role;
let KeyId: string;

async function commit(...writes: Write[]): Promise<void> {
  const { tenantId } = one.tenant;
  const entry = { tenantId, timeMs: world.clock(), principal: 'test', action: 'test:SetUp', requestId: 'r' } as const;
  const rest = { outcome: 'done', change: true, details: {}, salt: world.random(16) } as const;
  await world.store.commit({ writes, entries: [{ ...entry, ...rest }] });
}

/** A session of the role, or of the administrator. */
async function session(of: 'role' | 'user', terms: Partial<SessionTerms> = {}): Promise<Actor> {
  const source = { tenantId: one.tenant.tenantId, credentialId: one.admin.accessKeyId };
  const issue = {
    session: { source, openedBy: one.admin.principal.arn, name: 'nightly', revocations: revocationsOf(role), ...terms },
    ...(of === 'role' && { holder: 'role' as const }),
  };
  const id = of === 'role' ? role.id : one.admin.principal.id;
  const made = issueAccessKey(one.tenant, id, world.clock() + HOUR, world.clock(), world.random, issue);
  await commit(made.write);
  const { principal } = (await world.directory.byAccessKey(made.credential.id)) ?? {};
  if (principal === undefined) throw new Error('the session proves nobody');
  return {
    principal,
    accessKeyId: made.credential.id,
    secret: made.secret.toString('ascii'),
    sessionToken: (made.sessionToken as Buffer).toString('ascii'),
  };
}

async function change(after: Partial<Role>): Promise<void> {
  const put = putRole(one.tenant, { ...role, ...after });
  await commit(put.write);
  role = put.role;
}

beforeEach(async () => {
  world = new World();
  one = await world.account();
  const wanted = { name: 'Backup', description: '', trust: TRUST, maxSessionSeconds: 3600 };
  const made = makeRole(one.tenant, wanted, world.clock(), world.random);
  role = made.role;
  await commit(made.write);
  ({ KeyId } = (await world.call(one.admin, 'CreateKey')).body.KeyMetadata);
});

const encrypt = (actor: Actor) => world.call(actor, 'Encrypt', { KeyId, Plaintext: Buffer.from('x') });

describe('a session', () => {
  it('is told that it expired, by who has its secret and its token alone', async () => {
    const actor = await session('user');
    const { sessionToken: _, ...withoutToken } = actor;
    expect((await encrypt(actor)).status).toBe(200);
    expect(await encrypt(withoutToken)).toMatchObject(INVALID);
    expect(await encrypt({ ...actor, sessionToken: 'A'.repeat(64) })).toMatchObject(INVALID);
    world.clock.set(world.clock() + HOUR);
    expect(await encrypt(actor)).toMatchObject({
      status: 400,
      type: 'ExpiredTokenException',
      text: 'The security token included in the request is expired',
    });
    expect(await encrypt({ ...actor, sessionToken: 'A'.repeat(64) })).toMatchObject(INVALID);
    expect(await encrypt({ ...actor, secret: 'x'.repeat(40) })).toMatchObject({ type: 'InvalidSignatureException' });
  });

  it('of a role may what its policies say at the moment, whatever was decided before', async () => {
    const actor = await session('role');
    expect(await encrypt(actor)).toMatchObject(DENIED);
    await change({ policies: ['user'] });
    expect((await encrypt(actor)).status).toBe(200);
    await change({ inline: [{ name: 'not', document: allow('kms:Encrypt', 'Deny') }] });
    expect(await encrypt(actor)).toMatchObject(DENIED);
    await change({ inline: [], policies: [] });
    expect(await encrypt(actor)).toMatchObject(DENIED);
    const policy = makeManagedPolicy(
      one.tenant,
      { name: 'p', description: '', document: allow('kms:Encrypt') },
      world.clock(),
      world.random,
    );
    await commit(policy.write);
    await change({ policies: [policy.policy.id] });
    expect((await encrypt(actor)).status).toBe(200);
    await commit(putManagedPolicy(one.tenant, policy.policy, { document: allow('kms:Decrypt') }).write);
    expect(await encrypt(actor)).toMatchObject(DENIED);
  });

  it('is bound by what it was opened with, and another of the same role is not', async () => {
    await change({ policies: ['user'] });
    const [bound, free] = [await session('role', { policy: allow('kms:Decrypt') }), await session('role')];
    expect((await encrypt(free)).status).toBe(200);
    expect(await encrypt(bound)).toMatchObject(DENIED);
    expect((await encrypt(free)).status).toBe(200);
  });

  it.each<[string, () => Promise<void>]>([
    ['the sessions of the role are revoked', () => revoke()],
    ['the role is deleted', () => change({ state: 'deleted' })],
    ['the user who opened it is suspended', suspendAdmin],
    ['the access key that opened it is suspended', suspendKey],
  ])('of a role is refused at once when %s', async (_, end) => {
    await change({ policies: ['user'] });
    const actor = await session('role');
    expect((await encrypt(actor)).status).toBe(200);
    await end();
    expect(await encrypt(actor)).toMatchObject(INVALID);
  });

  async function revoke(): Promise<void> {
    await change(withoutSessions(role, world.clock()));
  }

  async function suspendAdmin(): Promise<void> {
    const member = await world.directory.member(one.tenant, one.admin.principal.id);
    if (member) await commit(putPrincipal(one.tenant, { ...member, state: 'suspended' }).write);
  }

  async function suspendKey(): Promise<void> {
    const proof = await world.directory.byAccessKey(one.admin.accessKeyId);
    if (proof) await commit(suspendCredential(one.tenant, proof.credential));
  }
});

describe('the policy of a key', () => {
  const naming = (...principals: string[]) => ({
    KeyId,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: one.accountId }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: principals }, Action: 'kms:Encrypt', Resource: '*' },
      ],
    }),
  });
  const put = (...principals: string[]) => world.call(one.admin, 'PutKeyPolicy', naming(...principals));

  it('names roles and sessions, and lets them in', async () => {
    const actor = await session('role');
    const stranger = await session('role', { name: 'daily' });
    expect((await put(roleArn(one.accountId, 'Backup'))).status).toBe(200);
    expect((await encrypt(actor)).status).toBe(200);
    expect((await put(actor.principal.arn)).status).toBe(200);
    expect((await encrypt(actor)).status).toBe(200);
    expect(await encrypt(stranger)).toMatchObject(DENIED);
  });

  it.each([
    ['a role that is not there', () => roleArn(one.accountId, 'Nobody')],
    ['a role in another spelling', () => roleArn(one.accountId, 'backup')],
    ['a user in another spelling', () => userArn(one.accountId, 'ADMIN')],
    ['a session of a role that is not there', () => `arn:aws:sts::${one.accountId}:assumed-role/Nobody/nightly`],
    ['a role of another account', () => roleArn('999999999999', 'Backup')],
  ])('does not name %s', async (_, name) => {
    expect(await put(name())).toMatchObject({ status: 400, type: 'MalformedPolicyDocumentException' });
  });

  it('lets a session in that it names itself, whatever its own policies leave out; one of a named role they bind', async () => {
    const bound = await session('role', { policy: allow('kms:Decrypt') });
    const denied = await session('role', { policy: allow('kms:Encrypt', 'Deny') });
    await put(roleArn(one.accountId, 'Backup'));
    expect(await encrypt(bound)).toMatchObject(DENIED);
    await put(bound.principal.arn);
    expect((await encrypt(bound)).status).toBe(200);
    const refused = await encrypt(denied);
    expect(refused).toMatchObject(DENIED);
    expect(refused.text).toContain('explicit deny in a session policy');
  });

  it('spares nobody by NotPrincipal but who is named with role and account', async () => {
    const actor = await session('role');
    const others = (...AWS: string[]) =>
      world.call(one.admin, 'PutKeyPolicy', {
        KeyId,
        BypassPolicyLockoutSafetyCheck: true,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: [one.accountId, roleArn(one.accountId, 'Backup')] },
              Action: 'kms:*',
              Resource: '*',
            },
            { Effect: 'Deny', NotPrincipal: { AWS }, Action: 'kms:Encrypt', Resource: '*' },
          ],
        }),
      });
    const all = [one.accountId, roleArn(one.accountId, 'Backup'), actor.principal.arn];
    expect((await others(...all)).status).toBe(200);
    expect((await encrypt(actor)).status).toBe(200);
    expect(await encrypt(one.admin)).toMatchObject(DENIED);
    for (const missing of all) {
      await others(...all.filter((name) => name !== missing));
      expect(await encrypt(actor)).toMatchObject(DENIED);
    }
  });

  it('does not name a role that was deleted', async () => {
    await change({ state: 'deleted' });
    expect(await put(roleArn(one.accountId, 'Backup'))).toMatchObject({ type: 'MalformedPolicyDocumentException' });
  });
});

describe('the root of the account', () => {
  it('uses a key whose policy names the account, and none whose policy does not', async () => {
    const issue = { holder: 'root' } as const;
    const made = issueAccessKey(one.tenant, one.tenant.tenantId, undefined, world.clock(), world.random, issue);
    await commit(made.write);
    const root = { ...one.admin, accessKeyId: made.credential.id, secret: made.secret.toString('ascii') };
    expect((await encrypt(root)).status).toBe(200);
    expect((await world.call(root, 'ListKeys')).status).toBe(200);
    const Statement = { Effect: 'Allow', Principal: { AWS: one.admin.principal.arn }, Action: 'kms:*', Resource: '*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    expect((await world.call(one.admin, 'PutKeyPolicy', { KeyId, Policy })).status).toBe(200);
    expect(await encrypt(root)).toMatchObject(DENIED);
  });
});
