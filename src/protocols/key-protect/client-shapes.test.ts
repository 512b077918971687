import { describe, expect, it } from 'vitest';
import { World, type Answered } from './key-protect.fixture.ts';
import { madeKey } from './made-key.fixture.ts';

/** A request as a client sends it: names in braces stand for what the test has made. */
interface Shape {
  readonly client: Client;
  readonly method: string;
  /** Below the host, with its query, encoded as the client does it. */
  readonly path: string;
  /** Beside those that the client sends with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  /** What the client reads of the answer. */
  readonly reads?: (answer: Answered) => unknown;
  readonly as?: unknown;
}

type Client = keyof typeof ALWAYS;

const CORRELATION = 'f5a7ee35-31cd-4ab9-a6a6-3c7b1f1f2e11';

/** What each client sends with every request, in its own spelling. */
const ALWAYS = {
  'Node 0.4.6': {
    Accept: 'application/json',
    Authorization: 'Bearer {token}',
    'Bluemix-Instance': '{instance}',
    'User-Agent': 'ibm-key-protect-node/0.4.6',
    'Accept-Encoding': 'gzip, compress, deflate, br',
  },
  Go: {
    'User-Agent': 'keyprotect-go-client/0.17.3',
    accept: 'application/json',
    authorization: 'Bearer {token}',
    'bluemix-instance': '{instance}',
    'correlation-id': CORRELATION,
    'Accept-Encoding': 'gzip',
  },
  redstone: {
    'User-Agent': 'python-requests/2.32.3',
    'Accept-Encoding': 'gzip, deflate',
    Accept: '*/*',
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    authorization: 'Bearer {token}',
    'bluemix-instance': '{instance}',
  },
  'Python 3.0': {
    'User-Agent': 'keyprotect-python-client/3.0.1',
    'Accept-Encoding': 'gzip, deflate',
    Accept: 'application/json',
    'Bluemix-Instance': '{instance}',
    Authorization: 'Bearer {token}',
  },
  Java: {
    Accept: 'application/json',
    'Bluemix-Instance': '{instance}',
    Authorization: 'Bearer {token}',
    'User-Agent': 'keyprotect-java-client/0.1.0',
    'Accept-Encoding': 'gzip',
  },
  curl: {
    accept: 'application/vnd.ibm.kms.key+json',
    authorization: 'bearer {token}',
    'bluemix-instance': '{instance}',
    'correlation-id': 'my correlation id',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

const world = new World();
const account = await world.account();
const alias = { name: 'alias/the-alias', createdAtMs: world.clock(), updatedAtMs: world.clock() };
const root = await madeKey(world, account, { name: 'root key', aliases: [alias], keyRing: 'ring-1' });
const standard = await madeKey(world, account, { name: 'standard', secret: Buffer.from('s3cret') });
const removal = { atMs: world.clock(), by: 'IBMid-1' };
const deleted = await madeKey(world, account, { name: 'gone', state: 'deleted', removal });

const VALUES: Record<string, string> = {
  token: account.admin.token,
  instance: account.instance.instanceId,
  root: root.id,
  standard: standard.id,
  deleted: deleted.id,
};
const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? '');

function send({ client, method, path, headers = {}, body = '' }: Shape): Promise<Answered> {
  const [below = '', query = ''] = path.split('?');
  return world.send({
    method,
    path: filled(below),
    query: filled(query),
    rawHeaders: Object.entries({ ...ALWAYS[client], ...headers })
      .flat()
      .map((text) => filled(text)),
    body: Buffer.from(body, 'utf8'),
    remoteAddress: '192.0.2.1',
    isSecure: true,
    requestId: 'a-request',
  });
}

const names = ({ body }: Answered): string[] =>
  (body.resources ?? []).map(({ name }: { name: string }) => name).toSorted();
const first = (field: string) => (answer: Answered) => answer.body.resources[0][field] as unknown;
const header = (name: string) => (answer: Answered) => answer.headers.get(name);

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
  it.each(shapes.map((shape) => [`${shape.client}: ${shape.method} ${shape.path}`, shape] as const))(
    '%s',
    async (__, shape) => {
      const answer = await send(shape);
      expect(answer.status).toBe(shape.status);
      expect(shape.reads?.(answer)).toEqual(shape.as);
    },
  );
});

/** An empty list has no resources: two clients tell nothing from null. */
function emptyList(): object {
  return { metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 0 } };
}
