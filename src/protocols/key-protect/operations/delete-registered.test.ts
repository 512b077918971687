import { beforeEach, describe, expect, it } from 'vitest';
import { lifecycleEventsOf } from '../../../keys/lifecycle-event-record.ts';
import { NOW } from '../../../keys/key-space.fixture.ts';
import type { Key } from '../../../keys/key.ts';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';
import { crnOfBucket, registered, sharedKey, STORAGE } from './registration.fixture.ts';

let world: World;
let account: Account;
let storage: Actor;
let key: Key;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  storage = await world.service((await world.account('host')).tenant, STORAGE);
  key = await sharedKey(world, account);
});

const told = ({ status, code }: Answered) => code ?? status;
const call = async (method: string, path: string) => told(await world.call(account, account.admin, method, path));
const remove = (query = '') => call('DELETE', `/keys/${key.id}${query}`);
const registrations = async () =>
  (await world.call(account, account.admin, 'GET', `/keys/${key.id}/registrations`)).body.metadata.collectionTotal;
const events = async () => {
  const all = await lifecycleEventsOf(world.store, account.instance.tenantKey, key);
  return all.map(({ kind, service }) => [kind, service]);
};

describe('a key with which resources are registered', () => {
  it('is deleted by force alone, which lets them go and tells their service', async () => {
    for (const bucket of ['one', 'two']) await registered(world, account, storage, key.id, crnOfBucket(bucket), {});
    expect([await remove(), await remove('?force=false'), await registrations()]).toEqual([
      'PROTECTED_RESOURCE_ERR',
      'PROTECTED_RESOURCE_ERR',
      2,
    ]);
    expect([await remove('?force=true'), await registrations()]).toEqual([204, 0]);
    expect(await events()).toEqual([['delete', STORAGE]]);
  });

  it('is not deleted, by force neither, while one of them holds it', async () => {
    await registered(world, account, storage, key.id, crnOfBucket('one'), {});
    await registered(world, account, storage, key.id, crnOfBucket('kept'), { preventKeyDeletion: true });
    expect([await remove(), await remove('?force=true'), await registrations()]).toEqual([
      'PROTECTED_RESOURCE_ERR',
      'PREV_KEY_DEL_ERR',
      2,
    ]);
    expect((await world.keys.find(account.instance, key.id))?.key.state).toBe('active');
  });

  it('that is deleted, restored and deleted again tells nobody whose registrations are gone', async () => {
    await registered(world, account, storage, key.id, crnOfBucket('one'), {});
    await remove('?force=true');
    world.clock.set(NOW + WAITING_MS.restore);
    expect([await call('POST', `/keys/${key.id}/restore`), await remove(), await registrations()]).toEqual([
      201, 204, 0,
    ]);
  });
});
