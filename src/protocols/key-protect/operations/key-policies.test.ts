import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { many, one, World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';

let world: World;
let account: Account;
let admin: Actor;
let key: string;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  ({ admin } = account);
  key = await make();
});

const created = ({ body }: Answered): string => body.resources[0].id;
async function make(more: object = {}, path = '/keys'): Promise<string> {
  const answer = await world.call(account, admin, 'POST', path, {
    body: one('key', { name: 'a key', extractable: false, ...more }),
  });
  expect(answer.status).toBe(201);
  return created(answer);
}
const type = 'application/vnd.ibm.kms.policy+json';
const rotation = (enabled?: boolean, interval_month?: unknown) => ({ type, rotation: { enabled, interval_month } });
const dual = (enabled?: boolean) => ({ type, dualAuthDelete: { enabled } });
const put = (resources: readonly object[], { of = key, query = '', as = admin } = {}) =>
  world.call(account, as, 'PUT', `/keys/${of}/policies${query}`, { body: many('policy', resources) });
const get = (query = '', of = key) => world.call(account, admin, 'GET', `/keys/${of}/policies${query}`);
const shown = async (of = key) => (await world.call(account, admin, 'GET', `/keys/${of}/metadata`)).body.resources[0];
const says = ({ body }: Answered): object[] =>
  (body.resources ?? []).map(
    (policy: { rotation?: object; dualAuthDelete?: object }) => policy.rotation ?? policy.dualAuthDelete,
  );
const refusal = ({ status, code, body }: Answered) => [status, code, body.resources[0].reasons[0].target?.name];

