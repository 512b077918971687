import { beforeEach, describe, expect, it } from 'vitest';
import { deleteInstance } from '../../../identity/tenant.ts';
import { instancePoliciesRef } from '../../../keys/instance-policies-record.ts';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { many, World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';

let world: World;
let account: Account;
let admin: Actor;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  ({ admin } = account);
});

const policy = (policy_type: string, enabled: unknown, attributes?: unknown) => ({
  policy_type,
  policy_data: { enabled, ...(attributes !== undefined && { attributes }) },
});
const put = (resources: readonly object[], query = '', actor = admin) =>
  world.call(account, actor, 'PUT', `/instance/policies${query}`, { body: many('policy', resources) });
const get = (query = '') => world.call(account, admin, 'GET', `/instance/policies${query}`);
const shown = ({ body }: Answered): [string, unknown][] =>
  (body.resources ?? []).map((one: { policy_type: string; policy_data: unknown }) => [
    one.policy_type,
    one.policy_data,
  ]);
const refusal = ({ status, code, body }: Answered) => [status, code, body.resources[0].reasons[0].target?.name];

const DEFAULTS = {
  create_root_key: true,
  create_standard_key: true,
  import_root_key: true,
  import_standard_key: true,
  enforce_token: false,
};

describe('the policies of an instance', () => {
  it('are none before any was set', async () => {
    const answer = await get();
    expect([answer.status, answer.body]).toEqual([
      200,
      { metadata: { collectionType: 'application/vnd.ibm.kms.policy+json', collectionTotal: 0 } },
    ]);
  });

  it('are told as they were set, with who set them when, those that are off too', async () => {
    expect((await put([policy('dualAuthDelete', true)])).status).toBe(204);
    const bob = await world.actor(account.tenant, 'bob', ['administrator']);
    world.clock.set(NOW + DAY);
    expect((await put([policy('dualAuthDelete', false), policy('metrics', true)], '', bob)).status).toBe(204);
    const { body } = await get();
    expect(body.metadata.collectionTotal).toBe(2);
    expect(body.resources).toEqual([
      {
        policy_type: 'dualAuthDelete',
        policy_data: { enabled: false },
        creationDate: '2027-01-15T08:00:00Z',
        createdBy: `IBMid-${admin.id}`,
        lastUpdated: '2027-01-16T08:00:00Z',
        updatedBy: `IBMid-${bob.id}`,
      },
      {
        policy_type: 'metrics',
        policy_data: { enabled: true },
        creationDate: '2027-01-16T08:00:00Z',
        createdBy: `IBMid-${bob.id}`,
        lastUpdated: '2027-01-16T08:00:00Z',
        updatedBy: `IBMid-${bob.id}`,
      },
    ]);
    expect(shown(await get('?policy=metrics'))).toEqual([['metrics', { enabled: true }]]);
    expect(shown(await get('?policy=rotation'))).toEqual([]);
  });

  const KEPT: readonly [string, object, object][] = [
    ['allowedNetwork', { allowed_network: 'private-only' }, { allowed_network: 'private-only' }],
    [
      'allowedIP',
      {
        allowed_ip: [
          '127.0.0.0/8',
          '192.0.2.77/24',
          '192.0.2.0/24',
          '2001:DB8::1/32',
          '::ffff:10.0.0.0/104',
          '198.51.100.1',
        ],
      },
      { allowed_ip: ['127.0.0.0/8', '192.0.2.0/24', '2001:db8::/32', '10.0.0.0/8', '198.51.100.1/32'] },
    ],
    [
      'keyCreateImportAccess',
      { create_root_key: false, enforce_token: true },
      { ...DEFAULTS, create_root_key: false, enforce_token: true },
    ],
    ['rotation', { interval_month: 12 }, { interval_month: 12 }],
  ];
  it.each(KEPT)('%s is told as it counts', async (type, given, told) => {
    expect((await put([policy(type, true, given)], `?policy=${type}`)).status).toBe(204);
    expect(shown(await get())).toEqual([[type, { enabled: true, attributes: told }]]);
    // The same again is the same.
    expect((await put([policy(type, true, told)])).status).toBe(204);
    expect(shown(await get())).toEqual([[type, { enabled: true, attributes: told }]]);
  });

  it('forget their attributes when they are switched off, and what is left out when they are set', async () => {
    await put(KEPT.map(([type, given]) => policy(type, true, given)));
    await put([policy('keyCreateImportAccess', true, { import_root_key: false })]);
    expect(shown(await get('?policy=keyCreateImportAccess'))).toEqual([
      ['keyCreateImportAccess', { enabled: true, attributes: { ...DEFAULTS, import_root_key: false } }],
    ]);
    const off = await put([
      policy('allowedNetwork', false, { allowed_network: 'private-only' }),
      policy('allowedIP', false),
      policy('keyCreateImportAccess', false),
      policy('rotation', false, {}),
    ]);
    expect(off.status).toBe(204);
    expect(shown(await get())).toEqual([
      ['allowedNetwork', { enabled: false, attributes: { allowed_network: 'public-and-private' } }],
      ['allowedIP', { enabled: false, attributes: { allowed_ip: [] } }],
      ['keyCreateImportAccess', { enabled: false, attributes: DEFAULTS }],
      ['rotation', { enabled: false }],
    ]);
  });

  it.each<[type: string, attributes: object, meaning: object]>([
    ['allowedNetwork', { allowed_network: 'private-only' }, { allowed_network: 'public-and-private' }],
    ['allowedIP', { allowed_ip: [] }, { allowed_ip: [] }],
    ['allowedIP', { allowed_ip: ['10.0.0.0/8'] }, { allowed_ip: [] }],
    ['keyCreateImportAccess', { ...DEFAULTS, create_root_key: false, enforce_token: true }, DEFAULTS],
  ])('%s is switched off by clients that always send attributes, and they mean nothing: %j', async (type, ...both) => {
    const [attributes, meaning] = both;
    expect((await put([policy(type, false, attributes)])).status).toBe(204);
    expect(shown(await get(`?policy=${type}`))).toEqual([[type, { enabled: false, attributes: meaning }]]);
  });

  const subnets = (count: number) => Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  it('take 1,000 subnets', async () => {
    const all = ['127.0.0.1/32', ...subnets(999)];
    expect((await put([policy('allowedIP', true, { allowed_ip: all })])).status).toBe(204);
    const [[, data]] = shown(await get()) as [[string, { attributes: { allowed_ip: string[] } }]];
    expect(data.attributes.allowed_ip).toEqual(all);
  });

  const REFUSED: readonly [string, readonly object[], string, readonly unknown[]][] = [
    ['an unknown type', [policy('dualAuth', true)], '', [400, 'INVALID_FIELD_ERR', 'policy_type']],
    ['no type', [{ policy_data: { enabled: true } }], '', [400, 'INVALID_FIELD_ERR', 'policy_type']],
    ['no data', [{ policy_type: 'metrics' }], '', [400, 'INVALID_FIELD_ERR', 'policy_data']],
    [
      'no word on whether it is on',
      [{ policy_type: 'metrics', policy_data: {} }],
      '',
      [400, 'INVALID_FIELD_ERR', 'policy_data'],
    ],
    ['a word that is no flag', [policy('metrics', 'yes')], '', [400, 'INVALID_FIELD_ERR', 'enabled']],
    [
      'attributes that it has not',
      [policy('metrics', true, { interval_month: 1 })],
      '',
      [400, 'BAD_BODY_ERR', undefined],
    ],
    [
      'attributes while it is off: rotation',
      [policy('rotation', false, { interval_month: 2 })],
      '',
      [400, 'INVALID_FIELD_ERR', 'attributes'],
    ],
    ['no network', [policy('allowedNetwork', true)], '', [400, 'INVALID_FIELD_ERR', 'allowed_network']],
    [
      'an unknown network',
      [policy('allowedNetwork', true, { allowed_network: 'public' })],
      '',
      [400, 'INVALID_FIELD_ERR', 'allowed_network'],
    ],
    ['no subnets', [policy('allowedIP', true)], '', [400, 'INVALID_FIELD_ERR', 'allowed_ip']],
    [
      'an empty list of subnets',
      [policy('allowedIP', true, { allowed_ip: [] })],
      '',
      [400, 'INVALID_FIELD_ERR', 'allowed_ip'],
    ],
    [
      '1,001 subnets',
      [policy('allowedIP', true, { allowed_ip: subnets(1001) })],
      '',
      [400, 'INVALID_FIELD_ERR', 'allowed_ip'],
    ],
    [
      'what is no subnet',
      [policy('allowedIP', true, { allowed_ip: ['10.0.0.0/8', '10.0.0.0/33'] })],
      '',
      [400, 'INVALID_FIELD_ERR', 'allowed_ip'],
    ],
    ['what is no text', [policy('allowedIP', true, { allowed_ip: [8] })], '', [400, 'INVALID_FIELD_ERR', 'allowed_ip']],
    ['no interval', [policy('rotation', true)], '', [400, 'INVALID_FIELD_ERR', 'interval_month']],
    [
      'an interval of 0',
      [policy('rotation', true, { interval_month: 0 })],
      '',
      [400, 'INVALID_FIELD_ERR', 'interval_month'],
    ],
    [
      'an interval of 13',
      [policy('rotation', true, { interval_month: 13 })],
      '',
      [400, 'INVALID_FIELD_ERR', 'interval_month'],
    ],
    [
      'an interval of -1',
      [policy('rotation', true, { interval_month: -1 })],
      '',
      [400, 'INVALID_FIELD_ERR', 'interval_month'],
    ],
    [
      'the same twice',
      [policy('metrics', true), policy('metrics', false)],
      '',
      [400, 'NUM_COLLECTION_RESOURCE_ERR', undefined],
    ],
    [
      'another than the query',
      [policy('metrics', true)],
      '?policy=rotation',
      [400, 'BODY_QUERY_PARAM_MISMATCH_ERR', 'policy'],
    ],
    [
      'one more than the query',
      [policy('metrics', true), policy('dualAuthDelete', true)],
      '?policy=metrics',
      [400, 'BODY_QUERY_PARAM_MISMATCH_ERR', 'policy'],
    ],
    ['a query for none', [policy('metrics', true)], '?policy=metric', [400, 'INVALID_QUERY_PARAM_ERR', 'policy']],
    [
      'the form of keys',
      [{ type: 'application/vnd.ibm.kms.policy+json', dualAuthDelete: { enabled: false } }],
      '',
      [400, 'BAD_BODY_ERR', undefined],
    ],
    ['nothing', [], '', [400, 'BAD_BODY_ERR', undefined]],
  ];
  it.each(REFUSED)('refuse %s, and stay as they are', async (_, resources, query, expected) => {
    expect(refusal(await put(resources, query))).toEqual(expected);
    expect(shown(await get())).toEqual([]);
  });

  it('refuse a total that is not theirs, no body, and a query of GET for none', async () => {
    const body = { metadata: { collectionType: 'x', collectionTotal: 2 }, resources: [policy('metrics', true)] };
    const answers = [
      await world.call(account, admin, 'PUT', '/instance/policies', { body }),
      await world.call(account, admin, 'PUT', '/instance/policies'),
      await get('?policy=all'),
    ];
    expect(answers.map(({ status, code }) => [status, code])).toEqual([
      [400, 'COLLECTION_TOTAL_MISMATCH_ERR'],
      [400, 'NO_BODY_ERR'],
      [400, 'INVALID_QUERY_PARAM_ERR'],
    ]);
  });

  it('are the business of those who may manage them, and of nobody of another tenant', async () => {
    const user = await world.actor(account.tenant, 'carl', ['user']);
    const { admin: stranger } = await world.account('two');
    for (const actor of [user, stranger]) {
      const read = await world.call(account, actor, 'GET', '/instance/policies');
      const port = await world.call(account, actor, 'GET', '/instance/allowed_ip_port');
      expect([read.status, port.status, (await put([policy('metrics', true)], '', actor)).status]).toEqual([
        401, 401, 401,
      ]);
    }
  });

  it('are not left behind for the next instance of the region by one that is deleted meanwhile', async () => {
    const { tenant, instance } = account;
    const commit = world.store.commit.bind(world.store);
    world.store.commit = async (change) => {
      world.store.commit = commit;
      await world.commit(tenant, [deleteInstance(instance, NOW)], tenant.tenantId);
      return commit(change);
    };
    expect((await put([policy('metrics', true)])).status).toBe(401);
    expect(world.store.read(instancePoliciesRef(instance))).toBeUndefined();
  });

  it('are told of in the log, before and after', async () => {
    await put([policy('allowedIP', true, { allowed_ip: ['127.0.0.1'] })]);
    await put([policy('allowedIP', false)]);
    const told = world.store
      .entries()
      .filter(({ leaf }) => leaf.toString().includes('kms:PutInstancePolicies'))
      .map(({ details }) => JSON.parse(details.subarray(16).toString()).request);
    expect(told[1]).toMatchObject({
      event: 'kms.instance-policies.write',
      initialValue: { policyAllowedIPEnabled: true, policyAllowedIPAttribute: ['127.0.0.1/32'] },
      newValue: { policyAllowedIPEnabled: false, policyAllowedIPAttribute: [] },
    });
  });

  it('tell the port for private networks while addresses are bounded', async () => {
    const port = async (host?: string) =>
      (await world.call(account, admin, 'GET', '/instance/allowed_ip_port', host ? { headers: { host } } : {})).body;
    expect(await port()).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.allowed_ip_metadata+json', collectionTotal: 0 },
    });
    await put([policy('allowedIP', true, { allowed_ip: ['127.0.0.1'] })]);
    expect([(await port()).resources, (await port('[::1]:15008')).resources]).toEqual([
      [{ private_endpoint_port: 443 }],
      [{ private_endpoint_port: 15_008 }],
    ]);
    await put([policy('allowedIP', false)]);
    expect((await port()).resources).toBeUndefined();
  });
});
