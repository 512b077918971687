import { beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../../../keys/held.ts';
import { scheduleDeletion } from '../../../keys/lifecycle.ts';
import type { Key } from '../../../keys/key.ts';
import { register } from '../../../keys/registration.ts';
import { rotateOnDemand } from '../../../keys/rotate.ts';
import type { Put } from '../../../records/commit.ts';
import { type Account, type Actor, many, one, World } from '../key-protect.fixture.ts';
import { crnOfBucket, DATABASE, registered, sharedKey, STORAGE } from './registration.fixture.ts';
import { changeKey } from './root-key.fixture.ts';

let world: World;
let account: Account;
let storage: Actor;
let database: Actor;
let key: Key;
const crn = crnOfBucket('photos');

beforeEach(async () => {
  world = new World();
  account = await world.account();
  const host = await world.account('host');
  storage = await world.service(host.tenant, STORAGE);
  database = await world.service(host.tenant, DATABASE);
  key = await sharedKey(world, account);
});

const at = (name: string = crn) => `/keys/${key.id}/registrations/${encodeURIComponent(name)}`;
const write = (actor: Actor, method: string, resource?: object, name?: string) =>
  world.call(account, actor, method, at(name), resource && { body: one('registration_input', resource) });
const listed = async (query = '') =>
  (await world.call(account, account.admin, 'GET', `/keys/${key.id}/registrations${query}`)).body;

describe('a service', () => {
  it('registers a resource, and everybody who may sees it', async () => {
    const resource = { description: 'photos of 2026', registrationMetadata: 'shard 7', preventKeyDeletion: true };
    const made = await registered(world, account, storage, key.id, crn, resource);
    expect(made.status).toBe(201);
    const shown = {
      keyId: key.id,
      keyName: key.id,
      resourceCrn: crn,
      createdBy: `crn-crn:v1:bluemix:public:storage:global:::${STORAGE}::`,
      creationDate: expect.stringMatching(/Z$/),
      updatedBy: `crn-crn:v1:bluemix:public:storage:global:::${STORAGE}::`,
      lastUpdated: expect.stringMatching(/Z$/),
      description: 'photos of 2026',
      preventKeyDeletion: true,
      keyVersion: { id: key.versions[0]?.id, creationDate: expect.any(String) },
    };
    expect(made.body.resources).toEqual([{ ...shown, registrationMetadata: 'shard 7' }]);
    expect(await listed()).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.registration+json', collectionTotal: 1 },
      resources: [shown],
    });
  });

  it('changes all of it, or a part, and takes it back', async () => {
    await write(storage, 'POST', { description: 'one', registrationMetadata: 'a', preventKeyDeletion: true });
    const merged = await write(storage, 'PATCH', { description: 'two' });
    expect(merged.body.resources[0]).toMatchObject({
      description: 'two',
      registrationMetadata: 'a',
      preventKeyDeletion: true,
    });
    const replaced = (await write(storage, 'PUT', { registrationMetadata: 'b' })).body.resources[0];
    expect(replaced).toMatchObject({ registrationMetadata: 'b', preventKeyDeletion: false });
    expect(replaced).not.toHaveProperty('description');
    expect((await write(storage, 'DELETE')).status).toBe(204);
    expect(await listed()).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.registration+json', collectionTotal: 0 },
    });
    expect((await write(storage, 'DELETE')).code).toBe('REGISTRATION_NOT_FOUND_ERR');
  });

  it('names a version of the key, the current one if none', async () => {
    const first = key.versions[0]?.id as string;
    const open = (await world.keys.find(account.instance, key.id))!;
    const { writes } = rotateOnDemand(open, [], world.clock(), world.random);
    await world.commit(account.tenant, writes as never, account.tenant.tenantId);
    const version = async (resource?: object, method = 'POST') =>
      (await write(storage, method, resource)).body.resources[0].keyVersion.id;
    expect(await version()).not.toBe(first);
    expect(await version({ keyVersionId: first }, 'PATCH')).toBe(first);
    expect(await write(storage, 'PATCH', { keyVersionId: 'none' })).toMatchObject({
      status: 422,
      code: 'KEY_VERSION_INVALID',
    });
  });

  it.each([
    ['twice', async () => (await write(storage, 'POST'), write(storage, 'POST')), 409, 'REGISTRATION_NOT_UNIQUE_ERR'],
    ['what it has not registered, anew', () => write(storage, 'PUT'), 404, 'REGISTRATION_NOT_FOUND_ERR'],
    [
      'two at once',
      () => world.call(account, storage, 'POST', at(), { body: many('registration_input', [{}, {}]) }),
      400,
      'BAD_BODY_ERR',
    ],
    ['a member that there is not', () => write(storage, 'POST', { colour: 'red' }), 400, 'BAD_BODY_ERR'],
    ['a flag that is none', () => write(storage, 'POST', { preventKeyDeletion: 'yes' }), 400, 'INVALID_FIELD_ERR'],
    [
      'with a stored secret',
      async () => ((key = await sharedKey(world, account, { extractable: true })), write(storage, 'POST')),
      422,
      'KEY_ROOT_REQ_REG_ERR',
    ],
  ])('does not register %s', async (_, attempt, status, code) => {
    expect(await attempt()).toMatchObject({ status, code });
  });

  it.each([
    ['POST', 'suspended', 422],
    ['PUT', 'suspended', 422],
    ['PATCH', 'suspended', 422],
    ['DELETE', 'suspended', 204],
    ['PATCH', 'deactivated', 422],
    ['DELETE', 'deactivated', 204],
    ['DELETE', 'deleted', 422],
  ] as const)('%s on a key that is %s: %d', async (method, state, status) => {
    const made = method === 'POST' ? undefined : await write(storage, 'POST');
    expect(made?.status).not.toBe(400);
    await changeKey(world, account, key.id, { state });
    const answer = await write(storage, method);
    expect(answer.status).toBe(status);
    expect(answer.code).toBe(status === 422 ? 'KEY_INVALID_STATE_ERR' : undefined);
  });
});

