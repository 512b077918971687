import { describe } from 'vitest';
import {
  code,
  CORRELATION,
  enveloped,
  first,
  firsts,
  header,
  member,
  ShapeSender,
  total,
  typed,
  type Client,
  type Shape,
} from './client-shapes.fixture.ts';
import { World } from './key-protect.fixture.ts';

const KEY = 'application/vnd.ibm.kms.key+json';
const WAIT_MS = 30_000;
const HOUR_MS = 3_600_000;
const PURGE_MS = 4 * HOUR_MS;
const PLAINTEXT = Buffer.from('eighteen bytes yes').toString('base64');

/** A key's life, with what is the same for every client: what it sends differs. */
interface Life {
  readonly create: Partial<Shape>;
  readonly wrapNothing: Partial<Shape>;
  readonly bare: Partial<Shape>;
  readonly rotate: Partial<Shape>;
  readonly restore: Partial<Shape>;
  /** `return=representation` and the status that it leads to, or no `Prefer`. */
  readonly deletes: Partial<Shape>;
  readonly purges: Partial<Shape>;
  /** Where an action is. */
  readonly action: (name: string) => string;
  readonly type: (kind: string) => Readonly<Record<string, string>>;
}

const behind = (name: string) => `/api/v2/keys/{key}/actions/${name}`;
const byQuery = (name: string) => `/api/v2/keys/{key}?action=${name}`;
const representation = { Prefer: 'return=representation' };
const emptyJson = { headers: { 'Content-Type': 'application/json' } };
const destroyed = { status: 200, reads: firsts('state', 'deleted'), as: [5, true] } as const;

/** Node and Java come from the same generator. */
const GENERATED: Life = {
  create: {
    headers: { ...typed('key'), ...representation },
    body: enveloped('key', { type: KEY, name: 'a key', extractable: false, description: 'of a client', tags: ['t'] }),
    reads: firsts('tags', 'description', 'imported', 'lastUpdateDate'),
    as: [['t'], 'of a client', false, undefined],
  },
  wrapNothing: { headers: typed('key_action_wrap') },
  bare: emptyJson,
  rotate: { headers: { ...typed('key_action_rotate'), ...representation } },
  restore: { headers: { ...typed('key_action_restore'), Accept: KEY, ...representation } },
  deletes: { headers: representation, ...destroyed },
  purges: { headers: representation, ...destroyed },
  action: behind,
  type: typed,
};

const LIVES: { readonly [Name in Exclude<Client, 'curl'>]: Life } = {
  'Node 0.4.6': GENERATED,
  Java: { ...GENERATED, deletes: { status: 204 }, purges: { headers: { Prefer: 'return=minimal' }, status: 204 } },
  'Python 3.0': {
    ...GENERATED,
    create: {
      headers: { ...typed('key'), Prefer: 'return=minimal' },
      body: enveloped('key', { type: KEY, name: 'a key', aliases: ['py-3'], extractable: false }),
      reads: first('type'),
      as: KEY,
    },
    wrapNothing: { headers: typed('key_action_wrap'), body: '{}' },
    bare: {},
    rotate: { headers: typed('key_action_rotate'), body: '{}' },
    restore: { headers: typed('key_action_restore') },
    deletes: { headers: { Prefer: 'return=minimal' }, status: 204 },
  },
  Go: {
    create: {
      // Its clock has nanoseconds and a zone.
      body: enveloped('key', {
        name: 'a key',
        type: KEY,
        Tags: ['t'],
        extractable: false,
        expirationDate: '2030-02-01T10:00:00.123456789+02:00',
      }),
      reads: firsts('tags', 'state', 'lastUpdateDate', 'lastRotateDate', 'expirationDate'),
      as: [['t'], 1, undefined, undefined, '2030-02-01T08:00:00Z'],
    },
    wrapNothing: { body: '{}' },
    bare: { body: 'null' },
    rotate: { body: '{}' },
    restore: {},
    deletes: { headers: { prefer: 'return=representation' }, ...destroyed },
    purges: { headers: { prefer: 'return=representation' }, ...destroyed },
    action: behind,
    type: () => ({}),
  },
  redstone: {
    create: {
      body: enveloped('key', { type: KEY, extractable: false, name: 'a key' }),
      reads: firsts('name', 'state', 'aliases'),
      as: ['a key', 1, undefined],
    },
    wrapNothing: { body: '{}' },
    bare: {},
    rotate: {},
    restore: {
      path: byQuery('restore'),
      body: enveloped('key', { payload: null, encryptedNonce: null, iv: null, encryptionAlgorithm: null }),
    },
    deletes: { status: 204 },
    purges: { status: 204 },
    action: byQuery,
    type: () => ({}),
  },
};

