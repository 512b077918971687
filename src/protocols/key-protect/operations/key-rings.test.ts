import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyState } from '../../../keys/key.ts';
import { MAX_MOVED } from '../../../keys/key-ring.ts';
import { World, type Account, type Answered } from '../key-protect.fixture.ts';
import { madeKey, madeKeys } from '../made-key.fixture.ts';

let world: World;
let account: Account;

beforeEach(async () => {
  world = new World();
  account = await world.account();
});

const call = (method: string, path: string, departure = {}) =>
  world.call(account, account.admin, method, path, departure);
const told = ({ status, code }: Answered) => [status, code];
const rings = async (query = '') => (await call('GET', `/key_rings${query}`)).body;
const idsOf = (body: Answered['body']) => body.resources?.map(({ id }: { id: string }) => id);
const make = (...ids: string[]) => Promise.all(ids.map((id) => call('POST', `/key_rings/${id}`)));
const ringOf = async (id: string) => (await call('GET', `/keys/${id}/metadata`)).body.resources[0].keyRingID;

describe('a key ring', () => {
  it('is made without a body in the answer, and listed behind the default one', async () => {
    const { status, body } = await call('POST', '/key_rings/payments');
    expect([status, body]).toEqual([201, undefined]);
    expect(await rings()).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.key_ring+json', collectionTotal: 2 },
      resources: [
        { id: 'default' },
        { id: 'payments', creationDate: '2027-01-15T08:00:00Z', createdBy: `IBMid-${account.admin.id}` },
      ],
    });
  });

  it.each([
    ['two characters', 'ab', 201],
    ['a hundred', 'a'.repeat(100), 201],
    ['a UUID', '0f6f7a36-7d2c-4f0e-9d8a-1c1c1c1c1c1c', 201],
    ['a member of prototypes', 'constructor', 201],
    ['one character', 'a', 400],
    ['101 characters', 'a'.repeat(101), 400],
    ['a long one', 'a'.repeat(5_000), 400],
    ['an underscore', 'a_b', 400],
    ['a space', 'a%20b', 400],
    ['the parent folder', '..', 400],
    ['the parent folder, encoded', '%2e%2e', 400],
    ['a slash, encoded', 'a%2Fb', 400],
    ['a slash, encoded twice', 'a%252Fb', 400],
    ['a colon', 'a:b', 400],
    ['a zero', 'a%00b', 400],
    ['a line feed', 'ring%0A', 400],
    ['a letter that is no Latin one', 'r%C4%B1ng', 400],
    ['a wide letter', '%EF%BD%81%EF%BD%82', 400],
    ['a comma', 'a,b', 400],
    ['broken UTF-8', 'a%C3', 404],
    ['nothing', '', 404],
    ['two parts', 'a/b', 404],
  ])('with a name of %s', async (_, id, status) => {
    expect((await call('POST', `/key_rings/${id}`)).status).toBe(status);
    expect(world.faults).toEqual([]);
  });

  it.each(['default', 'Default', 'DEFAULT'])('is there already as %s', async (id) => {
    expect(told(await call('POST', `/key_rings/${id}`))).toEqual([409, 'KEY_RING_NOT_UNIQUE_ERR']);
  });

  it('is there once; its case tells it from others', async () => {
    const [first, second, other] = await make('ring', 'ring', 'Ring');
    expect(new Set([first?.status, second?.status])).toEqual(new Set([201, 409]));
    expect(other?.status).toBe(201);
    expect(told((await make('ring'))[0] as Answered)).toEqual([409, 'KEY_RING_NOT_UNIQUE_ERR']);
  });

  it('belongs to one instance', async () => {
    await make('mine');
    const other = await world.account('two');
    expect(idsOf((await world.call(other, other.admin, 'GET', '/key_rings')).body)).toEqual(['default']);
    const { status } = await world.call(other, other.admin, 'POST', '/key_rings/mine');
    expect(status).toBe(201);
    for (const [method, path] of [
      ['GET', '/key_rings'],
      ['POST', '/key_rings/theirs'],
      ['DELETE', '/key_rings/mine'],
    ] as const)
      expect((await world.call(account, other.admin, method, path)).status).toBe(401);
  });

  it('is one of so many, however many are made at the same time', async () => {
    world.quotas.keyRingsPerRegion = 4;
    const made = await make(...'abcdef'.split('').map((letter) => `ring-${letter}`));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(made.filter(({ status }) => status !== 201).map(({ code }) => code))).toEqual(
      new Set(['KEY_RING_QUOTA_ERR']),
    );
    expect(idsOf(await rings())).toHaveLength(4);
  });

  it('needs the permission', async () => {
    const user = await world.actor(account.tenant, 'user', ['user']);
    for (const [method, path] of [
      ['GET', '/key_rings'],
      ['POST', '/key_rings/ring'],
      ['DELETE', '/key_rings/ring'],
    ] as const)
      expect((await world.call(account, user, method, path)).status).toBe(401);
  });
});