it('nothing is registered with a key from the moment on that its time is over', async () => {
  const expiresAtMs = world.clock() + 1_000;
  await changeKey(world, account, key.id, { expiresAtMs });
  await write(storage, 'POST', { preventKeyDeletion: true });
  world.clock.set(expiresAtMs);
  for (const method of ['POST', 'PUT', 'PATCH']) {
    const answer = await write(storage, method, {}, method === 'POST' ? crnOfBucket('other') : undefined);
    expect(answer.code).toBe('KEY_INVALID_STATE_ERR');
  }
  const remove = (query = '') => world.call(account, account.admin, 'DELETE', `/keys/${key.id}${query}`);
  expect((await remove('?force=true')).code).toBe('PREV_KEY_DEL_ERR');
  expect((await write(storage, 'DELETE')).status).toBe(204);
  expect((await remove()).status).toBe(204);
});

describe('who may write', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s: only the service that has the resource', async (method) => {
    if (method !== 'POST') await write(storage, 'POST');
    const program = await world.actor(account.tenant, 'program', ['administrator'], { program: true });
    for (const actor of [account.admin, program]) {
      expect(await write(actor, method)).toMatchObject({ status: 403, code: 'SERVICE_ONLY_ERR' });
    }
    const owner = method === 'POST' ? 'REGISTRATION_NOT_UNIQUE_ERR' : 'RESOURCE_OWNER_ERR';
    if (method === 'POST') await write(storage, 'POST');
    expect((await write(database, method)).code).toBe(owner);
    const stranger = await world.service((await world.account('other')).tenant, 'stranger.example.com');
    expect(await write(stranger, method)).toMatchObject({ status: 401, code: undefined });
  });
});

