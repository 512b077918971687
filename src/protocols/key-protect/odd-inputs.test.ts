import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { one, World, type Departure } from './key-protect.fixture.ts';
import { madeKey } from './made-key.fixture.ts';

const world = new World();
const account = await world.account();
const active = await madeKey(world, account, { name: 'active' });
const deleted = await madeKey(world, account, {
  name: 'deleted',
  state: 'deleted',
  removal: { atMs: world.clock(), by: 'IBMid-1' },
});
const KEY = 'application/vnd.ibm.kms.key+json';
const resource = { name: 'an odd key', extractable: false };

const call = (method: string, path: string, departure: Departure = {}) =>
  world.call(account, account.admin, method, path, departure);
const raw = (text: string) => ({ rawBody: Buffer.from(text) });
const typed = (type: string, more: Departure = {}): Departure => ({ ...more, headers: { 'content-type': type } });
const wrap = `/keys/${active.id}/actions/wrap`;

/** What clients of IBM's really send, and what it comes to. */
const ODD: readonly (readonly [what: string, method: string, path: string, departure: Departure, status: number])[] = [
  ['an empty body typed JSON', 'POST', wrap, typed('application/json'), 200],
  ["an empty body of IBM's type", 'POST', wrap, typed('application/vnd.ibm.kms.key_action_wrap+json'), 200],
  ['an empty object', 'POST', wrap, raw('{}'), 200],
  ['a literal null', 'POST', wrap, raw('null'), 200],
  ['white space alone', 'POST', wrap, raw(' \r\n\t'), 200],
  ['null members', 'POST', wrap, { body: { plaintext: null, aad: null } }, 200],
  ['an aad of null', 'POST', wrap, { body: { plaintext: 'AAAA', aad: [null] } }, 200],
  ['members in another case', 'POST', wrap, { body: { Plaintext: 'AAAA', AAD: ['x'] } }, 200],
  ['no type', 'POST', '/keys', { body: one('key', resource) }, 201],
  ['a type of nothing', 'POST', '/keys', typed('text/plain', { body: one('key', resource) }), 201],
  ['Tags', 'POST', '/keys', { body: one('key', { ...resource, Tags: ['a tag'] }) }, 201],
  ['a body in gzip', 'POST', '/keys', gzipped(one('key', resource)), 201],
  ['a body that only says gzip', 'POST', '/keys', { ...raw('{}'), headers: { 'content-encoding': 'gzip' } }, 400],
  ['an unknown member', 'POST', '/keys', { body: one('key', { ...resource, nonsense: 1 }) }, 400],
  ['a trailing slash', 'GET', '/keys/', {}, 200],
  ['a number for a plaintext', 'POST', wrap, { body: { plaintext: 5 } }, 400],
  ['half a body', 'POST', '/keys', raw('{"metadata":'), 400],
  ['a member twice', 'POST', wrap, raw('{"plaintext":"AAAA","plaintext":"AAAA"}'), 400],
  ['KeyRingID', 'PATCH', `/keys/${active.id}`, { body: { KeyRingID: 'default' } }, 200],
  ['a null for a switch', 'POST', `/keys/${active.id}/actions/unsetKeyForDeletion`, raw('null'), 409],
];

function gzipped(body: object): Departure {
  return { rawBody: gzipSync(JSON.stringify(body)), headers: { 'content-encoding': 'gzip', 'content-type': KEY } };
}

describe('an odd request', () => {
  it.each(ODD)('with %s', async (_, method, path, departure, status) => {
    expect(await call(method, path, departure)).toMatchObject({ status });
    expect(world.faults).toEqual([]);
  });
});

/** Lists as clients spell them. */
const LISTS: readonly (readonly [query: string, found: readonly string[]])[] = [
  ['state=1%2C5', [active.id, deleted.id]],
  ['state=1,5', [active.id, deleted.id]],
  ['state=1&state=5', [active.id, deleted.id]],
  ['state=1,&state=5,', [active.id, deleted.id]],
  ['state=5', [deleted.id]],
  ['state=', [active.id]],
  ['search=deleted,&state=5', [deleted.id]],
  ['search=active,', [active.id]],
  ['filter=%20state=5', [deleted.id]],
  ['limit=2000&state=5', [deleted.id]],
];

describe('a list that is asked for', () => {
  it.each(LISTS)('by %s', async (query, found) => {
    const { status, body } = await call('GET', `/keys?${query}`);
    const ids = ((body.resources ?? []) as { id: string }[]).map(({ id }) => id);
    expect(status).toBe(200);
    expect(ids.filter((id) => [active.id, deleted.id].includes(id)).toSorted()).toEqual([...found].toSorted());
  });
});