describe('the policies of a key', () => {
  it('are none before any was set', async () => {
    expect((await get()).body).toEqual({ metadata: { collectionType: type, collectionTotal: 0 } });
  });

  it('are told with name, time and author, and stand in the key', async () => {
    const answer = await put([rotation(true, 3)]);
    expect(answer.status).toBe(200);
    const [policy] = answer.body.resources;
    expect(policy).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      crn: `crn:v1:bluemix:public:kms:${account.instance.region}:a/${account.instance.accountId}:${account.instance.instanceId}:policy:${policy.id}`,
      type,
      rotation: { enabled: true, interval_month: 3 },
      createdBy: `IBMid-${admin.id}`,
      creationDate: '2027-01-15T08:00:00Z',
      updatedBy: `IBMid-${admin.id}`,
      lastUpdateDate: '2027-01-15T08:00:00Z',
    });
    expect((await get()).body.resources).toEqual([policy]);
    const bob = await world.actor(account.tenant, 'bob', ['administrator']);
    world.clock.set(NOW + DAY);
    expect((await put([rotation(false)], { as: bob })).body.resources[0]).toEqual({
      ...policy,
      rotation: { enabled: false, interval_month: 3 },
      updatedBy: `IBMid-${bob.id}`,
      lastUpdateDate: '2027-01-16T08:00:00Z',
    });
    expect(await shown()).toMatchObject({
      rotation: { enabled: false, interval_month: 3 },
      lastUpdateDate: '2027-01-16T08:00:00Z',
      dualAuthDelete: { enabled: false },
    });
  });

  it('are two where both were asked for, in one resource or in two', async () => {
    const both = { type, rotation: { enabled: true, interval_month: 2 }, dualAuthDelete: { enabled: false } };
    expect(says(await put([both]))).toEqual([{ enabled: true, interval_month: 2 }, { enabled: false }]);
    expect(says(await put([dual(true), rotation(true, 1)]))).toEqual([
      { enabled: true, interval_month: 1 },
      { enabled: true },
    ]);
    expect(says(await get('?policy=dualAuthDelete'))).toEqual([{ enabled: true }]);
    expect(says(await put([rotation(false)], { query: '?policy=rotation' }))).toEqual([
      { enabled: false, interval_month: 1 },
    ]);
    expect(says(await get())).toHaveLength(2);
  });

  it('are set on a deletion by two people once and for all', async () => {
    expect((await put([dual(false)])).status).toBe(200);
    expect((await put([dual(true)])).status).toBe(200);
    expect((await put([dual(true)])).status).toBe(200);
    expect(refusal(await put([dual(false)]))).toEqual([400, 'INVALID_FIELD_ERR', 'dualAuthDelete']);
    expect(await shown()).toMatchObject({ dualAuthDelete: { enabled: true, keySetForDeletion: false } });
  });

  const REFUSED: readonly [string, readonly object[], string, readonly unknown[]][] = [
    ['an interval of 0', [rotation(true, 0)], '', [400, 'INVALID_FIELD_ERR', 'interval_month']],
    ['an interval of -1', [rotation(true, -1)], '', [400, 'INVALID_FIELD_ERR', 'interval_month']],
    ['an interval of 13', [rotation(true, 13)], '', [400, 'INVALID_FIELD_ERR', 'interval_month']],
    ['half a month', [rotation(true, 1.5)], '', [400, 'INVALID_FIELD_ERR', 'interval_month']],
    ['no interval where none is known', [rotation(true)], '', [400, 'INVALID_FIELD_ERR', undefined]],
    ['to disable what never was', [rotation(false)], '', [400, 'INVALID_FIELD_ERR', undefined]],
    ['a rotation that says nothing', [{ type, rotation: {} }], '', [400, 'INVALID_FIELD_ERR', 'rotation']],
    [
      'a dual authorisation that says nothing',
      [{ type, dualAuthDelete: {} }],
      '',
      [400, 'INVALID_FIELD_ERR', 'dualAuthDelete'],
    ],
    ['neither', [{ type }], '', [400, 'BAD_BODY_ERR', undefined]],
    ['an unknown field', [{ type, rotate: {} }], '', [400, 'BAD_BODY_ERR', undefined]],
    ['another type', [{ ...dual(true), type: 'application/json' }], '', [400, 'INVALID_FIELD_ERR', 'type']],
    ['the same twice', [rotation(true, 1), rotation(true, 2)], '', [400, 'NUM_COLLECTION_RESOURCE_ERR', undefined]],
    [
      'another than the query',
      [rotation(true, 1)],
      '?policy=dualAuthDelete',
      [400, 'BODY_QUERY_PARAM_MISMATCH_ERR', 'policy'],
    ],
    [
      'one more than the query',
      [rotation(true, 1), dual(true)],
      '?policy=dualAuthDelete',
      [400, 'BODY_QUERY_PARAM_MISMATCH_ERR', 'policy'],
    ],
    ['a query for none', [dual(true)], '?policy=metrics', [400, 'INVALID_QUERY_PARAM_ERR', 'policy']],
  ];
  it.each(REFUSED)('refuse %s, and stay as they are', async (_, resources, query, expected) => {
    expect(refusal(await put(resources, { query }))).toEqual(expected);
    expect(says(await get())).toEqual([]);
  });

  it('refuse a rotation of keys that cannot have one', async () => {
    const standard = await make({ extractable: true });
    const imported = await make({ payload: Buffer.alloc(32, 7).toString('base64') });
    const answers = [standard, imported].map(async (of) => (await put([rotation(true, 1)], { of })).code);
    expect(await Promise.all(answers)).toEqual(['KEY_ROOT_REQ_ERR', 'KEY_ACTION_INVALID_STATE_ERR']);
    for (const of of [standard, imported]) expect((await put([dual(true)], { of })).status).toBe(200);
  });

  it('ask for the permissions of what is set, and only those', async () => {
    const user = await world.actor(account.tenant, 'carl', ['user']);
    for (const asked of [rotation(true, 1), rotation(false, 1), dual(true)])
      expect((await put([asked], { as: user })).status).toBe(401);
    expect(says(await get())).toEqual([]);
  });

  it('are read of a deleted key, and not set', async () => {
    await put([rotation(true, 4)]);
    expect((await world.call(account, admin, 'DELETE', `/keys/${key}`)).status).toBe(204);
    expect(says(await get())).toEqual([{ enabled: true, interval_month: 4 }]);
    expect([(await put([rotation(true, 5)])).status, (await put([dual(true)])).code]).toEqual([410, 'KEY_DELETED_ERR']);
  });
});

