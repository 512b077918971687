import { describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { one, World, type Departure } from '../key-protect.fixture.ts';

const world = new World();
const account = await world.account();
const { admin } = account;

const b64 = (length: number, byte = 7) => Buffer.alloc(length, byte).toString('base64');
const create = (resource: object, more: Departure = {}) =>
  world.call(account, admin, 'POST', '/keys', {
    body: one('key', { type: 'application/vnd.ibm.kms.key+json', ...resource }),
    ...more,
  });
const future = new Date(world.clock() + 30 * DAY).toISOString();

describe('createKey', () => {
  it('makes a root key, and shows it without its material', async () => {
    const { status, body, headers } = await create({
      name: 'a root key',
      aliases: ['first-1', 'second-1'],
      description: 'for tests',
      Tags: ['blue', 'fast'],
      expirationDate: future,
      extractable: false,
    });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/vnd.ibm.kms.key+json');
    const [key] = body.resources;
    expect(key).toMatchObject({
      name: 'a root key',
      aliases: ['first-1', 'second-1'],
      description: 'for tests',
      tags: ['blue', 'fast'],
      state: 1,
      extractable: false,
      imported: false,
      keyRingID: 'default',
      algorithmBitSize: 256,
      createdBy: `IBMid-${admin.id}`,
      dualAuthDelete: { enabled: false },
      deleted: false,
    });
    expect(Date.parse(key.expirationDate)).toBe(Math.floor(Date.parse(future) / 1_000) * 1_000);
    expect(key).not.toHaveProperty('payload');
    expect(key).not.toHaveProperty('lastUpdateDate');
    expect(key.keyVersion.id).toMatch(/^[0-9a-f-]{36}$/);
    const again = await world.call(account, admin, 'GET', '/keys/first-1/metadata');
    expect(again.body.resources[0].id).toBe(key.id);
  });

  it.each([
    [16, 128],
    [24, 192],
    [32, 256],
  ])('imports a root key of %i bytes, which wraps', async (length, bits) => {
    const { status, body } = await create({ name: 'imported', extractable: false, payload: b64(length, length) });
    expect(status).toBe(201);
    expect(body.resources[0]).toMatchObject({ imported: true, algorithmBitSize: bits, state: 1 });
    const { id } = body.resources[0];
    const wrapped = await world.call(account, admin, 'POST', `/keys/${id}/actions/wrap`, {
      body: { plaintext: b64(18) },
    });
    const { ciphertext } = wrapped.body;
    const unwrapped = await world.call(account, admin, 'POST', `/keys/${id}/actions/unwrap`, { body: { ciphertext } });
    expect(unwrapped.body.plaintext).toBe(b64(18));
  });

  it.each([1, 32, 7_500])('stores a secret of %i bytes and tells it again', async (length) => {
    const { status, body } = await create({ name: 'secret', extractable: true, payload: b64(length) });
    expect(status).toBe(201);
    const [key] = body.resources;
    expect(key).toMatchObject({ extractable: true, imported: true, state: 1 });
    expect(key).not.toHaveProperty('payload');
    expect(key).not.toHaveProperty('keyVersion');
    const read = await world.call(account, admin, 'GET', `/keys/${key.id}`);
    expect(read.body.resources[0].payload).toBe(b64(length));
  });

  it('makes up a standard key that has no payload, and tells it where that is preferred', async () => {
    const { body } = await create(
      { name: 'made up', extractable: true },
      { headers: { prefer: 'return=representation' } },
    );
    const [key] = body.resources;
    expect(Buffer.from(key.payload, 'base64')).toHaveLength(32);
    expect(key.imported).toBe(false);
    const read = await world.call(account, admin, 'GET', `/keys/${key.id}`);
    expect(read.body.resources[0].payload).toBe(key.payload);
  });

  it('says which key it is and no more where that is preferred', async () => {
    const { status, body } = await create({ name: 'terse' }, { headers: { prefer: 'return=minimal' } });
    expect(status).toBe(201);
    expect(Object.keys(body.resources[0]).toSorted()).toEqual(['crn', 'id', 'type']);
  });

  it('makes a root key where nothing says which', async () => {
    expect((await create({ name: 'unsaid' })).body.resources[0].extractable).toBe(false);
  });

  const long = 'x'.repeat(241);
  it.each<[string, object, string]>([
    ['no name', {}, 'INVALID_FIELD_ERR'],
    ['a short name', { name: 'x' }, 'INVALID_FIELD_ERR'],
    ['a long name', { name: 'x'.repeat(91) }, 'INVALID_FIELD_ERR'],
    ['a name that is none', { name: 7 }, 'INVALID_FIELD_ERR'],
    ['a short description', { name: 'ok', description: 'x' }, 'INVALID_FIELD_ERR'],
    ['a long description', { name: 'ok', description: long }, 'INVALID_FIELD_ERR'],
    ['six aliases', { name: 'ok', aliases: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'] }, 'INVALID_FIELD_ERR'],
    ['a reserved alias', { name: 'ok', aliases: ['policies'] }, 'INVALID_FIELD_ERR'],
    ['an alias that is a UUID', { name: 'ok', aliases: [admin.id] }, 'INVALID_FIELD_ERR'],
    ['an alias twice', { name: 'ok', aliases: ['twice', 'twice'] }, 'KEY_ALIAS_NOT_UNIQUE_ERR'],
    ['31 tags', { name: 'ok', tags: Array.from({ length: 31 }, (_, i) => `t${i}`) }, 'INVALID_FIELD_ERR'],
    ['a long tag', { name: 'ok', tags: ['x'.repeat(31)] }, 'INVALID_FIELD_ERR'],
    ['a tag with a comma', { name: 'ok', tags: ['a,b'] }, 'INVALID_FIELD_ERR'],
    ['a tag twice', { name: 'ok', tags: ['a', 'a'] }, 'INVALID_FIELD_ERR'],
    ['an end in the past', { name: 'ok', expirationDate: '2020-01-01T00:00:00Z' }, 'INVALID_FIELD_ERR'],
    ['an end that is no date', { name: 'ok', expirationDate: 'soon' }, 'INVALID_FIELD_ERR'],
    ['an extractable that is none', { name: 'ok', extractable: 'yes' }, 'INVALID_FIELD_ERR'],
    ['a root key of 31 bytes', { name: 'ok', payload: b64(31) }, 'INVALID_FIELD_ERR'],
    ['a payload that is no base64', { name: 'ok', payload: '%%%' }, 'INVALID_FIELD_ERR'],
    ['an empty secret', { name: 'ok', extractable: true, payload: '' }, 'INVALID_FIELD_ERR'],
    ['a secret of 7,501 bytes', { name: 'ok', extractable: true, payload: b64(7_501) }, 'INVALID_FIELD_ERR'],
    ['another type', { name: 'ok', type: 'application/json' }, 'INVALID_FIELD_ERR'],
    ['an unknown member', { name: 'ok', colour: 'blue' }, 'BAD_BODY_ERR'],
  ])('refuses %s', async (_, resource, code) => {
    const answer = await create(resource);
    expect(answer.code).toBe(code);
  });

  it('refuses two keys at once, and a body without metadata', async () => {
    const two = [{ name: 'one' }, { name: 'two' }];
    const metadata = { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 2 };
    const post = (body: object) => world.call(account, admin, 'POST', '/keys', { body });
    const answers = [await post({ metadata, resources: two }), await post({ resources: [{ name: 'one' }] })];
    expect(answers.map(({ code, body }) => [code, body.resources[0].reasons[0].message])).toEqual([
      ['BAD_BODY_ERR', 'Only creation of one key per request is supported'],
      ['BAD_BODY_ERR', 'CollectionMetadata is empty'],
    ]);
    expect((await world.call(account, admin, 'POST', '/keys')).code).toBe('NO_BODY_ERR');
  });

  it('refuses an alias that another key has, a deleted one too', async () => {
    const first = await create({ name: 'holder', aliases: ['taken'] });
    expect((await create({ name: 'late', aliases: ['taken'] })).code).toBe('KEY_ALIAS_NOT_UNIQUE_ERR');
    await world.call(account, admin, 'DELETE', `/keys/${first.body.resources[0].id}`);
    expect((await create({ name: 'late', aliases: ['taken'] })).code).toBe('KEY_ALIAS_NOT_UNIQUE_ERR');
  });

  it('gives an alias to one of many who ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => create({ name: 'racer', aliases: ['raced'] })));
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 7 }, () => 409),
    ]);
  });

  it('puts it into the ring of the header, and refuses a ring that is not there', async () => {
    await world.call(account, admin, 'POST', '/key_rings/mine');
    const made = await create({ name: 'ringed' }, { headers: { 'x-kms-key-ring': 'mine' } });
    expect(made.body.resources[0].keyRingID).toBe('mine');
    const none = await create({ name: 'ringed' }, { headers: { 'x-kms-key-ring': 'nowhere' } });
    expect([none.status, none.code]).toEqual([404, 'KEY_RING_NOT_FOUND_ERR']);
  });

  it('refuses material that serves another usage, and takes the same for two root keys and a secret', async () => {
    const payload = b64(32, 99);
    const answers = [
      await create({ name: 'first', payload }),
      await create({ name: 'second', payload }),
      await create({ name: 'stored', extractable: true, payload }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('leaves nothing of a payload in the log', async () => {
    const payload = b64(32, 0xc5);
    await create({ name: 'canary', extractable: true, payload }, { headers: { prefer: 'return=representation' } });
    await create({ name: 'x', extractable: true, payload });
    for (const { leaf, details } of world.store.entries()) {
      for (const form of [payload, Buffer.from(payload, 'base64').toString('hex'), Buffer.from(payload, 'base64')])
        expect(Buffer.concat([leaf, details]).includes(form)).toBe(false);
    }
  });

  it('is for those who may, in an instance of their own', async () => {
    const reader = await world.actor(account.tenant, 'reader', ['user']);
    const other = await world.account('other');
    const body = one('key', { name: 'not mine' });
    const post = (actor: typeof admin) => world.call(account, actor, 'POST', '/keys', { body });
    expect([(await post(reader)).status, (await post(other.admin)).status]).toEqual([401, 401]);
  });
});
