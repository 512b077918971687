import { describe } from 'vitest';
import {
  code,
  enveloped,
  first,
  firsts,
  ShapeSender,
  total,
  typed,
  type Client,
  type Shape,
} from './client-shapes.fixture.ts';
import { World, type Answered } from './key-protect.fixture.ts';
import { madeKey } from './made-key.fixture.ts';

const KEY = 'application/vnd.ibm.kms.key+json';
const POLICY = 'application/vnd.ibm.kms.policy+json';
const EVERY: readonly Client[] = ['Node 0.4.6', 'Go', 'redstone', 'Python 3.0', 'Java'];
const json = { 'Content-Type': 'application/json' };

const policies = '/api/v2/keys/{root}/policies';
const instance = '/api/v2/instance/policies';
const rotation = (interval_month: number) => ({ type: POLICY, rotation: { enabled: true, interval_month } });
const dual = (enabled: boolean) => ({ type: POLICY, dualAuthDelete: { enabled } });
const put = (client: Client, path: string, status: number, body: string, more: Partial<Shape> = {}): Shape => ({
  client,
  method: 'PUT',
  path,
  status,
  ...(client !== 'Go' && { headers: json }),
  body,
  ...more,
});
const get = (client: Client, path: string, more: Partial<Shape> = {}): Shape => ({
  client,
  method: 'GET',
  path,
  status: 200,
  ...more,
});
const refusedAs = (as: string) => ({ reads: code, as });
const resources = ({ body }: Answered): object[] => (body.resources ?? []) as object[];

const OF_KEYS: readonly Shape[] = [
  ...EVERY.map((client) => get(client, policies, { reads: total, as: 0 })),
  put('Node 0.4.6', `${policies}?policy=rotation`, 200, enveloped('policy', rotation(3)), {
    reads: first('rotation'),
    as: { enabled: true, interval_month: 3 },
  }),
  // Both in one resource, as the types of Node have them.
  put('Java', policies, 200, enveloped('policy', { ...rotation(4), ...dual(false) }), { reads: total, as: 2 }),
  put('Python 3.0', policies, 200, enveloped('policy', { ...rotation(5), ...dual(false) }), { reads: total, as: 2 }),
  put('redstone', `${policies}?policy=rotation`, 200, enveloped('policy', rotation(6)), {
    reads: first('rotation'),
    as: { enabled: true, interval_month: 6 },
  }),
  put('redstone', `${policies}?policy=dualAuthDelete`, 200, enveloped('policy', dual(false))),
  // One resource each.
  put('Go', policies, 200, enveloped('policy', rotation(7), dual(false)), { reads: total, as: 2 }),
  put('Go', `${policies}?policy=rotation`, 200, enveloped('policy', { type: POLICY, rotation: { enabled: false } }), {
    reads: first('rotation'),
    as: { enabled: false, interval_month: 7 },
  }),
  put('Go', `${policies}?policy=rotation`, 200, enveloped('policy', { type: POLICY, rotation: { enabled: true } }), {
    reads: first('rotation'),
    as: { enabled: true, interval_month: 7 },
  }),
  // What Go makes of an interval of 0.
  put('Go', `${policies}?policy=rotation`, 400, enveloped('policy', rotation(-1)), refusedAs('INVALID_FIELD_ERR')),
  get('Go', `${policies}?policy=rotation`, { reads: total, as: 1 }),
  get('Go', `${policies}?policy=dualAuthDelete`, { reads: first('dualAuthDelete'), as: { enabled: false } }),
  put('Go', '/api/v2/keys/{standard}/policies', 400, enveloped('policy', rotation(1)), refusedAs('KEY_ROOT_REQ_ERR')),
  // From then on it takes two.
  put('Node 0.4.6', `${policies}?policy=dualAuthDelete`, 200, enveloped('policy', dual(true)), {
    reads: first('dualAuthDelete'),
    as: { enabled: true },
  }),
  { client: 'Go', method: 'POST', path: '/api/v2/keys/{root}/actions/setKeyForDeletion', body: 'null', status: 204 },
  {
    client: 'Go',
    method: 'DELETE',
    path: '/api/v2/keys/{root}?force=false',
    headers: { prefer: 'return=minimal' },
    status: 409,
    ...refusedAs('AUTHORIZATIONS_NOT_MET'),
  },
  { client: 'redstone', method: 'POST', path: '/api/v2/keys/{root}?action=unsetKeyForDeletion', status: 204 },
];

const overrides = (name: string, more: object = {}) => ({ name, type: KEY, extractable: false, ...more });
const OVERRIDES: readonly Shape[] = EVERY.map((client) => ({
  client,
  method: 'POST',
  path: '/api/v2/keys_with_policy_overrides',
  ...(client !== 'Go' && { headers: { ...typed('key'), Prefer: 'return=representation' } }),
  body: enveloped(
    'key',
    overrides('overridden', { rotation: { enabled: true, interval_month: 2 }, dualAuthDelete: { enabled: true } }),
  ),
  status: 201,
  reads: firsts('rotation', 'dualAuthDelete'),
  as: [
    { enabled: true, interval_month: 2 },
    { enabled: true, keySetForDeletion: false },
  ],
}));

const off = (policy_type: string, attributes?: object) =>
  enveloped('policy', { policy_type, policy_data: { enabled: false, ...(attributes && { attributes }) } });
const on = (policy_type: string, attributes?: object) =>
  enveloped('policy', { policy_type, policy_data: { enabled: true, ...(attributes && { attributes }) } });
const types = (answer: Answered) =>
  resources(answer)
    .map((one) => (one as { policy_type: string }).policy_type)
    .toSorted();

