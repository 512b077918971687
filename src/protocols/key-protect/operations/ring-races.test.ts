import { afterAll, describe, expect, it } from 'vitest';
import { edit } from '../../../keys/change.ts';
import type { Commit } from '../../../records/commit.ts';
import { Installation } from '../../../store/installation.fixture.ts';
import { MemoryStore } from '../../../store/memory.ts';
import { one, World, type Account, type Answered } from '../key-protect.fixture.ts';
import { madeKey } from '../made-key.fixture.ts';

const installations: Installation[] = [];
afterAll(() => Promise.all(installations.map((installation) => installation.remove())));

/** A world over a database of its own. */
async function onDisk(): Promise<World> {
  const installation = new Installation();
  installations.push(installation);
  const database = (await installation.open()) as unknown as MemoryStore;
  class OnDisk extends World {
    protected override makeStore(): MemoryStore {
      return database;
    }
  }
  return new OnDisk();
}

const told = ({ status, code }: Answered) => [status, code];

/** Two requests of which each was decided on what the other one changes: whichever commits first, no key is in no ring. */
describe.each([
  ['in memory', async () => new World()],
  ['in SQLite', onDisk],
])('a key and its ring %s', (_, makeWorld) => {
  const start = async (state: 'active' | 'deleted' = 'active') => {
    const world = await makeWorld();
    const account = await world.account();
    const call = (method: string, path: string, body?: unknown) =>
      world.call(account, account.admin, method, path, { body });
    await call('POST', '/key_rings/ring');
    const key = await madeKey(world, account, { state });
    const ringOf = async () => (await call('GET', `/keys/${key.id}/metadata`)).body.resources[0].keyRingID;
    const move = (to: string) => call('PATCH', `/keys/${key.id}`, { keyRingID: to });
    return { world, account, key, call, move, ringOf };
  };

  /** Lets something happen between the decision of the next change and its commit. */
  function before<T>({ store }: World, rival: () => Promise<T>): { readonly rival: Promise<T> } {
    const commit = store.commit.bind(store);
    const { promise, resolve } = Promise.withResolvers<T>();
    store.commit = async (change: Commit) => {
      store.commit = commit;
      resolve(await rival());
      return commit(change);
    };
    return { rival: promise };
  }

  it('is deleted first: the key does not move into it', async () => {
    const { world, call, move, ringOf } = await start();
    const { rival } = before(world, () => call('DELETE', '/key_rings/ring'));
    expect(told(await move('ring'))).toEqual([404, 'KEY_RING_NOT_FOUND_ERR']);
    expect((await rival).status).toBe(204);
    expect(await ringOf()).toBe('default');
  });

  it('gets the key first: it is not deleted, nor by force', async () => {
    for (const query of ['', '?force=true']) {
      const { world, call, move, ringOf } = await start();
      const { rival } = before(world, () => move('ring'));
      expect(told(await call('DELETE', `/key_rings/ring${query}`))).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
      expect((await rival).status).toBe(200);
      expect(await ringOf()).toBe('ring');
    }
  });

  it('gets another deleted key while it is deleted by force: both are moved', async () => {
    const { world, account, call, move, ringOf } = await start('deleted');
    await madeKey(world, account, { state: 'deleted', keyRing: 'ring' });
    const { rival } = before(world, () => move('ring'));
    expect((await call('DELETE', '/key_rings/ring?force=true')).status).toBe(204);
    expect((await rival).status).toBe(200);
    expect(await ringOf()).toBe('default');
  });

  it('loses its key to life while it is deleted by force: neither changes', async () => {
    const { world, account, key, call, move, ringOf } = await start('deleted');
    await move('ring');
    before(world, async () => {
      const open = await world.keys.find(account.instance, key.id);
      if (open === undefined) throw new TypeError('the key is gone');
      const { writes } = edit(account.instance, open.key, { state: 'active' });
      await world.store.commit({ writes, entries: [entryOf(account)] });
    });
    expect(told(await call('DELETE', '/key_rings/ring?force=true'))).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect(await ringOf()).toBe('ring');
  });

  it('is deleted and made anew: what was decided on the old one is decided again', async () => {
    const { world, call, move, ringOf } = await start();
    before(world, async () => {
      await call('DELETE', '/key_rings/ring');
      await call('POST', '/key_rings/ring');
    });
    expect((await move('ring')).status).toBe(200);
    expect(await ringOf()).toBe('ring');
  });

  const NEW = one('key', { type: 'application/vnd.ibm.kms.key+json', name: 'new', extractable: false });
  const inRing = { body: NEW, headers: { 'x-kms-key-ring': 'ring' } };

  it('is deleted before a key is made in it: no key is made', async () => {
    const { world, account, call } = await start();
    const { rival } = before(world, () => call('DELETE', '/key_rings/ring'));
    const made = await world.call(account, account.admin, 'POST', '/keys', inRing);
    expect(told(made)).toEqual([404, 'KEY_RING_NOT_FOUND_ERR']);
    expect((await rival).status).toBe(204);
    expect((await call('HEAD', '/keys')).headers.get('key-total')).toBe('1');
  });

  it('gets a new key before it is deleted: it stays', async () => {
    const { world, account, call } = await start();
    const { rival } = before(world, () => world.call(account, account.admin, 'POST', '/keys', inRing));
    expect(told(await call('DELETE', '/key_rings/ring'))).toEqual([409, 'KEY_RING_NOT_EMPTY_ERR']);
    expect((await rival).body.resources[0].keyRingID).toBe('ring');
  });
});

function entryOf({ tenant }: Account) {
  return {
    tenantId: tenant.tenantId,
    timeMs: 1,
    principal: 'test',
    action: 'test:Change',
    requestId: 'rival',
    outcome: 'done' as const,
    change: true,
    details: {},
    salt: Buffer.alloc(16),
  };
}
