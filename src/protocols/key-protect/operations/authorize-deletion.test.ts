import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { many, one, World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';

let world: World;
let account: Account;
let ann: Actor;
let bob: Actor;
let key: string;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  ann = account.admin;
  bob = await world.actor(account.tenant, 'bob', ['administrator']);
  const body = one('key', { name: 'a key', extractable: false });
  key = (await world.call(account, ann, 'POST', '/keys', { body })).body.resources[0].id;
  await asksForTwo();
});

const asksForTwo = () =>
  world.call(account, ann, 'PUT', `/keys/${key}/policies`, {
    body: many('policy', [{ dualAuthDelete: { enabled: true } }]),
  });
const act = (as: Actor, action: string) => world.call(account, as, 'POST', `/keys/${key}/actions/${action}`);
const set = (as: Actor) => act(as, 'setKeyForDeletion');
const unset = (as: Actor) => act(as, 'unsetKeyForDeletion');
const remove = (as: Actor, query = '') => world.call(account, as, 'DELETE', `/keys/${key}${query}`);
const told = ({ status, code }: Answered) => code ?? status;
const shown = async () => (await world.call(account, ann, 'GET', `/keys/${key}/metadata`)).body.resources[0];

describe('the deletion by two people', () => {
  it('is refused without the word of another person, by force too', async () => {
    expect([told(await remove(ann)), told(await remove(ann, '?force=true'))]).toEqual([
      'AUTHORIZATIONS_NOT_MET',
      'AUTHORIZATIONS_NOT_MET',
    ]);
    expect((await set(ann)).status).toBe(204);
    const answer = await remove(ann);
    expect([answer.status, answer.body.resources[0].reasons[0].message]).toEqual([
      409,
      'Number of authorizations required to delete is not met: 1 prior authorization(s) are required for deletion',
    ]);
    expect((await remove(bob)).status).toBe(204);
  });

  it('shows that it is authorised and until when, and the key goes on to work', async () => {
    await set(ann);
    expect((await shown()).dualAuthDelete).toEqual({
      enabled: true,
      keySetForDeletion: true,
      authExpiration: '2027-01-22T08:00:00Z',
    });
    expect([(await shown()).state, (await act(ann, 'wrap')).status]).toEqual([1, 200]);
  });

  it('can be authorised by one person with two credentials once only', async () => {
    const again = await world.apiKey(account.tenant, ann.id);
    await set(ann);
    expect(told(await remove(again))).toBe('AUTHORIZATIONS_NOT_MET');
    expect((await remove(bob)).status).toBe(204);
  });

  it.each([
    ['a second before its end', 7 * DAY - 1_000, 204, true],
    ['at its end', 7 * DAY, 'AUTHORIZATIONS_NOT_MET', false],
  ])('is authorised for seven days: %s', async (_, afterMs, expected, isSet) => {
    await set(ann);
    world.clock.set(NOW + afterMs);
    expect((await shown()).dualAuthDelete.keySetForDeletion).toBe(isSet);
    expect(told(await remove(bob))).toBe(expected);
  });

  it('is authorised no more once that is taken back, by anybody who may', async () => {
    await set(ann);
    expect((await unset(bob)).status).toBe(204);
    expect((await unset(bob)).status).toBe(204);
    expect(told(await remove(bob))).toBe('AUTHORIZATIONS_NOT_MET');
    expect((await shown()).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });
  });

  it('uses the authorisation up: a key that is restored needs another one', async () => {
    await set(ann);
    expect((await remove(bob)).status).toBe(204);
    expect([told(await set(ann)), told(await unset(ann)), told(await remove(bob))]).toEqual([
      'KEY_DELETED_ERR',
      'KEY_DELETED_ERR',
      'KEY_DELETED_ERR',
    ]);
    world.clock.set(NOW + 30_000);
    expect((await world.call(account, bob, 'POST', `/keys/${key}/restore`)).status).toBe(201);
    expect([(await shown()).dualAuthDelete.keySetForDeletion, told(await remove(bob))]).toEqual([
      false,
      'AUTHORIZATIONS_NOT_MET',
    ]);
  });

  it('is nothing to authorise on a key that does not ask for it', async () => {
    const body = one('key', { name: 'another', extractable: false });
    key = (await world.call(account, ann, 'POST', '/keys', { body })).body.resources[0].id;
    expect([told(await set(ann)), told(await unset(ann)), (await remove(ann)).status]).toEqual([
      'NOT_DUAL_AUTH_ERR',
      'NOT_DUAL_AUTH_ERR',
      204,
    ]);
  });

  it('is authorised and taken back by nobody without the permission, and nobody of another tenant', async () => {
    const user = await world.actor(account.tenant, 'carl', ['user']);
    const { admin: stranger } = await world.account('two');
    await set(ann);
    for (const actor of [user, stranger]) {
      expect([(await set(actor)).status, (await unset(actor)).status, (await remove(actor)).status]).toEqual([
        401, 401, 401,
      ]);
    }
    expect((await shown()).dualAuthDelete.keySetForDeletion).toBe(true);
  });

  it('takes empty bodies in every form and no other, in the deprecated form of the path too', async () => {
    const raw = async (text: string) =>
      (await world.call(account, ann, 'POST', `/keys/${key}/actions/setKeyForDeletion`, { rawBody: Buffer.from(text) }))
        .status;
    expect([await raw(''), await raw('null'), await raw('{}'), await raw('{"force":true}')]).toEqual([
      204, 204, 204, 400,
    ]);
    expect((await world.call(account, ann, 'POST', `/keys/${key}?action=unsetKeyForDeletion`)).status).toBe(204);
  });

  it('lets one of two that come at once through', async () => {
    await set(ann);
    const carl = await world.actor(account.tenant, 'carl', ['administrator']);
    const answers = await Promise.all([remove(bob), remove(carl)]);
    expect(new Set(answers.map(told))).toEqual(new Set([204, 'KEY_DELETED_ERR']));
  });

  it('is told of in the log with who authorised it', async () => {
    await set(ann);
    await unset(bob);
    const told = world.store
      .entries()
      .filter(({ leaf }) => leaf.toString().includes('kms:AuthorizeKeyDeletion'))
      .map(({ details }) => JSON.parse(details.subarray(16).toString()).request);
    const authorized = { authID: `IBMid-${ann.id}`, authExpiration: '2027-01-22T08:00:00Z' };
    expect(told).toMatchObject([
      { event: 'kms.secrets.setkeyfordeletion', initialValue: {}, newValue: authorized },
      { event: 'kms.secrets.unsetkeyfordeletion', initialValue: authorized, newValue: {} },
    ]);
  });
});