const OF_INSTANCES: readonly Shape[] = [
  ...EVERY.map((client) => get(client, instance, { reads: total, as: 0 })),
  get('Node 0.4.6', '/api/v2/instance/allowed_ip_port', { reads: total, as: 0 }),
  // Go says attributes even where it switches off.
  put('Go', `${instance}?policy=allowedNetwork`, 204, off('allowedNetwork', { allowed_network: 'public-and-private' })),
  put('Go', `${instance}?policy=dualAuthDelete`, 204, off('dualAuthDelete')),
  put('Go', `${instance}?policy=metrics`, 204, on('metrics')),
  put('redstone', `${instance}?policy=allowedIP`, 204, on('allowedIP', { allowed_ip: ['192.0.2.0/24', '::1/128'] })),
  put('redstone', instance, 204, off('allowedIP')),
  put('Python 3.0', `${instance}?policy=rotation`, 204, on('rotation', { interval_month: 12 })),
  put('Python 3.0', `${instance}?policy=rotation`, 204, off('rotation')),
  put(
    'Node 0.4.6',
    `${instance}?policy=keyCreateImportAccess`,
    204,
    on('keyCreateImportAccess', { create_root_key: false }),
  ),
  get('Node 0.4.6', `${instance}?policy=keyCreateImportAccess`, {
    reads: first('policy_data'),
    as: {
      enabled: true,
      attributes: {
        create_root_key: false,
        create_standard_key: true,
        import_root_key: true,
        import_standard_key: true,
        enforce_token: false,
      },
    },
  }),
  {
    client: 'Go',
    method: 'POST',
    path: '/api/v2/keys',
    body: enveloped('key', overrides('forbidden')),
    status: 409,
    ...refusedAs('KEY_CREATE_IMPORT_ACCESS_ERR'),
  },
  put('Java', `${instance}?policy=keyCreateImportAccess`, 204, off('keyCreateImportAccess')),
  ...EVERY.map((client) =>
    get(client, instance, {
      reads: types,
      as: ['allowedIP', 'allowedNetwork', 'dualAuthDelete', 'keyCreateImportAccess', 'metrics', 'rotation'],
    }),
  ),
  put('Java', `${instance}?policy=metrics`, 400, off('rotation'), refusedAs('BODY_QUERY_PARAM_MISMATCH_ERR')),
  put('Go', instance, 400, off('metrics').replace('"collectionTotal":1', '"collectionTotal":2'), {
    ...refusedAs('COLLECTION_TOTAL_MISMATCH_ERR'),
  }),
  // A page of the documentation has a policy of a key here.
  put('curl', instance, 400, enveloped('policy', dual(false)), { reads: ({ status }) => status, as: 400 }),
];

const ringed = (answer: Answered) => resources(answer).map((one) => (one as { id: string }).id);
const RINGS: readonly Shape[] = EVERY.flatMap((client, at): Shape[] => {
  const ring = `ring-of-${at}`;
  const header = client === 'Go' ? 'x-kms-key-ring' : 'X-Kms-Key-Ring';
  // A request without a body still has a type in what axios sends.
  const headers = client === 'Node 0.4.6' ? json : {};
  const moved = client === 'Go' ? `{"KeyRingID":"${ring}"}` : `{"keyRingID":"${ring}"}`;
  const back = { method: 'PATCH', path: '/api/v2/keys/{movable}', status: 200, reads: first('keyRingID') };
  return [
    { client, method: 'POST', path: `/api/v2/key_rings/${ring}`, headers, status: 201 },
    get(client, '/api/v2/key_rings?limit=100&offset=0&totalCount=true', { reads: ringed, as: ['default', ring] }),
    { client, ...back, headers: { ...typed('key'), [header]: 'default' }, body: moved, as: ring },
    {
      client,
      ...back,
      headers: { ...typed('key'), [header]: 'default' },
      body: moved,
      status: 404,
      reads: code,
      as: 'KEY_NOT_FOUND_ERR',
    },
    {
      client,
      method: 'DELETE',
      path: `/api/v2/key_rings/${ring}`,
      status: 409,
      ...refusedAs('KEY_RING_NOT_EMPTY_ERR'),
    },
    { client, ...back, headers: { ...typed('key'), [header]: ring }, body: '{"keyRingID":"default"}', as: 'default' },
    {
      client,
      method: 'POST',
      path: `/api/v2/keys/{movable}/aliases/alias_${at}`,
      headers,
      status: 201,
      reads: first('alias'),
      as: `alias_${at}`,
    },
    {
      client,
      method: 'POST',
      path: `/api/v2/keys/{movable}/aliases/alias_${at}`,
      headers,
      status: 409,
      ...refusedAs('KEY_ALIAS_NOT_UNIQUE_ERR'),
    },
    get(client, `/api/v2/keys/alias_${at}`, { reads: firsts('name', 'aliases'), as: ['movable', [`alias_${at}`]] }),
    { client, method: 'DELETE', path: `/api/v2/keys/{movable}/aliases/alias_${at}`, status: 204 },
    {
      client,
      method: 'DELETE',
      path: `/api/v2/key_rings/${ring}?force=${client === 'redstone' ? 'True' : 'true'}`,
      status: 204,
    },
  ];
});

describe.each([
  ['policies of keys', OF_KEYS],
  ['policies that override', OVERRIDES],
  ['policies of instances', OF_INSTANCES],
  ['key rings and aliases', RINGS],
])('requests as clients send them: %s', async (_, shapes) => {
  const world = new World();
  const account = await world.account();
  const root = await madeKey(world, account, { name: 'root' });
  const movable = await madeKey(world, account, { name: 'movable' });
  const standard = await madeKey(world, account, { name: 'standard', secret: Buffer.from('s3cret') });
  const sender = new ShapeSender(world, account, { root: root.id, movable: movable.id, standard: standard.id });
  sender.tries(shapes);
});
