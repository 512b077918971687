import { beforeAll, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { World } from '../key-protect.fixture.ts';
import { madeKey, madeKeys, type Made } from '../made-key.fixture.ts';

const world = new World();
const account = await world.account();
const { admin, tenant } = account;

const alias = (name: string) => ({ name: `alias/${name}`, createdAtMs: NOW, updatedAtMs: NOW });
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** By the last digits of their ids. */
const WANTED: Record<number, Made> = {
  1: { name: 'Payments', aliases: [alias('pay')], createdAtMs: NOW - 3 * DAY },
  2: { name: 'stored', secret: Buffer.from('s'), createdAtMs: NOW - 2 * DAY, updatedAtMs: NOW - DAY },
  3: { name: 'off', state: 'suspended', keyRing: 'mine', createdAtMs: NOW - DAY },
  4: { name: 'payroll', state: 'deactivated', expiresAtMs: NOW - 1 },
  5: { name: 'deleted', state: 'deleted', removal: { atMs: NOW - 1_000, by: 'IBMid-1' }, aliases: [alias('old-pay')] },
  6: { state: 'pending-deletion', deletion: { scheduledAtMs: NOW - DAY, windowDays: 7, dueAtMs: NOW + 6 * DAY } },
  7: { state: 'pending-deletion', deletion: { scheduledAtMs: NOW - 8 * DAY, windowDays: 7, dueAtMs: NOW - DAY } },
  8: { state: 'destroyed' },
  9: { aliases: [alias('made/by/aws'), alias('made-by-aws')], keyRing: 'mine' },
  10: { name: 'expired', expiresAtMs: NOW },
  11: { name: 'awaits', origin: 'imported', versions: [] },
  12: { state: 'deleted', removal: { atMs: NOW - 90 * DAY, by: 'IBMid-1' } },
};

beforeAll(async () => {
  await madeKeys(
    world,
    account,
    Object.entries(WANTED).map(([n, made]) => ({ ...made, id: id(Number(n)) })),
  );
});

const get = (query = '', headers: Record<string, string> = {}, actor = admin) =>
  world.call(account, actor, 'GET', `/keys?${query}`, { headers });

/** The last digits of the ids of an answer. */
async function listed(query: string, headers?: Record<string, string>): Promise<number[]> {
  const { status, body } = await get(query, headers);
  expect(status).toBe(200);
  const resources: { id: string }[] = body.resources ?? [];
  expect(body.metadata.collectionTotal).toBe(resources.length);
  return resources.map((one) => Number(one.id.slice(-4)));
}

async function total(query: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await world.call(account, admin, 'HEAD', `/keys?${query}`, { headers });
  expect([answer.status, answer.body]).toEqual([200, undefined]);
  return Number(answer.headers.get('key-total'));
}

const MINE = { 'X-Kms-Key-Ring': 'mine' };

describe('listKeys', () => {
  it('answers keys as GET does, without payloads', async () => {
    const { body, headers } = await get('limit=2');
    expect(headers.get('content-type')).toBe('application/vnd.ibm.kms.key+json');
    expect(body.metadata).toEqual({ collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 2 });
    for (const one of body.resources) {
      const { payload: _, ...shown } = (await world.call(account, admin, 'GET', `/keys/${one.id}`)).body.resources[0];
      expect(one).toEqual(shown);
    }
  });

  it.each([
    ['', [1, 2, 3, 4, 9, 10, 11]],
    ['limit=3', [1, 2, 3]],
    ['limit=3&offset=3', [4, 9, 10]],
    ['offset=6', [11]],
    ['offset=7', []],
    ['state=1', [1, 2, 9]],
    ['state=1,5', [1, 2, 5, 6, 9]],
    ['state=1&state=5', [1, 2, 5, 6, 9]],
    ['state=,5,', [5, 6]],
    ['state=3', [4, 10]],
    ['state=0', [11]],
    ['extractable=true', [2]],
    ['extractable=false&state=2', [3]],
    ['sort=-id', [11, 10, 9, 4, 3, 2, 1]],
    ['sort=creationDate&limit=3', [1, 2, 3]],
    ['sort=-creationDate,-id&limit=4', [11, 10, 9, 4]],
    ['sort=-state,id&state=1,2,3', [4, 10, 3, 1, 2, 9]],
    ['sort=-creationDate&offset=5&limit=2', [2, 1]],
    ['filter=state=5 deletionDate=gte:"2020-01-01T00:00:00Z"', [5, 6]],
    ['filter= extractable=false state=1,2', [1, 3, 9]],
    ['filter=lastUpdateDate=none&extractable=true', []],
    ['filter=expirationDate=none&state=1', [1, 2, 9]],
    ['search=pay', [1, 4]],
    ['search=PAY,', [1, 4]],
    ['search=pay&state=5', [5]],
    ['search=old-pay&state=5', [5]],
    ['search=pay&sort=-id', [1, 4]],
    ['search=payroll&sort=-id', [4]],
    ['search=exact:Payments', [1]],
    ['search=exact:payments', []],
    ['search=alias:pay', [1]],
    ['search=name:pay', [1, 4]],
    ['search=not:pay&extractable=false', [3, 9, 10, 11]],
    ['search=by/aws', []],
    ['search=made-by-aws', [9]],
    [`search=${id(4)}`, [4]],
    [`search=${id(5)}`, []],
    ['search=pay&offset=1', [4]],
    ['search=pay&limit=1&sort=-creationDate', [1]],
    ['search=e&filter=state=1,2', [1, 2, 9]],
    ['nonsense=1', [1, 2, 3, 4, 9, 10, 11]],
  ])('%s: %j', async (query, numbers) => expect(await listed(query)).toEqual(numbers));

  it('lists what is in the ring that is named', async () => {
    expect(await listed('', MINE)).toEqual([3, 9]);
    expect(await listed('search=o', { 'x-kms-key-ring': 'default' })).toEqual([2, 4]);
    expect(await listed('', { 'x-kms-key-ring': 'nowhere' })).toEqual([]);
    expect(await total('', MINE)).toBe(2);
  });

  it('has no resources where there are none', async () => {
    expect((await get('state=2&extractable=true')).body).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 0 },
    });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=5001', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=NaN', 'limit'],
    ['offset=-1', 'offset'],
    ['offset=1e3', 'offset'],
    ['state=4', 'state'],
    ['state=active', 'state'],
    ['state=1,x', 'state'],
    ['extractable=2', 'extractable'],
    ['sort=name', 'sort'],
    ['search=not:', 'search'],
    ['filter=state', 'filter'],
    ['filter=state=1&state=1', 'filter'],
    ['filter=extractable=true&extractable=true', 'filter'],
  ])('refuses %s', async (query, name) => {
    const { status, code, body } = await get(query);
    expect([status, code]).toEqual([400, 'INVALID_QUERY_PARAM_ERR']);
    expect(body.resources[0].reasons[0].target).toEqual({ type: 'query_param', name });
  });

  it('tells in IBM words what a filter must be', async () => {
    const { body } = await get('filter=state=1&state=1');
    expect(body.resources[0].reasons[0].message).toMatch(
      /^The query_param 'filter' must be: a valid filter query with a valid operator/,
    );
  });

  it('tells how it understood a search', async () => {
    const { metadata } = (await get('search=not:exact:alias:x')).body;
    expect(metadata.searchQuery).toEqual({ query: 'x', scopes: ['alias'], not: true, exact: true });
    expect(metadata).not.toHaveProperty('incompleteSearch');
  });

  it('puts the key first that bears the very alias, whatever the order', async () => {
    const later = await madeKey(world, account, { id: id(99), name: 'x', aliases: [alias('Payments')] });
    expect(await listed('search=Payments')).toEqual([99, 1]);
    expect(await listed('search=Payments&sort=-creationDate')).toEqual([99, 1]);
    expect(await listed('search=payments')).toEqual([1, 99]);
    expect(await total('')).toBe(8);
    expect(later.id).toBe(id(99));
  });

  it('sees what has changed since the last list', async () => {
    const before = await listed('search=fresh');
    const fresh = await madeKey(world, account, { id: id(500), name: 'fresh' });
    expect([before, await listed('search=fresh')]).toEqual([[], [500]]);
    await world.call(account, admin, 'POST', `/keys/${fresh.id}/actions/disable`);
    expect(await listed('search=fresh&state=2')).toEqual([500]);
  });
});