describe('the list of key rings', () => {
  beforeEach(() => make('b', 'a', 'c').then(() => make('r-b', 'r-a', 'r-c')));

  it.each([
    ['', ['default', 'r-a', 'r-b', 'r-c'], undefined],
    ['?limit=2', ['default', 'r-a'], undefined],
    ['?limit=2&offset=2&totalCount=true', ['r-b', 'r-c'], 4],
    ['?offset=4&totalCount=true', undefined, 4],
    ['?limit=5000&totalCount=false', ['default', 'r-a', 'r-b', 'r-c'], undefined],
  ])('answers %s', async (query, ids, totalCount) => {
    const body = await rings(query);
    expect(idsOf(body)).toEqual(ids);
    expect(body.metadata).toMatchObject({ collectionTotal: ids?.length ?? 0 });
    expect(body.metadata.totalCount).toBe(totalCount);
    expect('resources' in body).toBe(ids !== undefined);
  });

  it.each(['limit=0', 'limit=5001', 'limit=-1', 'offset=x', 'totalCount=yes'])('refuses %s', async (query) => {
    expect(told(await call('GET', `/key_rings?${query}`))).toEqual([400, 'INVALID_QUERY_PARAM_ERR']);
  });
});

describe('to delete a key ring', () => {
  beforeEach(() => make('ring'));
  const remove = (query = '') => call('DELETE', `/key_rings/ring${query}`);

  it('takes one that is empty, which is not found from then on', async () => {
    const { status, body } = await remove();
    expect([status, body]).toEqual([204, undefined]);
    expect(told(await remove('?force=true'))).toEqual([404, 'KEY_RING_NOT_FOUND_ERR']);
    expect((await make('ring'))[0]?.status).toBe(201);
  });

  it.each(['a_b', '..', 'a%2Fb', 'other', 'RING'])('does not find %s', async (id) => {
    expect(told(await call('DELETE', `/key_rings/${id}`))).toEqual([404, 'KEY_RING_NOT_FOUND_ERR']);
  });

  it('never takes the default one', async () => {
    expect(told(await call('DELETE', '/key_rings/default?force=true'))).toEqual([400, 'INVALID_FIELD_ERR']);
  });

  it.each<[KeyState, boolean]>([
    ['active', false],
    ['suspended', false],
    ['deactivated', false],
    ['pending-deletion', true],
    ['deleted', true],
  ])('with a key that is %s is refused, and goes by force: %s', async (state, isForceable) => {
    const key = await madeKey(world, account, { state, keyRing: 'ring' });
    expect(told(await remove())).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect(told(await remove('?force=true'))).toEqual(isForceable ? [204, undefined] : [409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect(await ringOf(key.id)).toBe(isForceable ? 'default' : 'ring');
    expect(idsOf(await rings())).toEqual(isForceable ? ['default'] : ['default', 'ring']);
  });

  it('does not look at keys that are destroyed', async () => {
    await madeKey(world, account, { state: 'destroyed', keyRing: 'ring' });
    expect((await remove()).status).toBe(204);
  });

  it('by force takes all of the keys with it or none', async () => {
    const [gone, alive] = await madeKeys(world, account, [{ state: 'deleted', keyRing: 'ring' }, { keyRing: 'ring' }]);
    expect(told(await remove('?force=true'))).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect(await ringOf(gone?.id as string)).toBe('ring');
    await call('PATCH', `/keys/${alive?.id}`, { body: { keyRingID: 'default' } });
    expect((await remove('?force=true')).status).toBe(204);
    expect(await ringOf(gone?.id as string)).toBe('default');
    const entries = world.store.entries().map(({ leaf }) => JSON.parse(leaf.toString()));
    expect(entries.at(-2)).toMatchObject({ action: 'kms:MoveKey', key: gone?.id });
  });

  it('by force needs the permission to move each of its keys', async () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:MoveKey', Resource: '*' };
    const allow = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' };
    const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [deny, allow] });
    const key = await madeKey(world, account, { state: 'deleted', keyRing: 'ring', accessPolicy });
    expect((await remove('?force=true')).status).toBe(401);
    expect(await ringOf(key.id)).toBe('ring');
  });

  it.each([
    [MAX_MOVED, 204, undefined],
    [MAX_MOVED + 1, 409, expect.stringContaining(`more than ${MAX_MOVED} deleted keys`)],
  ])('by force with %i deleted keys answers %i', async (count, status, message) => {
    const key = { state: 'deleted', keyRing: 'ring' } as const;
    await madeKeys(
      world,
      account,
      Array.from({ length: count }, () => key),
    );
    const answer = await remove('?force=true');
    expect(answer.status).toBe(status);
    expect(answer.body?.resources[0].reasons[0].message).toEqual(message);
  });
});