describe('names of resources', () => {
  it.each([
    ['with slashes', crnOfBucket('a/b/c')],
    ['with what looks encoded', crnOfBucket('a%2Fb%253A')],
    ['without a resource', 'crn:v1:bluemix:public:openscale:us-south:a/1:2::'],
    ['as long as may be', crnOfBucket('x'.repeat(1_024 - crnOfBucket('').length))],
  ])('%s are taken to the letter', async (_, name) => {
    expect((await write(storage, 'POST', undefined, name)).body.resources[0].resourceCrn).toBe(name);
    expect((await listed()).resources[0].resourceCrn).toBe(name);
  });

  it.each([
    ['too long', crnOfBucket('x'.repeat(1_025 - crnOfBucket('').length))],
    ['with nine segments', 'crn:v1:bluemix:public:s3:global:a/1:2:bucket'],
    ['with eleven', `${crn}:more`],
    ['of another version', crn.replace('v1', 'v2')],
    ['with a wildcard', crnOfBucket('*')],
    ['with a line end', crnOfBucket('a\nb')],
    ['with a space', crnOfBucket('a b')],
    ['with a letter beyond ASCII', crnOfBucket('ä')],
    ['without a service', 'crn:v1:bluemix:public::global:a/1:2:bucket:x'],
    ['__proto__', '__proto__'],
  ])('%s are refused', async (_, name) => {
    expect(await write(storage, 'POST', undefined, name)).toMatchObject({ status: 400, code: 'INVALID_FIELD_ERR' });
  });

  it('that are not encoded lead nowhere', async () => {
    const raw = `/keys/${key.id}/registrations/${crn}`;
    expect((await world.call(account, storage, 'POST', raw)).status).toBe(404);
    const twice = encodeURIComponent(encodeURIComponent(crn));
    const answer = await world.call(account, storage, 'POST', `/keys/${key.id}/registrations/${twice}`);
    expect(answer.code).toBe('INVALID_FIELD_ERR');
  });
});

describe('lists', () => {
  const names = ['a1', 'a2', 'b1'].map(crnOfBucket);

  beforeEach(async () => {
    for (const name of names) {
      await write(storage, 'POST', { preventKeyDeletion: name.endsWith('b1') }, name);
    }
  });

  const found = async (query: string, path = `/keys/${key.id}/registrations`) => {
    const { body } = await world.call(account, account.admin, 'GET', `${path}?${query}`);
    return (body.resources ?? []).map(({ resourceCrn }: { resourceCrn: string }) => resourceCrn).toSorted();
  };
  const of = (text: string) => `urlEncodedResourceCRNQuery=${encodeURIComponent(text)}`;

  it.each([
    ['', names],
    [of(names[0] as string), [names[0]]],
    [of(crnOfBucket('a*')), names.slice(0, 2)],
    [of(crnOfBucket('*')), names],
    [of(encodeURIComponent(crnOfBucket('a*'))), names.slice(0, 2)],
    [of(crnOfBucket('*').replace('bucket', '*')), names],
    [of(crnOfBucket('a')), []],
    ['preventKeyDeletion=true', [names[2]]],
    ['preventKeyDeletion=false', names.slice(0, 2)],
  ])('filter by %s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
    expect(await found(query, '/keys/registrations')).toEqual(expected);
  });

  it.each(['crn:*', crnOfBucket('a*b'), crn.replace('global', '*'), 'x', crn.replace('bucket', 'b*')])(
    'refuse the query %s',
    async (text) => {
      const answer = await world.call(account, account.admin, 'GET', `/keys/registrations?${of(text)}`);
      expect(answer).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM_ERR' });
    },
  );

  it('come in pages, with a total where it is asked for', async () => {
    for (const path of [`/keys/${key.id}/registrations`, '/keys/registrations']) {
      const page = async (query: string) => (await world.call(account, account.admin, 'GET', `${path}?${query}`)).body;
      const first = await page('limit=2&totalCount=true');
      expect(first.metadata).toMatchObject({ collectionTotal: 2, totalCount: 3 });
      const second = await page('limit=2&offset=2');
      expect(second.metadata).toEqual({ collectionType: expect.any(String), collectionTotal: 1 });
      const all: string[] = [...first.resources, ...second.resources].map(({ resourceCrn }) => resourceCrn);
      expect(all.toSorted()).toEqual(names);
      expect((await world.call(account, account.admin, 'GET', `${path}?limit=5001`)).status).toBe(400);
      expect((await page('offset=9')).metadata.collectionTotal).toBe(0);
    }
  });

  it('of an instance are those of its keys, in the ring that is named', async () => {
    const other = await world.account('two');
    expect((await world.call(other, other.admin, 'GET', '/keys/registrations')).body.metadata.collectionTotal).toBe(0);
    const headers = { 'x-kms-key-ring': 'elsewhere' };
    const answer = await world.call(account, account.admin, 'GET', '/keys/registrations', { headers });
    expect(answer.body.metadata.collectionTotal).toBe(0);
    expect((await world.call(account, storage, 'GET', '/keys/registrations')).status).toBe(401);
  });
});