describe('headKeys', () => {
  it.each(['', 'state=5', 'state=1,2,3', 'extractable=true', 'filter=extractable=false state=2'])(
    'counts what a list would have: %j',
    async (query) => {
      expect(await total(query)).toBe((await get(query)).body.metadata.collectionTotal);
    },
  );

  it('counts keys whatever is searched', async () => expect(await total('search=nothing')).toBe(await total('')));

  it('refuses what lists refuse', async () => {
    const answer = await world.call(account, admin, 'HEAD', '/keys?state=9');
    expect([answer.status, answer.code]).toEqual([400, 'INVALID_QUERY_PARAM_ERR']);
  });
});

const asked = () => JSON.parse(world.store.entries().at(-1)?.details.subarray(16).toString('utf8') ?? '').request;

describe('who may list', () => {
  it('needs the right on the instance: rights on single keys list nothing', async () => {
    const nobody = await world.actor(tenant, 'nobody', []);
    for (const method of ['GET', 'HEAD']) {
      expect((await world.call(account, nobody, method, '/keys')).status).toBe(401);
    }
  });

  it('does not list the instance of another tenant', async () => {
    const other = await world.account('other');
    const answer = await world.call(account, other.admin, 'GET', '/keys');
    expect(answer.status).toBe(401);
  });

  it('writes how many there were, and nothing of them', async () => {
    await get(`limit=2&search=pay&filter=${encodeURIComponent('creationDate=lt:"2099-01-01T00:00:00Z"')}`, MINE);
    expect(asked()).toMatchObject({ search: 'pay' });
    await get(`search=${'x'.repeat(300)}`);
    expect(asked().search).toBe('x'.repeat(256));
    await get('limit=2', MINE);
    const details = JSON.parse(world.store.entries().at(-1)?.details.subarray(16).toString('utf8') ?? '');
    expect(details).toMatchObject({ request: { event: 'kms.secrets.list' }, result: { totalResources: 2 } });
    expect(details.result.keyRingId).toBe('mine');
  });
});

