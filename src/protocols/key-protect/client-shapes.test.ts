import { describe } from 'vitest';
import { CORRELATION, first, header, ShapeSender, type Shape } from './client-shapes.fixture.ts';
import { World, type Answered } from './key-protect.fixture.ts';
import { madeKey } from './made-key.fixture.ts';

const world = new World();
const account = await world.account();
const alias = { name: 'alias/the-alias', createdAtMs: world.clock(), updatedAtMs: world.clock() };
const root = await madeKey(world, account, { name: 'root key', aliases: [alias], keyRing: 'ring-1' });
const standard = await madeKey(world, account, { name: 'standard', secret: Buffer.from('s3cret') });
const removal = { atMs: world.clock(), by: 'IBMid-1' };
const deleted = await madeKey(world, account, { name: 'gone', state: 'deleted', removal });

const sender = new ShapeSender(world, account, { root: root.id, standard: standard.id, deleted: deleted.id });

const names = ({ body }: Answered): string[] =>
  (body.resources ?? []).map(({ name }: { name: string }) => name).toSorted();
const LISTS: readonly Shape[] = [
  {
    client: 'Node 0.4.6',
    method: 'GET',
    path: '/api/v2/keys',
    status: 200,
    reads: names,
    as: ['root key', 'standard'],
  },
  {
    client: 'Node 0.4.6',
    method: 'GET',
    path: '/api/v2/keys?limit=200&offset=0&state=1%2C5&extractable=false&sort=-creationDate%2Cid&filter=creationDate%3Dgte%3A%222020-01-01T00%3A00%3A00Z%22',
    status: 200,
    reads: names,
    as: ['gone', 'root key'],
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys?limit=2000&offset=0',
    status: 200,
    reads: names,
    as: ['root key', 'standard'],
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys?limit=5000&search=ROOT%2C',
    status: 200,
    reads: names,
    as: ['root key'],
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys?filter=+state%3D1+extractable%3Dtrue',
    status: 200,
    reads: names,
    as: ['standard'],
  },
  { client: 'Go', method: 'GET', path: '/api/v2/keys?filter=%20state%3D5', status: 200, reads: names, as: ['gone'] },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys?state=1%2C&sort=id%2C',
    status: 200,
    reads: names,
    as: ['root key', 'standard'],
  },
  {
    client: 'redstone',
    method: 'GET',
    path: '/api/v2/keys?state=1&state=5',
    status: 200,
    reads: names,
    as: ['gone', 'root key', 'standard'],
  },
  { client: 'redstone', method: 'GET', path: '/api/v2/keys?limit=1&offset=9', status: 200, reads: names, as: [] },
  {
    client: 'Python 3.0',
    method: 'GET',
    path: '/api/v2/keys?state=2%2C3&extractable=False',
    status: 200,
    reads: ({ body }) => body,
    as: emptyList(),
  },
  {
    client: 'Java',
    method: 'GET',
    path: '/api/v2/keys/?state=1%2C2&search=exact%3Aalias%3Athe-alias',
    headers: { 'X-Kms-Key-Ring': 'ring-1' },
    status: 200,
    reads: names,
    as: ['root key'],
  },
  { client: 'curl', method: 'GET', path: '/api/v2/keys?search=the-alias', status: 200, reads: names, as: ['root key'] },
  {
    client: 'Node 0.4.6',
    method: 'HEAD',
    path: '/api/v2/keys?state=1%2C5',
    status: 200,
    reads: header('key-total'),
    as: '3',
  },
  {
    client: 'curl',
    method: 'HEAD',
    path: '/api/v2/keys',
    headers: { 'x-kms-key-ring': 'ring-1' },
    status: 200,
    reads: header('key-total'),
    as: '1',
  },
];

const READS: readonly Shape[] = [
  {
    client: 'Node 0.4.6',
    method: 'GET',
    path: '/api/v2/keys/{root}',
    status: 200,
    reads: first('keyRingID'),
    as: 'ring-1',
  },
  {
    client: 'Node 0.4.6',
    method: 'GET',
    path: '/api/v2/keys/%74he-alias',
    status: 200,
    reads: first('name'),
    as: 'root key',
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys/{standard}',
    status: 200,
    reads: first('payload'),
    as: 'czNjcmV0',
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys/{standard}/metadata',
    status: 200,
    reads: first('payload'),
    as: undefined,
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys/{standard}/metadata',
    status: 200,
    reads: header('correlation-id'),
    as: CORRELATION,
  },
  { client: 'redstone', method: 'GET', path: '/api/v2/keys/{deleted}', status: 200, reads: first('state'), as: 5 },
  {
    client: 'Python 3.0',
    method: 'GET',
    path: '/api/v2/keys/{root}/metadata',
    headers: { 'X-Kms-Key-Ring': 'ring-1' },
    status: 200,
    reads: first('id'),
    as: root.id,
  },
  {
    client: 'Java',
    method: 'GET',
    path: '/api/v2/keys/{root}',
    headers: { 'X-Kms-Key-Ring': 'default' },
    status: 404,
    reads: ({ code }) => code,
    as: 'KEY_NOT_FOUND_ERR',
  },
  {
    client: 'curl',
    method: 'GET',
    path: '/api/v2/keys/{root}/',
    headers: { prefer: 'return=minimal' },
    status: 200,
    reads: first('name'),
    as: 'root key',
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys/{root}/versions?limit=1&offset=0&totalCount=true',
    status: 200,
    reads: ({ body }) => body.metadata.totalCount as unknown,
    as: 1,
  },
  {
    client: 'Go',
    method: 'GET',
    path: '/api/v2/keys/{deleted}/versions?allKeyStates=true',
    status: 200,
    reads: ({ body }) => body.resources.length as unknown,
    as: 1,
  },
  {
    client: 'redstone',
    method: 'GET',
    path: '/api/v2/keys/{deleted}/versions',
    status: 410,
    reads: ({ code }) => code,
    as: 'KEY_DELETED_ERR',
  },
  {
    client: 'Node 0.4.6',
    method: 'GET',
    path: '/api/v2/keys/{root}/versions?totalCount=false&allKeyStates=false',
    status: 200,
    reads: first('id'),
    as: root.versions[0]?.id,
  },
  {
    client: 'redstone',
    method: 'GET',
    path: '/api/v2/keys/{standard}/versions',
    status: 400,
    // All that this client shows of an error.
    reads: (answer) => String(first('errorMsg')(answer)).includes('(KEY_ROOT_REQ_ERR)'),
    as: true,
  },
];

describe.each([
  ['lists', LISTS],
  ['reads of one key', READS],
])('requests as clients send them: %s', (_, shapes) => {
  sender.tries(shapes);
});

/** An empty list has no resources: two clients tell nothing from null. */
function emptyList(): object {
  return { metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 0 } };
}
