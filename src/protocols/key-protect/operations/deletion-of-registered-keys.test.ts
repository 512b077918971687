import { beforeEach, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import { lifecycleEventsOf } from '../../../keys/lifecycle-event-record.ts';
import { one, type Account, type Actor, World } from '../key-protect.fixture.ts';
import { crnOfBucket, DATABASE, registered, sharedKey, STORAGE } from './registration.fixture.ts';

let world: World;
let account: Account;
let storage: Actor;
let key: Key;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  const host = await world.account('host');
  storage = await world.service(host.tenant, STORAGE);
  const database = await world.service(host.tenant, DATABASE);
  key = await sharedKey(world, account);
  await registered(world, account, storage, key.id, crnOfBucket('a'));
  await registered(world, account, storage, key.id, crnOfBucket('b'));
  await registered(world, account, database, key.id, crnOfBucket('c'));
});

const remove = (query = '') => world.call(account, account.admin, 'DELETE', `/keys/${key.id}${query}`);
const left = async () =>
  (await world.call(account, account.admin, 'GET', '/keys/registrations')).body.metadata.collectionTotal;
const told = async () => {
  const events = await lifecycleEventsOf(world.store, account.tenant.tenantKey, key);
  return events.map(({ kind, service, resourceCount }) => `${kind} ${service} ${resourceCount}`);
};

describe('DELETE of a key with registrations', () => {
  it('is refused', async () => {
    expect(await remove()).toMatchObject({ status: 409, code: 'PROTECTED_RESOURCE_ERR' });
    expect(await left()).toBe(3);
    expect(await told()).toEqual([]);
  });

  it('takes them away by force, tells the services which were theirs, and tells them of the way back', async () => {
    expect((await remove('?force=true')).status).toBe(204);
    expect(await left()).toBe(0);
    expect(world.store.listNames(`registration:${account.tenant.tenantId}:${key.region}`, { limit: 9 })).toEqual([]);
    expect(await told()).toEqual([`delete ${DATABASE} 1`, `delete ${STORAGE} 2`]);
    world.clock.set(world.clock() + 30_000);
    const restored = await world.call(account, account.admin, 'POST', `/keys/${key.id}/restore`);
    expect(restored.status).toBe(201);
    expect((await told()).slice(2)).toEqual([`restore ${DATABASE} 0`, `restore ${STORAGE} 0`]);
    expect((await registered(world, account, storage, key.id, crnOfBucket('a'))).status).toBe(201);
  });

  it('is refused, even by force, where one of them prevents it', async () => {
    const path = `/keys/${key.id}/registrations/${encodeURIComponent(crnOfBucket('b'))}`;
    await world.call(account, storage, 'PATCH', path, {
      body: one('registration_input', { preventKeyDeletion: true }),
    });
    expect(await remove('?force=true')).toMatchObject({ status: 409, code: 'PREV_KEY_DEL_ERR' });
    expect(await left()).toBe(3);
  });

  it('by force takes what is registered a moment before it is done', async () => {
    const commit = world.store.commit.bind(world.store);
    world.store.commit = async (change) => {
      world.store.commit = commit;
      await registered(world, account, storage, key.id, crnOfBucket('late'));
      return commit(change);
    };
    expect((await remove('?force=true')).status).toBe(204);
    expect(await left()).toBe(0);
    expect(await told()).toEqual([`delete ${DATABASE} 1`, `delete ${STORAGE} 3`]);
  });

  it('takes as many as a key may have', async () => {
    const most = 250 - 3;
    for (let n = 0; n < most; n++) await registered(world, account, storage, key.id, crnOfBucket(`n${n}`));
    expect((await remove('?force=true')).status).toBe(204);
    expect(await left()).toBe(0);
  });
});
