import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Room } from './commit.ts';
import { ConflictError, NoRoomError, type RecordStore } from './ports.ts';
import type { RecordKind, RecordRef } from './record.ts';
import { change, draft, record } from './writes.fixture.ts';
import { emptyState, stateRoot } from './state-root.ts';
import { describeUses } from './store-uses.contract.ts';

/** How the suite gets at an implementation. */
export interface StoreUnderTest {
  readonly open: () => Promise<RecordStore>;
  readonly close: (store: RecordStore) => Promise<void>;
  /** Every leaf that was written so far, in order, parsed. */
  readonly leaves: (store: RecordStore) => Promise<Record<string, unknown>[]>;
}

function ref(id: string, tenantId = 't1', kind: RecordKind = 'key'): RecordRef {
  return { tenantId, kind, id };
}

/** What every {@link RecordStore} promises. */
export function describeRecordStore(name: string, { open, close, leaves }: StoreUnderTest): void {
  describe(`the store's contract: ${name}`, () => {
    let store: RecordStore;
    beforeEach(async () => void (store = await open()));
    afterEach(() => close(store));

    it('reads what it wrote, byte for byte', async () => {
      const written = record('k1', 1, { body: Buffer.from('{"a":"\u{1F511}\0"}') });
      await store.commit(change([{ put: written }]));
      expect(await store.read(written)).toEqual(written);
      expect(Buffer.isBuffer((await store.read(written))?.body)).toBe(true);
      expect(await store.revisionOf(written)).toBe(1);
      expect(await store.read(ref('k2'))).toBeUndefined();
      expect(await store.revisionOf(ref('k1', 't2'))).toBeUndefined();
    });

    it('is not changed by what the caller does with its buffers later', async () => {
      const body = Buffer.from('{"first":1}');
      const committed = store.commit(change([{ put: record('k1', 1, { body }) }]));
      await committed;
      body.fill(0x20);
      expect((await store.read(ref('k1')))?.body.toString()).toBe('{"first":1}');
    });

    it.each([
      ['a new record that exists', record('k1', 1)],
      ['a revision left out', record('k1', 3)],
      ['a change of what is not there', record('k9', 2)],
    ])('refuses %s', async (_, put) => {
      await store.commit(change([{ put: record('k1') }]));
      await expect(store.commit(change([{ put }]))).rejects.toThrow(ConflictError);
      expect((await store.read(ref('k1')))?.revision).toBe(1);
    });

    it('refuses a commit whose precondition does not hold, whole', async () => {
      await store.commit(change([{ put: record('k1') }]));
      const before = { epoch: store.epoch(), leaves: (await leaves(store)).length };
      for (const [id, revision] of [
        ['k1', 0],
        ['k1', 2],
        ['k2', 1],
      ] as const) {
        const preconditions = [{ ref: ref(id), revision }];
        const writes = [{ put: record('k3') }, { put: record('k1', 2) }];
        await expect(store.commit(change(writes, { preconditions }))).rejects.toThrow(ConflictError);
      }
      expect(await store.read(ref('k3'))).toBeUndefined();
      expect({ epoch: store.epoch(), leaves: (await leaves(store)).length }).toEqual(before);
      const preconditions = [
        { ref: ref('k1'), revision: 1 },
        { ref: ref('k2'), revision: 0 },
      ];
      await store.commit(change([{ put: record('k3') }], { preconditions }));
      expect(await store.revisionOf(ref('k3'))).toBe(1);
    });

    it('finds a record by its name, and gives a name to one record only', async () => {
      const name = { space: 'alias:t1:eu', name: 'alias/a' };
      await store.commit(change([{ put: record('k1'), claim: [name] }]));
      expect(await store.resolve(name)).toEqual(ref('k1'));
      expect(await store.resolve({ space: 'alias:t1:us', name: 'alias/a' })).toBeUndefined();
      const refused = await store.commit(change([{ put: record('k2'), claim: [name] }])).catch((error) => error);
      expect(refused).toBeInstanceOf(ConflictError);
      expect((refused as ConflictError).takenName).toEqual(name);
      expect(await store.read(ref('k2'))).toBeUndefined();
      // Claiming one's own name again is no change.
      await store.commit(change([{ put: record('k1', 2), claim: [name] }]));
    });

    it('moves a name from one record to another in one commit, in either order of the writes', async () => {
      const name = { space: 's', name: 'n' };
      await store.commit(change([{ put: record('k1'), claim: [name] }, { put: record('k2') }]));
      await store.commit(
        change([
          { put: record('k2', 2), claim: [name] },
          { put: record('k1', 2), release: [name] },
        ]),
      );
      expect(await store.resolve(name)).toEqual(ref('k2'));
      await store.commit(
        change([
          { put: record('k2', 3), release: [name] },
          { put: record('k1', 3), claim: [name] },
        ]),
      );
      expect(await store.resolve(name)).toEqual(ref('k1'));
    });

    it('refuses to release the name of another record', async () => {
      const name = { space: 's', name: 'n' };
      await store.commit(change([{ put: record('k1'), claim: [name] }]));
      await expect(store.commit(change([{ put: record('k2'), release: [name] }]))).rejects.toThrow(ConflictError);
      expect(await store.resolve(name)).toEqual(ref('k1'));
    });

    it('removes a record with its names, from the revision that was seen', async () => {
      const name = { space: 's', name: 'n' };
      await store.commit(change([{ put: record('k1'), claim: [name] }]));
      await expect(store.commit(change([{ remove: ref('k1'), revision: 2 }]))).rejects.toThrow(ConflictError);
      await store.commit(change([{ remove: ref('k1'), revision: 1 }]));
      expect(await store.read(ref('k1'))).toBeUndefined();
      expect(await store.resolve(name)).toBeUndefined();
      await expect(store.commit(change([{ remove: ref('k1'), revision: 1 }]))).rejects.toThrow(ConflictError);
      await store.commit(change([{ put: record('k2'), claim: [name] }]));
    });

    it('pages by the UTF-8 bytes of the id, within tenant, kind and scope', async () => {
      // U+FF61 sorts behind U+1F600 by UTF-16 units, before it by UTF-8 bytes.
      const ids = ['a', 'b', '\uFF61', '\u{1F600}', 'B', ''];
      await store.commit(change(ids.map((id) => ({ put: record(id) }))));
      await store.commit(change([{ put: record('x', 1, { scope: 'us' }) }, { put: record('y', 1, { kind: 'run' }) }]));
      await store.commit(change([{ put: record('z', 1, { tenantId: 't2' }) }]));
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await store.list('t1', 'key', 'eu', after === undefined ? { limit: 2 } : { limit: 2, after });
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = seen.at(-1);
      }
      expect(seen).toEqual(['', 'B', 'a', 'b', '\uFF61', '\u{1F600}']);
      const back = await store.list('t1', 'key', 'eu', { limit: 3, isReversed: true });
      const rest = await store.list('t1', 'key', 'eu', { limit: 9, isReversed: true, after: back.at(-1)?.id ?? '' });
      expect([...back, ...rest].map(({ id }) => id)).toEqual(seen.toReversed());
      const revisions = await store.listRevisions('t1', 'key', 'eu', { limit: 3, after: 'B' });
      expect(await store.listRevisions('t1', 'key', 'eu', { limit: 1 })).toEqual([{ id: '', revision: 1 }]);
      expect(revisions).toEqual(['a', 'b', '\uFF61'].map((id) => ({ id, revision: 1 })));
      expect([await store.count('t1', 'key', 'eu'), await store.count('t1', 'key', 'none')]).toEqual([ids.length, 0]);
      expect((await store.listAll('key')).map(({ tenantId, id }) => [tenantId, id]).slice(-2)).toEqual(
        [
          ['t1', '\u{1F600}'],
          ['t2', 'z'],
        ].toSorted((a, b) => (a[0] as string).localeCompare(b[0] as string)),
      );
    });

    it('lists names of one space, sorted, and refuses pages without bounds', async () => {
      const claim = ['c', 'a', 'b'].map((name) => ({ space: 's', name }));
      await store.commit(change([{ put: record('k1'), claim: [...claim, { space: 'z', name: 'q' }] }]));
      expect((await store.listNames('s', { limit: 2 })).map(({ name }) => name)).toEqual(['a', 'b']);
      expect(await store.listNames('s', { limit: 2, after: 'b' })).toEqual([{ space: 's', name: 'c', ...ref('k1') }]);
      for (const limit of [0, -1, 1001, NaN, 1.5, Infinity]) {
        await expect((async () => store.listNames('s', { limit }))()).rejects.toThrow(RangeError);
        await expect((async () => store.list('t1', 'key', 'eu', { limit }))()).rejects.toThrow(RangeError);
        await expect((async () => store.listRevisions('t1', 'key', 'eu', { limit }))()).rejects.toThrow(RangeError);
      }
    });

    it('counts state changes, and only those, in its epoch', async () => {
      const start = store.epoch();
      await store.record(draft('t1'));
      await store.commit({ writes: [], entries: [draft('t1')] });
      expect(store.epoch()).toBe(start);
      await store.commit(change([{ put: record('k1') }]));
      expect(store.epoch()).toBeGreaterThan(start);
    });

    it('keeps one refused commit from touching its neighbours', async () => {
      const claim = [{ space: 's', name: 'n' }];
      const start = store.epoch();
      const outcomes = await Promise.allSettled([
        store.commit(change([{ put: record('k1'), claim }])),
        store.commit(change([{ put: record('k2') }, { put: record('k3'), claim }])),
        store.record(draft('t1', { action: 'use' })),
        store.commit(change([{ put: record('k1') }])),
        store.commit(change([{ put: record('k4') }])),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect((await store.listAll('key')).map(({ id }) => id)).toEqual(['k1', 'k4']);
      expect(store.epoch()).toBe(start + 2);
      expect((await leaves(store)).map((leaf) => String(leaf['action'])).toSorted()).toEqual([
        'change',
        'change',
        'use',
      ]);
    });

    it('lets one of many writers of the same revision win', async () => {
      await store.commit(change([{ put: record('k1') }]));
      const tries = Array.from({ length: 20 }, () => store.commit(change([{ put: record('k1', 2) }])));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('writes into the entry what was changed and the state root, the same whatever the order', async () => {
      await store.commit(change([{ put: record('a') }]));
      await store.commit(change([{ put: record('b') }, { put: record('a', 2) }]));
      await store.commit(change([{ remove: ref('a'), revision: 2 }]));
      await store.commit(change([{ put: record('other', 1, { tenantId: 't2' }) }]));
      const accounts = await leaves(store);
      const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(accounts.map((leaf) => leaf['changes'])).toEqual([
        [{ kind: 'key', id: 'a', revision: 1, digest }],
        [
          { kind: 'key', id: 'b', revision: 1, digest },
          { kind: 'key', id: 'a', revision: 2, digest },
        ],
        [{ kind: 'key', id: 'a', revision: 2, digest: null }],
        [{ kind: 'key', id: 'other', revision: 1, digest }],
      ]);
      const roots = accounts.map((leaf) => leaf['stateRoot']);
      expect(new Set(roots).size).toBe(4);
      await store.commit(change([{ put: record('a', 1) }]));
      await store.commit(change([{ put: record('a', 2) }]));
      // The same records again: the same root.
      expect((await leaves(store)).at(-1)?.['stateRoot']).toBe(roots[1]);
    });

    it('accounts in each log for the changes to its own tenant', async () => {
      const writes = [{ put: record('a') }, { put: record('b', 1, { tenantId: 't2' }) }];
      await store.commit(change(writes));
      expect(
        (await leaves(store)).map((leaf) => [
          leaf['tenant'],
          (leaf['changes'] as { id: string }[]).map(({ id }) => id),
        ]),
      ).toEqual([
        ['t1', ['a']],
        ['t2', ['b']],
      ]);
      const half = {
        writes: [{ put: record('c') }, { put: record('d', 1, { tenantId: 't2' }) }],
        entries: [draft('t1', { change: true })],
      };
      await expect(store.commit(half)).rejects.toThrow(TypeError);
      await expect(store.commit({ writes: [], entries: [] })).rejects.toThrow(TypeError);
      expect(await store.read(ref('c'))).toBeUndefined();
    });

    describe('room', () => {
      const room = (below: number, scope = 'eu'): Room => ({ tenantId: 't1', kind: 'key', scope, below });

      it('is counted in its scope alone, as of the commit', async () => {
        await store.commit(change([{ put: record('k1') }], { rooms: [room(1)] }));
        await store.commit(change([{ put: record('us', 1, { scope: 'us' }) }], { rooms: [room(1, 'us')] }));
        await store.commit(change([{ put: record('k2') }], { rooms: [room(2)] }));
        const refused = store.commit(change([{ put: record('k3') }], { rooms: [room(5, 'us'), room(2)] }));
        await expect(refused).rejects.toThrow(NoRoomError);
        await expect(refused).rejects.toMatchObject({ room: room(2) });
        expect(await store.read(ref('k3'))).toBeUndefined();
        await store.commit(change([{ remove: ref('k1'), revision: 1 }]));
        await store.commit(change([{ put: record('k3') }], { rooms: [room(2)] }));
      });

      it('is left free by a record that moves to another scope', async () => {
        await store.commit(change([{ put: record('k1') }], { rooms: [room(1)] }));
        await store.commit(change([{ put: record('k1', 2, { scope: 'destroyed:eu' }) }]));
        await store.commit(change([{ put: record('k2') }], { rooms: [room(1)] }));
        expect(await store.revisionOf(ref('k2'))).toBe(1);
      });

      it('is given to as many as there is of it, whoever comes at the same time', async () => {
        const makers = Array.from({ length: 12 }, (_, i) =>
          store.commit(change([{ put: record(`k${i}`) }], { rooms: [room(5)] })),
        );
        const outcomes = await Promise.allSettled(makers);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      });
    });

    describe('a space that must be empty', () => {
      const named = { space: 'ring:t1', name: 'k1' };

      it('refuses the commit while it holds a name, and no longer', async () => {
        await store.commit(change([{ put: record('k1'), claim: [named] }], { emptySpaces: ['ring:t1'] }));
        const refused = store.commit(change([{ put: record('k2') }], { emptySpaces: ['ring:t2', 'ring:t1'] }));
        await expect(refused).rejects.toThrow(ConflictError);
        expect(await store.read(ref('k2'))).toBeUndefined();
        await store.commit(change([{ put: record('k1', 2), release: [named] }]));
        await store.commit(change([{ put: record('k2') }], { emptySpaces: ['ring:t1'] }));
        expect(await store.revisionOf(ref('k2'))).toBe(1);
      });

      it('may be emptied by the commit itself, whether it releases names or removes who had them', async () => {
        const claim = (name: string) => [{ space: 'ring:t1', name }];
        const emptied = { emptySpaces: ['ring:t1'] };
        await store.commit(
          change([
            { put: record('k1'), claim: claim('k1') },
            { put: record('k2'), claim: claim('k2') },
          ]),
        );
        const release = { put: record('k1', 2), release: claim('k1') };
        await expect(store.commit(change([release], emptied))).rejects.toThrow(ConflictError);
        expect(await store.revisionOf(ref('k1'))).toBe(1);
        await store.commit(change([release, { remove: ref('k2'), revision: 1 }], emptied));
        expect(await store.revisionOf(ref('k1'))).toBe(2);
        expect(await store.listNames('ring:t1', { limit: 1 })).toEqual([]);
      });
    });

    describeUses(() => store);

    it('keeps the state root of each tenant: another for each state of its records, whatever becomes of others', async () => {
      const roots: Buffer[] = [await store.stateRootOf('t1')];
      expect(roots[0]).toEqual(stateRoot(emptyState()));
      await store.commit(change([{ put: record('k1') }]));
      roots.push(await store.stateRootOf('t1'));
      await store.commit(change([{ put: record('k1', 2) }]));
      roots.push(await store.stateRootOf('t1'));
      expect(new Set(roots.map((root) => root.toString('hex'))).size).toBe(3);
      await store.commit(change([{ put: record('k9', 1, { tenantId: 't2' }) }]));
      expect(await store.stateRootOf('t1')).toEqual(roots[2]);
      expect(await store.stateRootOf('t2')).not.toEqual(stateRoot(emptyState()));
    });

    it('refuses an entry that the log cannot hold, and that one alone', async () => {
      const principal = 'x'.repeat(70_000);
      const outcomes = await Promise.allSettled([
        store.record(draft('t1', { principal })),
        store.record(draft('t1')),
        store.commit(change([{ put: record('k1') }], { entries: [draft('t1', { change: true, principal })] })),
        store.record(draft('t1', { details: principal })),
        store.record(draft('t1', { salt: randomBytes(15) })),
        store.commit(change([{ put: record('k2') }])),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.name : 'done'))).toEqual([
        'RangeError',
        'done',
        'RangeError',
        'RangeError',
        'RangeError',
        'done',
      ]);
      expect(await store.read(ref('k1'))).toBeUndefined();
      expect(await leaves(store)).toHaveLength(2);
    });
  });
}
