import { beforeEach, describe, expect, it } from 'vitest';
import type { RoleAssignment } from '../../../identity/role-assignment.ts';
import type { Key } from '../../../keys/key.ts';
import { REGION, World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';
import { madeKey } from '../made-key.fixture.ts';

let world: World;
let account: Account;
let key: Key;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  for (const ring of ['mine', 'yours']) await world.call(account, account.admin, 'POST', `/key_rings/${ring}`);
  key = await madeKey(world, account, { keyRing: 'mine' });
});

type Roles = readonly Omit<RoleAssignment, 'id'>[];
async function who(roles: Roles): Promise<Actor> {
  const actor = await world.actor(account.tenant, 'somebody', []);
  for (const role of roles) await world.assign(account, actor, role);
  return actor;
}

const ask = (actor: Actor, method: string, path: string, departure = {}) =>
  world.call(account, actor, method, path, departure);
const told = ({ status, code }: Answered) => [status, code];

describe('to move a key from one ring to another', () => {
  const on = (keyRing: string, role: 'Manager' | 'Writer' = 'Manager') => ({ roles: [role], keyRing });

  it.each<[string, Roles, number]>([
    ['the instance', [{ roles: ['Manager'], region: REGION }], 200],
    ['all instances', [{ roles: ['Manager'] }], 200],
    ['both rings', [on('mine'), on('yours')], 200],
    ['the ring that it is in', [on('mine')], 401],
    ['the ring that it goes to', [on('yours')], 401],
    ['neither ring', [on('default')], 401],
    ['another instance', [{ roles: ['Manager'], region: 'us-east-1' }], 401],
  ])('one manages %s', async (_, roles, status) => {
    const actor = await who(roles);
    const body = { keyRingID: 'yours' };
    expect((await ask(actor, 'PATCH', `/keys/${key.id}`, { body })).status).toBe(status);
  });

  it('one manages the key and the ring that it goes to', async () => {
    const actor = await who([{ roles: ['Manager'], keyId: key.id }, on('yours')]);
    expect((await ask(actor, 'PATCH', `/keys/${key.id}`, { body: { keyRingID: 'yours' } })).status).toBe(200);
  });

  it('to write is not enough', async () => {
    const actor = await who([on('mine', 'Writer'), on('yours', 'Writer')]);
    expect((await ask(actor, 'PATCH', `/keys/${key.id}`, { body: { keyRingID: 'yours' } })).status).toBe(401);
  });

  it('nobody else learns whether there is a ring', async () => {
    const body = { keyRingID: 'nowhere' };
    expect(told(await ask(await who([on('mine')]), 'PATCH', `/keys/${key.id}`, { body }))).toEqual([401, undefined]);
  });
});

describe('an import token', () => {
  it('is for those who write in the ring that they name', async () => {
    const actor = await who([{ roles: ['Writer'], keyRing: 'mine' }]);
    for (const [ring, status] of [
      ['mine', 200],
      ['yours', 401],
      ['default', 401],
    ] as const)
      for (const method of ['POST', 'GET'])
        expect((await ask(actor, method, '/import_token', { headers: { 'x-kms-key-ring': ring } })).status).toBe(
          status,
        );
    expect((await ask(actor, 'POST', '/import_token')).status).toBe(401);
  });
});

describe('an alias', () => {
  it('is given in the rings alone that one writes in', async () => {
    const actor = await who([{ roles: ['Writer'], keyRing: 'mine' }]);
    const other = await madeKey(world, account, { keyRing: 'yours' });
    expect((await ask(actor, 'POST', `/keys/${key.id}/aliases/new-one`)).status).toBe(201);
    expect((await ask(actor, 'POST', `/keys/${other.id}/aliases/not-mine`)).status).toBe(401);
    // An alias of a key elsewhere is taken all the same: names are the instance's.
    await ask(account.admin, 'POST', `/keys/${other.id}/aliases/taken`);
    expect((await ask(actor, 'POST', `/keys/${key.id}/aliases/taken`)).status).toBe(409);
    expect((await ask(actor, 'DELETE', `/keys/${other.id}/aliases/taken`)).status).toBe(401);
  });
});
