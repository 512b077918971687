import { beforeEach, describe, expect, it } from 'vitest';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { one, World, type Account, type Answered } from '../key-protect.fixture.ts';

const KEY = 'application/vnd.ibm.kms.key+json';
let world: World;
let account: Account;
let id: string;
let other: string;

const call = (method: string, path: string, departure = {}) =>
  world.call(account, account.admin, method, path, departure);
const told = ({ status, code }: Answered) => [status, code];
const make = async (more: object = {}) => {
  const body = one('key', { type: KEY, name: 'a key', extractable: false, ...more });
  const { resources } = (await call('POST', '/keys', { body, headers: { 'x-kms-key-ring': 'ring' } })).body;
  return resources[0].id as string;
};
const give = (to: string) => call('POST', `/keys/${to}/aliases/name`);
const removeRing = (query = '') => call('DELETE', `/key_rings/ring${query}`);
const later = (ms: number) => world.clock.set(world.clock() + ms);

/** A key with an alias in a ring, made, deleted, taken back and purged as people do it. */
describe('the names of a key', () => {
  beforeEach(async () => {
    world = new World();
    account = await world.account();
    await call('POST', '/key_rings/ring');
    id = await make({ aliases: ['name'] });
    other = await make();
    await call('PATCH', `/keys/${other}`, { body: { keyRingID: 'default' } });
  });

  it('stay with it while it is deleted', async () => {
    expect((await call('DELETE', '/keys/name')).status).toBe(204);
    expect(told(await give(other))).toEqual([409, 'KEY_ALIAS_NOT_UNIQUE_ERR']);
    expect(told(await removeRing())).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect((await call('GET', '/keys/name')).body.resources[0]).toMatchObject({ id, state: 5, keyRingID: 'ring' });
    later(WAITING_MS.restore);
    expect((await call('POST', '/keys/name/restore')).status).toBe(201);
    const { resources } = (await call('GET', '/keys/name')).body;
    expect(resources[0]).toMatchObject({ id, state: 1, keyRingID: 'ring', aliases: ['name'] });
    expect((await call('POST', '/keys/name/actions/wrap')).status).toBe(200);
  });

  it('of the ring change when the ring is taken away from a deleted key, and stay so when it comes back', async () => {
    await call('DELETE', `/keys/${id}`);
    expect((await removeRing('?force=true')).status).toBe(204);
    later(WAITING_MS.restore);
    await call('POST', `/keys/${id}/restore`);
    expect((await call('GET', `/keys/${id}`)).body.resources[0]).toMatchObject({ state: 1, keyRingID: 'default' });
  });

  it('are free once it is purged', async () => {
    await call('DELETE', `/keys/${id}`);
    later(WAITING_MS.purge);
    const purger = await world.actor(account.tenant, 'purger', []);
    await world.assign(account, purger, { roles: ['KeyPurge'] });
    expect((await world.call(account, purger, 'DELETE', `/keys/${id}/purge`)).status).toBe(204);
    expect(told(await call('GET', '/keys/name'))).toEqual([404, 'KEY_NOT_FOUND_ERR']);
    expect((await give(other)).status).toBe(201);
    expect((await removeRing()).status).toBe(204);
  });
});

describe('the names of a new key', () => {
  beforeEach(async () => {
    world = new World();
    account = await world.account();
    await call('POST', '/key_rings/ring');
  });

  it.each([
    ['a ring that is not there', {}, 'elsewhere', [404, 'KEY_RING_NOT_FOUND_ERR']],
    ['a ring in another case', {}, 'Ring', [404, 'KEY_RING_NOT_FOUND_ERR']],
    ['the default ring in another case', {}, 'DEFAULT', [404, 'KEY_RING_NOT_FOUND_ERR']],
    ['a ring of another folder', {}, '../ring', [404, 'KEY_RING_NOT_FOUND_ERR']],
    ['a ring and more', {}, 'ring, default', [404, 'KEY_RING_NOT_FOUND_ERR']],
    ['a reserved alias', { aliases: ['keys'] }, 'ring', [400, 'INVALID_FIELD_ERR']],
    [
      'an alias that is a UUID',
      { aliases: ['0f6f7a36-7d2c-4f0e-9d8a-1c1c1c1c1c1c'] },
      'ring',
      [400, 'INVALID_FIELD_ERR'],
    ],
    ['an alias with a slash', { aliases: ['aws/s3'] }, 'ring', [400, 'INVALID_FIELD_ERR']],
    ['the same alias twice', { aliases: ['twice', 'twice'] }, 'ring', [409, 'KEY_ALIAS_NOT_UNIQUE_ERR']],
    ['six aliases', { aliases: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'] }, 'ring', [400, 'INVALID_FIELD_ERR']],
  ])('with %s are refused', async (_, more, ring, expected) => {
    const body = one('key', { type: KEY, name: 'a key', extractable: false, ...more });
    expect(told(await call('POST', '/keys', { body, headers: { 'x-kms-key-ring': ring } }))).toEqual(expected);
    expect((await removeRing()).status).toBe(204);
    expect(world.faults).toEqual([]);
  });
});