describe('a key that is made with policies of its own', () => {
  const instance = (...resources: object[]) =>
    world.call(account, admin, 'PUT', '/instance/policies', { body: many('policy', resources) });
  const own = (more: object) => make(more, '/keys_with_policy_overrides');

  beforeEach(async () => {
    await instance(
      { policy_type: 'dualAuthDelete', policy_data: { enabled: true } },
      { policy_type: 'rotation', policy_data: { enabled: true, attributes: { interval_month: 6 } } },
    );
  });

  it('has those in place of what the instance says: no rotation but its own, and its own word on two people', async () => {
    const made = [
      await make(),
      await own({}),
      await own({ rotation: { enabled: true, interval_month: 1 } }),
      await own({ dualAuthDelete: { enabled: false } }),
      await own({ rotation: { enabled: false } }),
      await own({ extractable: true }),
    ];
    const policies = await Promise.all(made.map(async (id) => says(await get('', id))));
    expect(policies).toEqual([
      [{ enabled: true, interval_month: 6 }, { enabled: true }],
      [{ enabled: true }],
      [{ enabled: true, interval_month: 1 }, { enabled: true }],
      [{ enabled: false }],
      [{ enabled: true }],
      [{ enabled: true }],
    ]);
    // Keys that were there before stay as they were.
    expect(says(await get())).toEqual([]);
  });

  it('is refused policies that it cannot have', async () => {
    const codes = await Promise.all(
      [
        { extractable: true, rotation: { enabled: true, interval_month: 1 } },
        { rotation: { enabled: true } },
        { rotation: { enabled: true, interval_month: 13 } },
        { payload: Buffer.alloc(32, 9).toString('base64'), rotation: { enabled: true, interval_month: 1 } },
        { dualAuthDelete: { enabled: 1 } },
      ].map(
        async (more) =>
          (
            await world.call(account, admin, 'POST', '/keys_with_policy_overrides', {
              body: one('key', { name: 'a key', extractable: false, ...more }),
            })
          ).code,
      ),
    );
    expect(codes).toEqual([
      'KEY_ROOT_REQ_ERR',
      'INVALID_FIELD_ERR',
      'INVALID_FIELD_ERR',
      'KEY_ACTION_INVALID_STATE_ERR',
      'INVALID_FIELD_ERR',
    ]);
  });

  it('is refused as others are where the instance does not let keys be made', async () => {
    await instance({
      policy_type: 'keyCreateImportAccess',
      policy_data: { enabled: true, attributes: { create_root_key: false } },
    });
    const answer = await world.call(account, admin, 'POST', '/keys_with_policy_overrides', {
      body: one('key', { name: 'a key', extractable: false }),
    });
    expect([answer.status, answer.code]).toEqual([409, 'KEY_CREATE_IMPORT_ACCESS_ERR']);
  });
});

describe('which keys an instance lets be made', () => {
  const payload = (byte: number) => ({ payload: Buffer.alloc(32, byte).toString('base64') });
  const KINDS: readonly [string, object][] = [
    ['create_root_key', {}],
    ['create_standard_key', { extractable: true }],
    ['import_root_key', payload(1)],
    ['import_standard_key', { extractable: true, ...payload(2) }],
  ];
  const made = async (more: object) => {
    const answer = await world.call(account, admin, 'POST', '/keys', {
      body: one('key', { name: 'a key', extractable: false, ...more }),
    });
    return answer.code ?? answer.status;
  };

  it.each(KINDS)('is without those that %s names', async (name) => {
    await world.call(account, admin, 'PUT', '/instance/policies', {
      body: many('policy', [
        { policy_type: 'keyCreateImportAccess', policy_data: { enabled: true, attributes: { [name]: false } } },
      ]),
    });
    const answers: unknown[] = [];
    for (const [kind, more] of KINDS) answers.push([kind, await made(more)]);
    expect(answers).toEqual(KINDS.map(([kind]) => [kind, kind === name ? 'KEY_CREATE_IMPORT_ACCESS_ERR' : 201]));
  });

  it('is without those that are imported in the clear where a token is enforced, and rotated so', async () => {
    const imported = await make(payload(3));
    await world.call(account, admin, 'PUT', '/instance/policies', {
      body: many('policy', [
        { policy_type: 'keyCreateImportAccess', policy_data: { enabled: true, attributes: { enforce_token: true } } },
      ]),
    });
    const answers: unknown[] = [];
    for (const [, more] of KINDS) answers.push(await made(more));
    expect(answers).toEqual([201, 201, 'KEY_CREATE_IMPORT_ACCESS_ERR', 'KEY_CREATE_IMPORT_ACCESS_ERR']);
    const rotated = await world.call(account, admin, 'POST', `/keys/${imported}/actions/rotate`, { body: payload(4) });
    expect([rotated.status, rotated.code]).toEqual([409, 'KEY_CREATE_IMPORT_ACCESS_ERR']);
  });
});
