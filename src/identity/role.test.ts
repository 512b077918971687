import { beforeEach, describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { changeEntry, NOW, random } from '../keys/key-space.fixture.ts';
import type { Write } from '../records/commit.ts';
import type { StoredRecord } from '../records/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { parsePrincipalArn, roleArn, sessionArn, userArn } from './arn.ts';
import { NotAuthenticError, putBody } from './body.ts';
import { issueAccessKey } from './credential.ts';
import { Directory } from './directory.ts';
import { withPolicy } from './holder.ts';
import { makeManagedPolicy, putManagedPolicy, readManagedPolicy, removeManagedPolicy } from './managed-policy.ts';
import { makePrincipal, principalRef, putPrincipal, readPrincipal, userIdOf } from './principal.ts';
import { makeRole, putRole, readRole, type Role } from './role.ts';
import { withTags } from './tags.ts';
import { makeTenant, type Tenant } from './tenant.ts';
import { parseTrustPolicy } from './trust-policy.ts';

const TRUST = '{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}';
const allow = (action: string) => `{"Statement":{"Effect":"Allow","Action":"${action}","Resource":"*"}}`;
const WANTED = { name: 'Backup', description: 'at night', trust: TRUST, maxSessionSeconds: 3600 };

let store: MemoryStore;
let directory: Directory;
let tenant: Tenant;
let role: Role;

async function commit(...writes: Write[]): Promise<void> {
  const tenants = new Set(writes.map((write) => ('put' in write ? write.put.tenantId : write.remove.tenantId)));
  await store.commit({ writes, entries: [...tenants].map(changeEntry) });
}

beforeEach(async () => {
  store = new MemoryStore();
  const barrier = BarrierKey.from(makeBarrierRoot());
  const made = makeTenant(barrier, 'acme', NOW, random);
  tenant = made.tenant;
  const of = makeRole(tenant, WANTED, NOW, random);
  role = of.role;
  await commit(made.write, of.write, makePrincipal(tenant, 'Alice', ['user'], NOW, random).write);
  directory = new Directory(store, barrier);
});

describe('names', () => {
  it('of users, roles and policies are one whatever their case', async () => {
    const policy = makeManagedPolicy(
      tenant,
      { name: 'Look', description: '', document: allow('kms:List*') },
      NOW,
      random,
    );
    await commit(policy.write);
    expect((await directory.memberNamed(tenant, 'ALICE'))?.name).toBe('Alice');
    expect((await directory.roleNamed(tenant, 'bAckup'))?.id).toBe(role.id);
    expect((await directory.policyNamed(tenant, 'look'))?.name).toBe('Look');
    for (const write of [
      makePrincipal(tenant, 'alice', [], NOW, random).write,
      makeRole(tenant, { ...WANTED, name: 'BACKUP' }, NOW, random).write,
      makeManagedPolicy(tenant, { name: 'LOOK', description: '', document: allow('*') }, NOW, random).write,
    ])
      await expect(commit(write)).rejects.toThrow('belongs to another record');
  });

  it.each([
    ['its own spelling', () => userArn(tenant.accountId, 'Alice'), true],
    ['another spelling', () => userArn(tenant.accountId, 'alice'), false],
    ['a role', () => roleArn(tenant.accountId, 'Backup'), true],
    ['a role in another spelling', () => roleArn(tenant.accountId, 'backup'), false],
    ['a session of a role', () => sessionArn(tenant.accountId, 'Backup', 'any-name'), true],
    ['a session of no role', () => sessionArn(tenant.accountId, 'Other', 'any-name'), false],
    ['the account', () => tenant.accountId, true],
    ['its root', () => `arn:aws:iam::${tenant.accountId}:root`, true],
    ['another account', () => '999999999999', false],
    ['somebody of another account', () => userArn('999999999999', 'Alice'), false],
    ['a path', () => `arn:aws:iam::${tenant.accountId}:user/x/Alice`, false],
    ['nonsense', () => 'Alice', false],
    ['everybody', () => '*', false],
  ])('in a policy: %s', async (_, name, isKnown) => {
    expect(await directory.isKnownPrincipal(name())).toBe(isKnown);
  });

  it('of the deleted are not known, and never given again', async () => {
    await commit(putRole(tenant, { ...role, state: 'deleted', policies: [] }).write);
    expect(await directory.isKnownPrincipal(roleArn(tenant.accountId, 'Backup'))).toBe(false);
    expect(await directory.roleNamed(tenant, 'Backup')).toBeUndefined();
    await expect(commit(makeRole(tenant, WANTED, NOW, random).write)).rejects.toThrow('belongs to another record');
    expect(store.list(tenant.tenantId, 'role', '', { limit: 10 })).toEqual([]);
  });

  it('that somebody moved lead nowhere', async () => {
    const other = makePrincipal(tenant, 'Mallory', ['administrator'], NOW, random);
    await commit({
      ...other.write,
      claim: [...(other.write.claim ?? []), { space: `principal:${tenant.tenantId}`, name: 'eve' }],
    });
    expect(await directory.memberNamed(tenant, 'eve')).toBeUndefined();
  });

  it.each([
    ['arn:aws:iam::111122223333:root\n', undefined],
    ['arn:aws:iam::11112222333:root', undefined],
    ['arn:aws:iam::111122223333:group/x', undefined],
    ['arn:aws:sts::111122223333:assumed-role/R/s', undefined],
    ['111122223333', { kind: 'account', accountId: '111122223333' }],
    ['arn:aws:iam::111122223333:role/R', { kind: 'role', accountId: '111122223333', name: 'R' }],
    [
      'arn:aws:sts::111122223333:assumed-role/R/ss',
      { kind: 'session', accountId: '111122223333', name: 'R', session: 'ss' },
    ],
  ])('%j', (text, named) => expect(parsePrincipalArn(text)).toEqual(named));
});

describe('records', () => {
  it('come back as they were, and no other tenant takes them', () => {
    const policy = makeManagedPolicy(tenant, { name: 'p', description: 'd', document: allow('kms:*') }, NOW, random);
    const of = makeRole(tenant, WANTED, NOW, random);
    expect(readRole(tenant, of.write.put)).toEqual(of.role);
    expect(readManagedPolicy(tenant, policy.write.put)).toEqual(policy.policy);
    const other = makeTenant(BarrierKey.from(makeBarrierRoot()), 'other', NOW, random).tenant;
    expect(() => readRole(other, of.write.put)).toThrow(NotAuthenticError);
    expect(() => readManagedPolicy(other, policy.write.put)).toThrow(NotAuthenticError);
    const flipped: StoredRecord = { ...of.write.put, scope: 'deleted' };
    expect(() => readRole(tenant, flipped)).toThrow(NotAuthenticError);
  });

  it('of users as the first version wrote them: roles are policies now', async () => {
    const ref = principalRef(tenant.tenantId, 'old');
    const body = { name: 'Old', roles: ['user', 'operator'], state: 'active', createdAtMs: NOW };
    const write = putBody(tenant.tenantKey.records, ref, 0, body, {
      claim: [{ space: `principal:${tenant.tenantId}`, name: 'Old' }],
    });
    expect(readPrincipal(tenant, write.put)).toMatchObject({ policies: ['user', 'operator'], inline: [], tags: [] });
    await commit(write);
    const found = await directory.memberNamed(tenant, 'Old');
    expect(found?.id).toBe('old');
    const again = putPrincipal(tenant, withPolicy(found!, 'administrator'));
    expect(readPrincipal(tenant, again.write.put).policies).toEqual(['user', 'operator', 'administrator']);
  });
});

describe('a principal', () => {
  it('is another for caches whenever a policy of its changes', async () => {
    const made = makeManagedPolicy(tenant, { name: 'p', description: '', document: allow('kms:Sign') }, NOW, random);
    const user = makePrincipal(tenant, 'bob', [made.policy.id], NOW, random);
    const key = issueAccessKey(tenant, user.member.id, undefined, NOW, random);
    await commit(made.write, user.write, key.write);
    const before = (await directory.byAccessKey(key.credential.id))?.principal;
    expect(before?.policies).toHaveLength(1);
    const changed = putManagedPolicy(tenant, made.policy, { document: allow('kms:Verify') });
    await commit(changed.write);
    const after = (await directory.byAccessKey(key.credential.id))?.principal;
    expect(after?.cacheKey).not.toBe(before?.cacheKey);
    // An attached policy that is gone may have been the one that denies: nobody is proven without it.
    await commit(removeManagedPolicy(changed.policy));
    await expect((async () => directory.byAccessKey(key.credential.id))()).rejects.toThrow(NotAuthenticError);
  });

  it('of a session is another for caches than of any other session', async () => {
    const source = issueAccessKey(tenant, tenant.tenantId, undefined, NOW, random, { holder: 'root' });
    const session = {
      source: { tenantId: tenant.tenantId, credentialId: source.credential.id },
      openedBy: 'x',
      name: 'ss',
    };
    const [one, two] = [0, 1].map(() =>
      issueAccessKey(tenant, role.id, NOW + 900_000, NOW, random, { holder: 'role', session }),
    );
    await commit(source.write, one!.write, two!.write);
    const [a, b] = [await directory.byAccessKey(one!.credential.id), await directory.byAccessKey(two!.credential.id)];
    expect(a?.principal.cacheKey).not.toBe(b?.principal.cacheKey);
    expect(a?.principal).toMatchObject({ kind: 'role', name: 'Backup', names: [roleArn(tenant.accountId, 'Backup')] });
    expect(a && userIdOf(a.principal)).toBe(`${role.id}:ss`);
  });
});

describe('refused', () => {
  it.each([
    ['', 'not valid JSON'],
    ['[]', 'a JSON object'],
    ['{}', 'no Statement'],
    ['{"Statement":[]}', 'no Statement'],
    ['{"Statement":[1]}', 'a JSON object'],
    [TRUST.replace('"Action"', '"Resource":"*","Action"'), 'names no Resource'],
    [TRUST.replace('sts:AssumeRole', 'sts:GetSessionToken'), 'the actions of a trust policy'],
    [TRUST.replace('"Action":"sts:AssumeRole"', '"NotAction":"sts:AssumeRole"'), 'the actions of a trust policy'],
    [TRUST.replace('"Effect"', '"Effect":"Deny","Effect"'), 'twice'],
    [TRUST.replace('111122223333', 'x'.repeat(2048)), '2048'],
  ])('the trust policy %s', (text, why) => {
    expect(() => parseTrustPolicy(text)).toThrow(why);
  });

  it.each([
    ['a tag of AWS', [{ key: 'aws:x', value: '' }]],
    ['a tag of AWS in capitals', [{ key: 'AWS:x', value: '' }]],
    ['a tag without a key', [{ key: '', value: 'x' }]],
    ['a tag that breaks a line', [{ key: 'x', value: 'a\nb' }]],
    ['a tag with a pattern', [{ key: 'x', value: '*' }]],
    ['a value that is too long', [{ key: 'x', value: 'v'.repeat(257) }]],
    [
      'a key twice',
      [
        { key: 'x', value: '1' },
        { key: 'X', value: '2' },
      ],
    ],
    ['51 tags', Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: '' }))],
  ])('%s', (_, tags) => {
    expect(() => withTags([], tags)).toThrow(/tag/);
  });
});
