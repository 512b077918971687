import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { World, one, many, type Account, type Answered } from './key-protect.fixture.ts';

// What the integration tests of redstone, which become 2.x of the client for Python, assert of IBM's service.

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

let world: World;
let account: Account;

beforeEach(async () => {
  world = new World();
  account = await world.account();
});

const call = (method: string, path: string, body?: unknown) =>
  world.call(account, account.admin, method, path, body === undefined ? {} : { body });
const act = (id: string, action: string, body?: unknown) => call('POST', `/keys/${id}?action=${action}`, body);
const later = (ms: number) => world.clock.set(world.clock() + ms);
const create = async (): Promise<string> =>
  (await call('POST', '/keys', one('key', { name: 'golden', extractable: false }))).body.resources[0].id as string;
const stateOf = async (id: string) => (await call('GET', `/keys/${id}`)).body.resources[0].state as number;
/** All that redstone's exceptions show. */
const shown = ({ status, body }: Answered) => [status, /\((\w+)\)$/.exec(body.resources[0].errorMsg as string)?.[1]];

it('a rotation directly after the creation works', async () => {
  expect((await act(await create(), 'rotate')).status).toBe(204);
});

it('what was wrapped and rewrapped unwraps to the same bytes', async () => {
  const id = await create();
  const plaintext = randomBytes(32).toString('base64');
  const { ciphertext } = (await act(id, 'wrap', { plaintext, aad: ['python-keyprotect'] })).body;
  await act(id, 'rotate');
  const rewrapped = (await act(id, 'rewrap', { ciphertext, aad: ['python-keyprotect'] })).body.ciphertext as string;
  expect(rewrapped).not.toBe(ciphertext);
  for (const wrapped of [ciphertext, rewrapped]) {
    const { status, body } = await act(id, 'unwrap', { ciphertext: wrapped, aad: ['python-keyprotect'] });
    expect([status, body.plaintext]).toEqual([200, plaintext]);
  }
});

it('a deleted key is still told of, in state 5', async () => {
  const id = await create();
  expect(await call('DELETE', `/keys/${id}`)).toMatchObject({ status: 204, body: undefined });
  expect(await call('GET', `/keys/${id}`)).toMatchObject({ status: 200, body: { resources: [{ id, state: 5 }] } });
});

it('a key is switched on exactly 30 seconds after it was switched off, and no earlier', async () => {
  const id = await create();
  expect((await act(id, 'disable')).status).toBe(204);
  expect(await stateOf(id)).toBe(2);
  later(30 * SECOND - 1);
  expect(shown(await act(id, 'enable'))).toEqual([409, 'REQ_TOO_EARLY_ERR']);
  later(1);
  expect((await act(id, 'enable')).status).toBe(204);
  expect(await stateOf(id)).toBe(1);
});

it('a key is restored exactly 30 seconds after it was deleted, and no earlier', async () => {
  const id = await create();
  await call('DELETE', `/keys/${id}`);
  later(30 * SECOND - 1);
  expect(shown(await call('POST', `/keys/${id}/restore`))).toEqual([409, 'REQ_TOO_EARLY_ERR']);
  later(1);
  const restored = await call('POST', `/keys/${id}/restore`);
  expect(restored).toMatchObject({ status: 201, body: { resources: [{ id, state: 1 }] } });
});

it('an import token counts down from its first retrieval on', async () => {
  const made = await call('POST', '/import_token', { expiration: 86_400, maxAllowedRetrievals: 50 });
  expect(made.body).toMatchObject({ maxAllowedRetrievals: 50, remainingRetrievals: 50 });
  expect((await call('GET', '/import_token')).body).toMatchObject({
    maxAllowedRetrievals: 50,
    remainingRetrievals: 49,
  });
});

it('the creation of an alias tells the key and the alias; its deletion tells nothing', async () => {
  const id = await create();
  const made = await call('POST', `/keys/${id}/aliases/golden-alias`);
  expect(made).toMatchObject({ status: 201, body: { resources: [{ keyId: id, alias: 'golden-alias' }] } });
  expect((await call('GET', '/keys/golden-alias')).body.resources[0].id).toBe(id);
  expect(await call('DELETE', `/keys/${id}/aliases/golden-alias`)).toMatchObject({ status: 204, body: undefined });
});

it('a fresh key has no registrations', async () => {
  const { status, body } = await call('GET', `/keys/${await create()}/registrations`);
  expect([status, body.metadata.collectionTotal, body.resources]).toEqual([200, 0, undefined]);
});

it('a rotation of two months and no second person are two policies', async () => {
  const id = await create();
  const put = (which: string, policy: object) =>
    call('PUT', `/keys/${id}/policies?policy=${which}`, one('policy', policy));
  expect((await put('rotation', { rotation: { enabled: true, interval_month: 2 } })).status).toBe(200);
  expect((await put('dualAuthDelete', { dualAuthDelete: { enabled: false } })).status).toBe(200);
  const { body } = await call('GET', `/keys/${id}/policies`);
  expect(body.metadata.collectionTotal).toBe(2);
  expect(body.resources).toHaveLength(2);
  expect(body.resources).toMatchObject([
    { rotation: { enabled: true, interval_month: 2 } },
    { dualAuthDelete: { enabled: false } },
  ]);
});

it('an instance lists the policies that were ever set, those that are off too', async () => {
  const set = [
    { policy_type: 'allowedNetwork', policy_data: { enabled: false } },
    { policy_type: 'dualAuthDelete', policy_data: { enabled: false } },
    { policy_type: 'metrics', policy_data: { enabled: true } },
    { policy_type: 'keyCreateImportAccess', policy_data: { enabled: false } },
  ];
  expect((await call('PUT', '/instance/policies', many('policy', set))).status).toBe(204);
  const { body } = await call('GET', '/instance/policies');
  expect(body.metadata.collectionTotal).toBe(4);
  const listed = body.resources.map(({ policy_type, policy_data }: Record<string, { enabled?: boolean }>) => [
    policy_type,
    policy_data?.enabled,
  ]);
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(set.map(({ policy_type, policy_data }) => [policy_type, policy_data.enabled])),
  );
});

it('an active key is not purged', async () => {
  expect(shown(await call('DELETE', `/keys/${await create()}/purge`))).toEqual([409, 'KEY_ACTION_INVALID_STATE_ERR']);
});

it('a deleted key is purged four hours later, and no earlier', async () => {
  const id = await create();
  await call('DELETE', `/keys/${id}`);
  expect(shown(await call('DELETE', `/keys/${id}/purge`))).toEqual([409, 'REQ_TOO_EARLY_ERR']);
  later(4 * HOUR - 1);
  expect(shown(await call('DELETE', `/keys/${id}/purge`))).toEqual([409, 'REQ_TOO_EARLY_ERR']);
  later(1);
  expect((await call('DELETE', `/keys/${id}/purge`)).status).toBe(204);
  expect(shown(await call('GET', `/keys/${id}`))).toEqual([404, 'KEY_NOT_FOUND_ERR']);
});

it('services are not told anew of a key that was just deleted', async () => {
  const id = await create();
  await call('DELETE', `/keys/${id}`);
  expect(shown(await call('POST', `/keys/${id}/actions/sync`))).toEqual([409, 'REQ_TOO_EARLY_ERR']);
  later(HOUR);
  expect((await call('POST', `/keys/${id}/actions/sync`)).status).toBe(204);
});
