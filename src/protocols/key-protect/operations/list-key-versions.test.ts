import { describe, expect, it } from 'vitest';
import type { KeyState, KeyVersion } from '../../../keys/key.ts';
import { World } from '../key-protect.fixture.ts';
import { madeKey } from '../made-key.fixture.ts';

const world = new World();
const account = await world.account();
const get = (path: string) => world.call(account, account.admin, 'GET', path);

const AT = Date.parse('2026-03-01T10:00:00Z');
const fresh = await madeKey(world, account);
const first = fresh.versions[0] as KeyVersion;
const versions: KeyVersion[] = [
  { ...first, id: 'v-1', handle: 'dddd', stage: 'previous', createdAtMs: AT },
  {
    ...first,
    id: 'v-2',
    handle: 'aaaa',
    stage: 'previous',
    createdAtMs: AT + 1_000,
    rotation: { atMs: AT + 60_000, cause: 'on-demand' },
  },
  {
    ...first,
    id: 'v-3',
    handle: 'bbbb',
    stage: 'current',
    createdAtMs: AT,
    rotation: { atMs: AT + 120_000, cause: 'automatic' },
  },
  { ...first, id: 'v-4', handle: 'cccc', stage: 'pending', createdAtMs: AT + 180_000 },
];
const key = await madeKey(world, account, { versions });

describe('listKeyVersions', () => {
  it('tells the newest first', async () => {
    const { status, body } = await get(`/keys/${key.id}/versions`);
    expect(status).toBe(200);
    expect(body).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.key.version+json', collectionTotal: 3 },
      resources: [
        { id: 'v-3', creationDate: '2026-03-01T10:00:00Z' },
        { id: 'v-2', creationDate: '2026-03-01T10:00:01Z' },
        { id: 'v-1', creationDate: '2026-03-01T10:00:00Z' },
      ],
    });
  });

  it.each([
    ['limit=1', ['v-3'], undefined],
    ['limit=1&offset=1&totalCount=true', ['v-2'], 3],
    ['offset=2&totalCount=TRUE', ['v-1'], 3],
    ['offset=3&totalCount=false', undefined, undefined],
  ])('pages: %s', async (query, ids, totalCount) => {
    const { body } = await get(`/keys/${key.id}/versions?${query}`);
    expect(body.resources?.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(body.metadata.totalCount).toBe(totalCount);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=5001', 'limit'],
    ['offset=-1', 'offset'],
    ['totalCount=yes', 'totalCount'],
    ['allKeyStates=1', 'allKeyStates'],
  ])('refuses %s', async (query, name) => {
    const { status, code, body } = await get(`/keys/${key.id}/versions?${query}`);
    expect([status, code]).toEqual([400, 'INVALID_QUERY_PARAM_ERR']);
    expect(body.resources[0].reasons[0].target).toEqual({ type: 'query_param', name });
  });

  it.each<[KeyState, number, string | undefined]>([
    ['active', 200, undefined],
    ['suspended', 409, 'KEY_ACTION_INVALID_STATE_ERR'],
    ['deactivated', 409, 'KEY_ACTION_INVALID_STATE_ERR'],
    ['pending-deletion', 410, 'KEY_DELETED_ERR'],
    ['deleted', 410, 'KEY_DELETED_ERR'],
  ])('of a key that is %s answers %i, and all of them with allKeyStates', async (state, status, code) => {
    const one = await madeKey(world, account, { state });
    const answer = await get(`/keys/${one.id}/versions`);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect((await get(`/keys/${one.id}/versions?allKeyStates=true`)).status).toBe(200);
  });

  it('is for root keys alone', async () => {
    const standard = await madeKey(world, account, { secret: Buffer.alloc(7, 7) });
    const { status, code } = await get(`/keys/${standard.id}/versions?allKeyStates=true`);
    expect([status, code]).toEqual([400, 'KEY_ROOT_REQ_ERR']);
  });
});
