import { describe, expect, it } from 'vitest';
import { findAuthorization, makeAuthorization, removeAuthorization } from '../../identity/authorization.ts';
import type { KeyRole } from '../../identity/key-roles.ts';
import type { RoleScope } from '../../identity/role-assignment.ts';
import { REGION, World, type Account, type Actor } from './key-protect.fixture.ts';
import { rootKey } from './operations/root-key.fixture.ts';

const world = new World();
const account = await world.account();
const host = await world.account('host');
let services = 0;

/** A service of another tenant, and what the tenant authorizes it to. */
async function service(
  authorized?: { readonly roles: readonly KeyRole[] } & RoleScope,
  by: Account = account,
): Promise<Actor & { readonly authorizationId: string }> {
  const name = `service-${++services}.example.com`;
  const actor = await world.service(host.tenant, name);
  if (authorized === undefined) return { ...actor, authorizationId: '' };
  const { authorization, write } = makeAuthorization(
    by.tenant,
    { service: name, ...(await world.bound(by.tenant, authorized)) },
    world.clock(),
    world.random,
  );
  await world.commit(by.tenant, [write], by.tenant.tenantId);
  return { ...actor, authorizationId: authorization.id };
}

const wrap = async (actor: Actor, keyId: string, of = account) =>
  (await world.call(of, actor, 'POST', `/keys/${keyId}/actions/wrap`, { body: { plaintext: 'AAAA' } })).status;
const list = async (actor: Actor) => (await world.call(account, actor, 'GET', '/keys/registrations')).status;

describe('a service', () => {
  it('may nothing that nobody authorized it to', async () => {
    const { id } = await rootKey(world, account);
    const nobody = await service();
    expect(await wrap(nobody, id)).toBe(401);
    expect(await list(nobody)).toBe(401);
  });

  it('may in another tenant what its authorization says, on keys and on the instance', async () => {
    const { id } = await rootKey(world, account);
    const reader = await service({ roles: ['Reader'], region: REGION });
    expect(await wrap(reader, id)).toBe(200);
    expect(await list(reader)).toBe(200);
    expect((await world.call(account, reader, 'POST', `/keys/${id}/actions/disable`)).status).toBe(401);
    expect((await world.call(account, reader, 'POST', '/key_rings/mine')).status).toBe(401);
    expect((await world.call(account, reader, 'GET', '/import_token')).status).toBe(401);
  });

  it('is told what is not there by those who authorized it, and by nobody else', async () => {
    const missing = '02fd6835-6001-4482-a892-13bd2085f75d';
    const reader = await service({ roles: ['Reader'], region: REGION });
    expect(await wrap(reader, missing)).toBe(404);
    expect(await wrap(reader, missing, await world.account('other'))).toBe(401);
    expect(await wrap(await service(), missing)).toBe(401);
  });

  it('may register its resources with any role', async () => {
    const { id } = await rootKey(world, account);
    const purger = await service({ roles: ['KeyPurge'] });
    const crn = encodeURIComponent('crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:b');
    const path = `/keys/${id}/registrations/${crn}`;
    expect((await world.call(account, purger, 'POST', path)).status).toBe(201);
    expect((await world.call(account, purger, 'DELETE', path)).status).toBe(204);
    expect(await wrap(purger, id)).toBe(401);
  });

  it.each<[string, RoleScope, boolean]>([
    ['the region', { region: REGION }, true],
    ['another region', { region: 'us-south' }, false],
    ['the ring', { keyRing: 'payments' }, true],
    ['the default ring', { keyRing: 'default' }, false],
    ['the ring in another region', { keyRing: 'payments', region: 'us-south' }, false],
    ['another key', { keyId: '02fd6835-6001-4482-a892-13bd2085f75d' }, false],
  ])('authorized over %s: %s', async (_, scope, may) => {
    const { id } = await rootKey(world, account, { fields: { keyRing: 'payments' } });
    expect(await wrap(await service({ roles: ['Reader'], ...scope }), id)).toBe(may ? 200 : 401);
  });

  it('authorized over one key may use that one alone', async () => {
    const [one, other] = [await rootKey(world, account), await rootKey(world, account)];
    const reader = await service({ roles: ['Reader'], keyId: one.id });
    expect(await wrap(reader, one.id)).toBe(200);
    expect(await wrap(reader, other.id)).toBe(401);
    expect(await list(reader)).toBe(401);
  });

  it('is authorized by the tenant that owns the key, and by no other', async () => {
    const other = await world.account(`other-${++services}`);
    const { id } = await rootKey(world, account);
    expect(await wrap(await service({ roles: ['Manager'] }, other), id)).toBe(401);
    expect(await wrap(await service({ roles: ['Manager'] }, host), id)).toBe(401);
  });

  it('does in no tenant what an account does itself, not in the one that hosts it either', async () => {
    const manager = await service({ roles: ['Manager', 'KeyPurge'] }, host);
    const { id } = await rootKey(world, host);
    expect(await wrap(manager, id, host)).toBe(200);
    for (const [method, path] of [
      ['DELETE', `/keys/${id}`],
      ['DELETE', `/keys/${id}/purge`],
      ['POST', `/keys/${id}/actions/rotate`],
      ['POST', `/keys/${id}/aliases/its-own`],
    ] as const)
      expect((await world.call(host, manager, method, path)).status).toBe(401);
  });

  it('is refused at once when its authorization is taken back', async () => {
    const { id } = await rootKey(world, account);
    const reader = await service({ roles: ['Reader'] });
    expect(await wrap(reader, id)).toBe(200);
    const found = await findAuthorization(world.store, account.tenant, reader.authorizationId);
    if (found === undefined) throw new TypeError('it was there');
    await world.store.commit({
      writes: [removeAuthorization(found)],
      entries: [
        {
          tenantId: account.tenant.tenantId,
          timeMs: world.clock(),
          principal: 'test',
          action: 'test:Remove',
          requestId: 'remove',
          outcome: 'done',
          change: true,
          details: {},
          salt: world.random(16),
        },
      ],
    });
    expect(await wrap(reader, id)).toBe(401);
    expect(await list(reader)).toBe(401);
  });

  it.each([
    ['denies it', [{ Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt', Resource: '*' }]],
    ['leaves nothing to the account', []],
  ])('goes by a key whose own policy %s', async (_, more) => {
    const { admin, tenant } = account;
    const named = { AWS: `arn:aws:iam::${tenant.accountId}:user/admin` };
    const whole = more.length > 0 ? { AWS: tenant.accountId } : named;
    const Statement = [{ Effect: 'Allow', Principal: whole, Action: 'kms:*', Resource: '*' }, ...more];
    const { id } = await rootKey(world, account, {
      accessPolicy: JSON.stringify({ Version: '2012-10-17', Statement }),
    });
    expect(await wrap(await service({ roles: ['Manager'] }), id)).toBe(401);
    expect(await wrap(admin, id)).toBe(more.length > 0 ? 401 : 200);
  });
});