describe('PATCH of a key', () => {
  beforeEach(() => make('one', 'two'));
  const patch = (id: string, body: unknown, headers = {}) => call('PATCH', `/keys/${id}`, { body, headers });

  it('moves it, and shows it', async () => {
    const { id } = await madeKey(world, account, {
      aliases: [{ name: 'alias/moved', createdAtMs: 0, updatedAtMs: 0 }],
    });
    const answer = await patch(id, { keyRingID: 'one' }, { 'x-kms-key-ring': 'default' });
    expect(answer.status).toBe(200);
    expect(answer.body.metadata).toEqual({ collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 1 });
    expect(answer.body.resources[0]).toMatchObject({ id, keyRingID: 'one', lastUpdateDate: '2027-01-15T08:00:00Z' });
    expect((await patch('moved', { KeyRingID: 'two' })).body.resources[0].keyRingID).toBe('two');
    expect((await patch(id, { KEYRINGID: 'default' })).body.resources[0].keyRingID).toBe('default');
    expect(await ringOf(id)).toBe('default');
    for (const ring of ['one', 'two']) expect((await call('DELETE', `/key_rings/${ring}`)).status).toBe(204);
  });

  it('to the ring that it is in changes nothing', async () => {
    const { id } = await madeKey(world, account, { keyRing: 'one' });
    const answer = await patch(id, { keyRingID: 'one' });
    expect(answer.status).toBe(200);
    expect(answer.body.resources[0]).not.toHaveProperty('lastUpdateDate');
  });

  it('finds it in its own ring alone, by its id and by its alias', async () => {
    const aliases = [{ name: 'alias/in-one', createdAtMs: 0, updatedAtMs: 0 }];
    const { id } = await madeKey(world, account, { keyRing: 'one', aliases });
    for (const name of [id, 'in-one'])
      for (const ring of ['two', 'default', 'One', 'nowhere', 'one,two'])
        expect(told(await patch(name, { keyRingID: 'two' }, { 'x-kms-key-ring': ring }))).toEqual([
          404,
          'KEY_NOT_FOUND_ERR',
        ]);
    expect(await ringOf(id)).toBe('one');
  });

  it.each([
    ['of a ring that is not there', { keyRingID: 'three' }, 404, 'KEY_RING_NOT_FOUND_ERR'],
    ['of a ring in another case', { keyRingID: 'ONE' }, 404, 'KEY_RING_NOT_FOUND_ERR'],
    ['of what can be no ring', { keyRingID: '../one' }, 404, 'KEY_RING_NOT_FOUND_ERR'],
    ['of nothing', { keyRingID: '' }, 400, 'INVALID_FIELD_ERR'],
    ['of a number', { keyRingID: 5 }, 400, 'INVALID_FIELD_ERR'],
    ['of null', { keyRingID: null }, 400, 'INVALID_FIELD_ERR'],
    ['without it', {}, 400, 'INVALID_FIELD_ERR'],
    ['with more', { keyRingID: 'one', name: 'other' }, 400, 'BAD_BODY_ERR'],
    ['in an envelope', { metadata: {}, resources: [{ keyRingID: 'one' }] }, 400, 'BAD_BODY_ERR'],
    ['that is null', null, 400, 'NO_BODY_ERR'],
    ['that is a text', 'one', 400, 'BAD_BODY_ERR'],
  ])('with a body %s is refused', async (_, body, status, code) => {
    const { id } = await madeKey(world, account);
    expect(told(await patch(id, body))).toEqual([status, code]);
    expect(await ringOf(id)).toBe('default');
  });

  it('does not find a key of another instance', async () => {
    const other = await world.account('two');
    const { id } = await madeKey(world, other);
    expect(told(await patch(id, { keyRingID: 'one' }))).toEqual([404, 'KEY_NOT_FOUND_ERR']);
  });

  it('is refused in the instance of another tenant, whatever the key allows', async () => {
    const allow = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    const { id } = await madeKey(world, account, { accessPolicy });
    const other = await world.account('two');
    const answer = await world.call(account, other.admin, 'PATCH', `/keys/${id}`, { body: { keyRingID: 'one' } });
    expect(answer.status).toBe(401);
    expect(await ringOf(id)).toBe('default');
  });

  it('tells both rings in its entries: one for the key, one for the ring', async () => {
    const { id } = await madeKey(world, account, { keyRing: 'one' });
    await patch(id, { keyRingID: 'two' });
    const entries = world.store.entries().slice(-2);
    expect(entries.map(({ leaf }) => JSON.parse(leaf.toString()).action)).toEqual(['kms:MoveKey', 'kms:MoveKey']);
    for (const { details } of entries)
      expect(JSON.parse(details.subarray(16).toString()).request).toMatchObject({
        event: 'kms.secrets.patch',
        initialValue: { keyRingId: 'one' },
        newValue: { keyRingId: 'two' },
      });
  });
});
