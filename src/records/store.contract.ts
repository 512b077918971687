import type { UseCount } from './key-uses.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditDraft } from '../audit/entry.ts';
import type { Room } from './commit.ts';
import { ConflictError, NoRoomError, type RecordStore } from './ports.ts';
import type { RecordKind, RecordRef } from './record.ts';
import { change, draft, record } from './writes.fixture.ts';
import { emptyState, stateRoot } from './state-root.ts';

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

    describe('the last use of a key', () => {
      const use = (key: string, more: Partial<AuditDraft> = {}) =>
        draft('t1', { action: 'kms:Encrypt', key, keyVersion: randomUUID(), ...more });

      it('is that of the newest entry, which is there when the use is', async () => {
        expect(await store.lastUse('t1', 'k1')).toBeUndefined();
        await store.record(use('k1', { timeMs: 5, requestId: 'first' }));
        await store.record(use('k1', { timeMs: 7, requestId: 'second', action: 'kms:Decrypt' }));
        expect(await store.lastUse('t1', 'k1')).toEqual({
          action: 'kms:Decrypt',
          atMs: 7,
          requestId: 'second',
          entryId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        });
        expect([await store.lastUse('t2', 'k1'), await store.lastUse('t1', 'k2')]).toEqual([undefined, undefined]);
      });

      it('is found among all that is recorded at once, each key its own', async () => {
        const keys = ['k1', 'mrk-0123@eu-west-1', 'mrk-0123@eu-west-2'];
        const drafts = keys.flatMap((key) => [1, 2, 3].map((timeMs) => use(key, { timeMs })));
        await Promise.all(drafts.map((one) => store.record(one)));
        for (const key of keys) expect((await store.lastUse('t1', key))?.atMs).toBe(3);
      });

      it.each<[string, Partial<AuditDraft>]>([
        ['a refusal', { outcome: 'refused', reason: 'access-denied' }],
        ['a failure', { outcome: 'failed', reason: 'internal' }],
        ['an act of management', { action: 'kms:DescribeKey' }],
        ['an action that only looks like one', { action: 'kms:EncryptAll' }],
        ['an entry without a key', { key: undefined }],
        [
          'words of a caller that look like one',
          { action: 'x","details":"', principal: '"key":"k1","outcome":"done"' },
        ],
      ])('is not %s', async (_, more) => {
        await store.record(use('k1', more));
        expect(await store.lastUse('t1', 'k1')).toBeUndefined();
      });

      it('is known since some time', async () => {
        expect(await store.usesKnownSinceMs()).toBeGreaterThanOrEqual(0);
      });
    });

    describe('uses over time', () => {
      const HOUR = 3_600_000;
      const T0 = 480_000 * HOUR;
      const use = (key: string, timeMs: number, more: Partial<AuditDraft> = {}) =>
        draft('t1', { action: 'kms:Encrypt', key, timeMs, ...more });
      const sorted = (counts: readonly UseCount[]) =>
        counts.toSorted((a, b) => a.step - b.step || (a.action < b.action ? -1 : 1));

      it('are counted by key, hour and action, at the edges of the hour, and over all keys of a log', async () => {
        const drafts = [
          use('k1', T0),
          use('k1', T0 + HOUR - 1),
          use('k1', T0 + HOUR),
          use('k1', T0 + HOUR, { action: 'kms:Decrypt' }),
          use('k2', T0 + 30 * HOUR),
          use('k1', T0 - 1),
          use('k1', T0, { outcome: 'refused', reason: 'access-denied' }),
          use('k1', T0, { action: 'kms:DescribeKey' }),
        ];
        await Promise.all(drafts.map((one) => store.record(one)));
        await store.record(use('k1', T0 + 5));
        const asked = { tenantId: 't1', fromHour: T0 / HOUR, toHour: T0 / HOUR + 48, hoursPerStep: 1 };
        expect(sorted(await store.countUses({ ...asked, key: 'k1' }))).toEqual([
          { step: 0, action: 'kms:Encrypt', count: 3 },
          { step: 1, action: 'kms:Decrypt', count: 1 },
          { step: 1, action: 'kms:Encrypt', count: 1 },
        ]);
        expect(sorted(await store.countUses({ ...asked, hoursPerStep: 24 }))).toEqual([
          { step: 0, action: 'kms:Decrypt', count: 1 },
          { step: 0, action: 'kms:Encrypt', count: 4 },
          { step: 1, action: 'kms:Encrypt', count: 1 },
        ]);
        expect(await store.countUses({ ...asked, tenantId: 't2' })).toEqual([]);
        expect(await store.countUses({ ...asked, key: 'k3' })).toEqual([]);
        expect(await store.countUses({ ...asked, toHour: asked.fromHour })).toEqual([]);
      });

      it('add up to what the log tells, however many come at once', async () => {
        const drafts = Array.from({ length: 300 }, (_, n) => use(`k${n % 7}`, T0 + (n % 3) * HOUR));
        await Promise.all(drafts.map((one) => store.record(one)));
        const asked = { tenantId: 't1', fromHour: T0 / HOUR, toHour: T0 / HOUR + 3, hoursPerStep: 1 };
        const sum = (counts: readonly UseCount[]) => counts.reduce((total, { count }) => total + count, 0);
        expect(sum(await store.countUses(asked))).toBe(300);
        let ofKeys = 0;
        for (let n = 0; n < 7; n++) ofKeys += sum(await store.countUses({ ...asked, key: `k${n}` }));
        expect(ofKeys).toBe(300);
        expect(await store.usesCountedSinceMs()).toBeGreaterThanOrEqual(0);
      });
    });

    describe('the last use of a credential', () => {
      const ID = 'KSIAABCDEFGHIJKLMNOP';
      const by = (credential: string, more: object = {}, address = '192.0.2.7') => ({
        details: { address, credential, protocol: 'aws-kms', request: { name: 'x' } },
        ...more,
      });

      const IDS = [ID, 'KSSAABCDEFGHIJKLMNOP', '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10'];
      beforeEach(() => store.commit(change(IDS.map((id) => ({ put: record(id, 1, { kind: 'credential' }) })))));

      it('is that of the newest entry, whatever came of it, of a use and of a change alike', async () => {
        expect(await store.lastUseOfCredential('t1', ID)).toBeUndefined();
        await store.record(draft('t1', by(ID, { timeMs: 5, principal: '"time":9,"v":1}' })));
        expect(await store.lastUseOfCredential('t1', ID)).toEqual({
          atMs: 5,
          address: '192.0.2.7',
          protocol: 'aws-kms',
        });
        const refused = { timeMs: 7, outcome: 'refused' as const, reason: 'access-denied' };
        await store.record(draft('t1', by(ID, refused, '2001:db8::1')));
        expect(await store.lastUseOfCredential('t1', ID)).toMatchObject({ atMs: 7, address: '2001:db8::1' });
        const one = change([{ put: record('k1') }]);
        await store.commit({ ...one, entries: one.entries.map((entry) => ({ ...entry, ...by(ID), timeMs: 8 })) });
        expect(await store.lastUseOfCredential('t1', ID)).toMatchObject({ atMs: 8, address: '192.0.2.7' });
        expect(await store.lastUseOfCredential('t2', ID)).toBeUndefined();
      });

      it('is found among all that is recorded at once, each credential its own', async () => {
        const drafts = [1_000, 2_000, 3_000].flatMap((timeMs) => IDS.map((id) => draft('t1', by(id, { timeMs }))));
        await Promise.all(drafts.map((one) => store.record(one)));
        for (const id of IDS) expect((await store.lastUseOfCredential('t1', id))?.atMs).toBe(3_000);
      });

      it('is true to the second, whatever the clock does', async () => {
        for (const timeMs of [5_000, 5_400, 5_999, 6_000, 6_900, 2_000]) {
          await store.record(draft('t1', by(ID, { timeMs })));
          const found = (await store.lastUseOfCredential('t1', ID))?.atMs ?? Number.NaN;
          expect(Math.abs(found - timeMs)).toBeLessThan(1_000);
        }
      });

      it('is none of a change that was refused', async () => {
        const one = change([{ put: record('k1', 2) }]);
        const entries = one.entries.map((entry) => ({ ...entry, ...by(ID) }));
        await expect(store.commit({ ...one, entries })).rejects.toThrow(ConflictError);
        expect(await store.lastUseOfCredential('t1', ID)).toBeUndefined();
      });

      it('goes with the credential, also with one that takes itself back', async () => {
        const { tenantId } = record(ID);
        await store.record(draft('t1', by(ID)));
        expect(await store.lastUseOfCredential('t1', ID)).toBeDefined();
        const gone = change([{ remove: { tenantId, kind: 'credential', id: ID }, revision: 1 }]);
        await store.commit({ ...gone, entries: gone.entries.map((entry) => ({ ...entry, ...by(ID) })) });
        expect(await store.lastUseOfCredential('t1', ID)).toBeUndefined();
      });

      it('is in the log of another tenant none of that tenant’s, nor of what is gone', async () => {
        await store.record(draft('t2', by(ID)));
        await store.record(draft('t1', by('KSIAZZZZZZZZZZZZZZZZ')));
        expect(await store.lastUseOfCredential('t2', ID)).toBeUndefined();
        expect(await store.lastUseOfCredential('t1', 'KSIAZZZZZZZZZZZZZZZZ')).toBeUndefined();
      });

      it('of a credential that is made by the very request is its own', async () => {
        const id = 'KSIANEWNEWNEWNEWNEWN';
        const made = change([{ put: record(id, 1, { kind: 'credential' }) }]);
        await store.commit({ ...made, entries: made.entries.map((entry) => ({ ...entry, ...by(id) })) });
        expect(await store.lastUseOfCredential('t1', id)).toBeDefined();
      });

      it.each([
        ['words of a caller that look like one', { address: 'x","credential":"' + ID, request: ID }],
        ['an entry of nobody proven', { address: '192.0.2.7', count: 3 }],
        ['no details at all', {}],
      ])('is not %s', async (_, details) => {
        await store.record(draft('t1', { details }));
        expect(await store.lastUseOfCredential('t1', ID)).toBeUndefined();
      });
    });

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