describe('a key that protects resources', () => {
  const call = { principal: { tenantId: '', arn: 'test', credentialId: 'none' }, requestId: 'r', action: 'kms:Test' };

  /** Lets the key go as any protocol would, with something that comes in between. */
  async function letGo(between: () => Promise<unknown> = () => Promise.resolve()): Promise<string> {
    const source = { protocol: 'test', address: '127.0.0.1' };
    const principal = { ...call.principal, tenantId: account.tenant.tenantId };
    let first = true;
    return world.pipeline
      .execute({ ...call, principal, source } as never, async () => {
        const open = (await world.keys.find(account.instance, key.id))!;
        return {
          targets: [{ action: 'kms:ScheduleKeyDeletion', resource: '*', isFree: true }],
          run: async (nowMs) => {
            const { value, ...change } = scheduleDeletion(open.space, open.key, 7, nowMs);
            if (first) await between();
            first = false;
            return { ...change, value: value.state };
          },
        };
      })
      .catch((error: { code: string }) => error.code);
  }

  it('stays, on every wire, until they are gone', async () => {
    await write(storage, 'POST');
    expect(await letGo()).toBe('key-protected');
    await write(storage, 'DELETE');
    expect(await letGo()).toBe('pending-deletion');
  });

  it('stays where a resource is registered a moment before it goes', async () => {
    expect(await letGo(() => write(storage, 'POST'))).toBe('key-protected');
    expect((await listed()).metadata.collectionTotal).toBe(1);
  });

  it('takes no registration that comes a moment after it went', async () => {
    const commit = world.store.commit.bind(world.store);
    let done: Promise<string> | undefined;
    world.store.commit = async (change) => {
      world.store.commit = commit;
      done = letGo();
      await done;
      return commit(change);
    };
    expect(await write(storage, 'POST')).toMatchObject({ status: 422, code: 'KEY_INVALID_STATE_ERR' });
    expect(await done).toBe('pending-deletion');
  });

  it('is released by force of all but those that prevent it', async () => {
    await write(storage, 'POST');
    await write(database, 'POST', {}, crnOfBucket('other'));
    const space = account.instance;
    const { writes, rooms } = await release(world.store, space, key);
    expect(writes).toHaveLength(2);
    expect(rooms).toMatchObject([{ room: { below: 3 } }]);
    await write(storage, 'PATCH', { preventKeyDeletion: true });
    await expect(release(world.store, space, key)).rejects.toMatchObject({ code: 'key-held' });
  });

  it('has 250 at most', async () => {
    for (let n = 0; n < 250; n++) await write(storage, 'POST', undefined, crnOfBucket(`n${n}`));
    expect(await write(storage, 'POST')).toMatchObject({ status: 409, code: 'REGISTRATION_QUOTA_ERR' });
  });
});

it('a long list of an instance leaves others their turn', async () => {
  const registrar = { service: STORAGE, iamId: 'x' };
  const change = (n: number) => register(account.instance, key, crnOfBucket(`n${n}`), {}, registrar, [], 0);
  for (let n = 0; n < 900; n += 300) {
    const writes = Array.from({ length: 300 }, (_, i) => change(n + i).writes as Put[]).flat();
    await world.commit(account.tenant, writes, account.tenant.tenantId);
  }
  // A clock that goes on by a millisecond whenever it is looked at, so that no machine is too fast or too slow.
  let nowMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs++);
  let turns = 0;
  let others = setImmediate(function next() {
    turns++;
    others = setImmediate(next);
  });
  try {
    const { body } = await world.call(account, account.admin, 'GET', '/keys/registrations?limit=1000');
    expect(body.metadata.collectionTotal).toBe(900);
  } finally {
    clearImmediate(others);
    clock.mockRestore();
  }
  expect(turns).toBeGreaterThan(100);
});

it('a record that somebody else wrote is not believed', async () => {
  await write(storage, 'POST');
  const [record] = world.store.listAll('registration');
  const body = Buffer.from(record!.body.toString('utf8').replace(STORAGE, DATABASE));
  await world.store.commit({
    writes: [{ put: { ...record!, body, revision: 2 } }],
    entries: [{ ...entry(), tenantId: account.tenant.tenantId }],
  });
  expect(await write(database, 'DELETE')).toMatchObject({ status: 500, code: 'INCOMPLETE_METADATA_ERR' });
});

function entry() {
  return {
    timeMs: 0,
    principal: 'test',
    action: 'test:Forge',
    requestId: 'r',
    outcome: 'done' as const,
    change: true,
    details: {},
    salt: Buffer.alloc(16),
  };
}