function lifeOf(client: Client, life: Life): readonly Shape[] {
  const { action, type, bare } = life;
  const post = (path: string, status: number, more: Partial<Shape> = {}): Shape => ({
    client,
    method: 'POST',
    path,
    status,
    ...more,
  });
  const wrapped = (body: object) => ({ headers: type('key_action_unwrap'), body: JSON.stringify(body) });
  return [
    post('/api/v2/keys', 201, { ...life.create, keeps: { key: first('id') } }),
    post(action('wrap'), 200, {
      ...life.wrapNothing,
      reads: ({ body }) => Buffer.from(String(body.plaintext), 'base64').length,
      as: 32,
    }),
    post(action('wrap'), 200, {
      headers: type('key_action_wrap'),
      body: JSON.stringify({ plaintext: PLAINTEXT, aad: client === 'redstone' ? [null] : ['a', 'b'] }),
      reads: member('plaintext'),
      as: undefined,
      keeps: { ciphertext: member('ciphertext'), version: ({ body }) => body.keyVersion.id as unknown },
    }),
    // The first rotation need not wait.
    post(action('rotate'), 204, life.rotate),
    post(action('rotate'), 409, { ...life.rotate, reads: code, as: 'KEY_ROTATION_NOT_PERMITTED' }),
    post(action('unwrap'), 200, {
      ...wrapped({ ciphertext: '<>', ...(client !== 'redstone' && { aad: ['a', 'b'] }) }),
      reads: member('plaintext'),
      as: PLAINTEXT,
      keeps: { ciphertext: member('ciphertext'), latest: ({ body }) => body.rewrappedKeyVersion.id as unknown },
    }),
    post(action('rewrap'), 200, {
      ...wrapped({ ciphertext: '<>', ...(client !== 'redstone' && { aad: ['a', 'b'] }) }),
      headers: type('key_action_rewrap'),
      keeps: { ciphertext: member('ciphertext') },
      reads: member('plaintext'),
      as: undefined,
    }),
    post(action('unwrap'), 400, { headers: type('key_action_unwrap'), reads: code, as: 'NO_BODY_ERR' }),
    post(action('disable'), 204, bare),
    post(action('unwrap'), 409, { ...wrapped({ ciphertext: '<>' }), reads: code, as: 'KEY_ACTION_INVALID_STATE_ERR' }),
    post(action('enable'), 409, { ...bare, reads: code, as: 'REQ_TOO_EARLY_ERR' }),
    post(action('enable'), 204, { ...bare, laterMs: WAIT_MS }),
    post(action('setKeyForDeletion'), 409, { ...bare, reads: code, as: 'NOT_DUAL_AUTH_ERR' }),
    post(action('unsetKeyForDeletion'), 409, { ...bare, reads: code, as: 'NOT_DUAL_AUTH_ERR' }),
    // `sync` came after the actions in a query.
    post(behind('sync'), 204, { ...(client === 'Go' ? {} : bare), laterMs: HOUR_MS }),
    {
      client,
      method: 'GET',
      path: '/api/v2/keys/{key}/registrations?limit=200&offset=0&totalCount=true',
      status: 200,
      reads: total,
      as: 0,
    },
    { client, method: 'DELETE', path: '/api/v2/keys/{key}?force=true', status: 204, ...life.deletes },
    { client, method: 'DELETE', path: '/api/v2/keys/{key}', status: 410, reads: code, as: 'KEY_DELETED_ERR' },
    post('/api/v2/keys/{key}/restore', 409, { ...life.restore, reads: code, as: 'REQ_TOO_EARLY_ERR' }),
    post('/api/v2/keys/{key}/restore', 201, {
      ...life.restore,
      laterMs: WAIT_MS,
      reads: firsts('state', 'deleted'),
      as: [1, false],
    }),
    post(action('unwrap'), 200, {
      ...wrapped({ ciphertext: '<>', ...(client !== 'redstone' && { aad: ['a', 'b'] }) }),
      reads: ({ body }) => Object.keys(body).toSorted(),
      as: ['keyVersion', 'plaintext'],
    }),
    {
      client,
      method: 'DELETE',
      path: '/api/v2/keys/{key}/purge',
      ...life.purges,
      status: 409,
      reads: code,
      as: 'KEY_ACTION_INVALID_STATE_ERR',
    },
    { client, method: 'DELETE', path: '/api/v2/keys/{key}', status: 204, ...life.deletes },
    { client, method: 'DELETE', path: '/api/v2/keys/{key}/purge', status: 204, laterMs: PURGE_MS, ...life.purges },
    { client, method: 'GET', path: '/api/v2/keys/{key}', status: 404, reads: code, as: 'KEY_NOT_FOUND_ERR' },
  ].map((shape) => ({
    ...shape,
    ...('body' in shape && { body: shape.body?.replace('<>', '{ciphertext}') }),
  })) as Shape[];
}

describe.each(Object.entries(LIVES))('the life of a key as %s asks for it', async (client, life) => {
  const world = new World();
  const account = await world.account();
  new ShapeSender(world, account).tries(lifeOf(client as Client, life));
});

describe('the correlation id of Go', async () => {
  const world = new World();
  const account = await world.account();
  const shape = { client: 'Go', reads: header('correlation-id'), as: CORRELATION } as const;
  new ShapeSender(world, account).tries([
    { ...shape, method: 'POST', path: '/api/v2/keys/a-key/actions/disable', body: 'null', status: 404 },
    { ...shape, method: 'POST', path: '/api/v2/key_rings/a-ring', status: 201 },
    { ...shape, method: 'DELETE', path: '/api/v2/key_rings/a-ring', status: 204 },
  ]);
});