describe('a search among more than 5,000 keys', () => {
  const full = world.account('full');
  let keys: Key[];

  beforeAll(async () => {
    const many: Made[] = Array.from({ length: 5_001 }, (_, i) => ({ id: id(i), name: `key ${i}` }));
    many[17] = { ...many[17], aliases: [alias('the-one')], keyRing: 'mine' };
    many[18] = { ...many[18], secret: Buffer.from('s') };
    keys = await madeKeys(world, await full, many);
  });

  const search = async (query: string, headers: Record<string, string> = {}) => {
    const where = await full;
    return world.call(where, where.admin, 'GET', `/keys?${query}`, { headers });
  };

  it.each(['key 17', 'The-one', 'name:the-one', 'not:the-one', 'name:key 17', id(9_999)])(
    'is too broad: %s',
    async (text) => {
      const { status, code } = await search(`search=${text}`);
      expect([status, code]).toEqual([400, 'KEY_SEARCH_TOO_BROAD']);
    },
  );

  it.each(['the-one', 'alias:the-one', id(17), `exact:${id(17).toUpperCase()}`])(
    'still finds the key that %s names',
    async (text) => {
      const { body } = await search(`search=${text}`);
      expect(body.metadata).toMatchObject({ collectionTotal: 1, incompleteSearch: true });
      expect(body.resources.map((one: Key) => one.id)).toEqual([keys[17]?.id]);
    },
  );

  it('is too broad where the key that is named is not wanted', async () =>
    expect((await search('search=the-one&filter=extractable=true')).code).toBe('KEY_SEARCH_TOO_BROAD'));

  it.each<[string, string, Record<string, string>]>([
    ['kind', 'search=key 1&extractable=true', {}],
    ['state', 'search=key 1&state=2', {}],
    ['ring', 'search=key 1', { 'x-kms-key-ring': 'mine' }],
  ])('is not too broad once narrowed by %s', async (_, query, headers) => {
    const { status, body } = await search(query, headers);
    expect([status, body.metadata.incompleteSearch]).toEqual([200, undefined]);
  });

  it('is about searches alone: lists page through all of them', async () => {
    const { body } = await search('limit=5000&offset=4999');
    expect(body.resources.map((one: Key) => one.id)).toEqual([id(4_999), id(5_000)]);
    const last = await search('sort=-id&limit=2');
    expect(last.body.resources.map((one: Key) => one.id)).toEqual([id(5_000), id(4_999)]);
  });
});
