import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditDraft } from '../audit/entry.ts';
import type { UseCount } from './key-uses.ts';
import { ConflictError, type RecordStore } from './ports.ts';
import { change, draft, record } from './writes.fixture.ts';

/** What a {@link RecordStore} knows of uses: the last one of a key and of a credential, and their count over time. */
export function describeUses(store: () => RecordStore): void {
  describe('the last use of a key', () => {
    const use = (key: string, more: Partial<AuditDraft> = {}) =>
      draft('t1', { action: 'kms:Encrypt', key, keyVersion: randomUUID(), ...more });

    it('is that of the newest entry, which is there when the use is', async () => {
      expect(await store().lastUse('t1', 'k1')).toBeUndefined();
      await store().record(use('k1', { timeMs: 5, requestId: 'first' }));
      await store().record(use('k1', { timeMs: 7, requestId: 'second', action: 'kms:Decrypt' }));
      expect(await store().lastUse('t1', 'k1')).toEqual({
        action: 'kms:Decrypt',
        atMs: 7,
        requestId: 'second',
        entryId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      });
      expect([await store().lastUse('t2', 'k1'), await store().lastUse('t1', 'k2')]).toEqual([undefined, undefined]);
    });

    it('is found among all that is recorded at once, each key its own', async () => {
      const keys = ['k1', 'mrk-0123@eu-west-1', 'mrk-0123@eu-west-2'];
      const drafts = keys.flatMap((key) => [1, 2, 3].map((timeMs) => use(key, { timeMs })));
      await Promise.all(drafts.map((one) => store().record(one)));
      for (const key of keys) expect((await store().lastUse('t1', key))?.atMs).toBe(3);
    });

    it.each<[string, Partial<AuditDraft>]>([
      ['a refusal', { outcome: 'refused', reason: 'access-denied' }],
      ['a failure', { outcome: 'failed', reason: 'internal' }],
      ['an act of management', { action: 'kms:DescribeKey' }],
      ['an action that only looks like one', { action: 'kms:EncryptAll' }],
      ['an entry without a key', { key: undefined }],
      ['words of a caller that look like one', { action: 'x","details":"', principal: '"key":"k1","outcome":"done"' }],
    ])('is not %s', async (_, more) => {
      await store().record(use('k1', more));
      expect(await store().lastUse('t1', 'k1')).toBeUndefined();
    });

    it('is known since some time', async () => {
      expect(await store().usesKnownSinceMs()).toBeGreaterThanOrEqual(0);
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
      await Promise.all(drafts.map((one) => store().record(one)));
      await store().record(use('k1', T0 + 5));
      const asked = { tenantId: 't1', fromHour: T0 / HOUR, toHour: T0 / HOUR + 48, hoursPerStep: 1 };
      expect(sorted(await store().countUses({ ...asked, key: 'k1' }))).toEqual([
        { step: 0, action: 'kms:Encrypt', count: 3 },
        { step: 1, action: 'kms:Decrypt', count: 1 },
        { step: 1, action: 'kms:Encrypt', count: 1 },
      ]);
      expect(sorted(await store().countUses({ ...asked, hoursPerStep: 24 }))).toEqual([
        { step: 0, action: 'kms:Decrypt', count: 1 },
        { step: 0, action: 'kms:Encrypt', count: 4 },
        { step: 1, action: 'kms:Encrypt', count: 1 },
      ]);
      expect(await store().countUses({ ...asked, tenantId: 't2' })).toEqual([]);
      expect(await store().countUses({ ...asked, key: 'k3' })).toEqual([]);
      expect(await store().countUses({ ...asked, toHour: asked.fromHour })).toEqual([]);
    });

    it('add up to what the log tells, however many come at once', async () => {
      const drafts = Array.from({ length: 300 }, (_, n) => use(`k${n % 7}`, T0 + (n % 3) * HOUR));
      await Promise.all(drafts.map((one) => store().record(one)));
      const asked = { tenantId: 't1', fromHour: T0 / HOUR, toHour: T0 / HOUR + 3, hoursPerStep: 1 };
      const sum = (counts: readonly UseCount[]) => counts.reduce((total, { count }) => total + count, 0);
      expect(sum(await store().countUses(asked))).toBe(300);
      let ofKeys = 0;
      for (let n = 0; n < 7; n++) ofKeys += sum(await store().countUses({ ...asked, key: `k${n}` }));
      expect(ofKeys).toBe(300);
      expect(await store().usesCountedSinceMs()).toBeGreaterThanOrEqual(0);
    });
  });

  describe('the last use of a credential', () => {
    const ID = 'KSIAABCDEFGHIJKLMNOP';
    const by = (credential: string, more: object = {}, address = '192.0.2.7') => ({
      details: { address, credential, protocol: 'aws-kms', request: { name: 'x' } },
      ...more,
    });

    const IDS = [ID, 'KSSAABCDEFGHIJKLMNOP', '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10'];
    beforeEach(() => store().commit(change(IDS.map((id) => ({ put: record(id, 1, { kind: 'credential' }) })))));

    it('is that of the newest entry, whatever came of it, of a use and of a change alike', async () => {
      expect(await store().lastUseOfCredential('t1', ID)).toBeUndefined();
      await store().record(draft('t1', by(ID, { timeMs: 5, principal: '"time":9,"v":1}' })));
      expect(await store().lastUseOfCredential('t1', ID)).toEqual({
        atMs: 5,
        address: '192.0.2.7',
        protocol: 'aws-kms',
      });
      const refused = { timeMs: 7, outcome: 'refused' as const, reason: 'access-denied' };
      await store().record(draft('t1', by(ID, refused, '2001:db8::1')));
      expect(await store().lastUseOfCredential('t1', ID)).toMatchObject({ atMs: 7, address: '2001:db8::1' });
      const one = change([{ put: record('k1') }]);
      await store().commit({ ...one, entries: one.entries.map((entry) => ({ ...entry, ...by(ID), timeMs: 8 })) });
      expect(await store().lastUseOfCredential('t1', ID)).toMatchObject({ atMs: 8, address: '192.0.2.7' });
      expect(await store().lastUseOfCredential('t2', ID)).toBeUndefined();
    });

    it('is found among all that is recorded at once, each credential its own', async () => {
      const drafts = [1_000, 2_000, 3_000].flatMap((timeMs) => IDS.map((id) => draft('t1', by(id, { timeMs }))));
      await Promise.all(drafts.map((one) => store().record(one)));
      for (const id of IDS) expect((await store().lastUseOfCredential('t1', id))?.atMs).toBe(3_000);
    });

    it('is true to the second, whatever the clock does', async () => {
      for (const timeMs of [5_000, 5_400, 5_999, 6_000, 6_900, 2_000]) {
        await store().record(draft('t1', by(ID, { timeMs })));
        const found = (await store().lastUseOfCredential('t1', ID))?.atMs ?? Number.NaN;
        expect(Math.abs(found - timeMs)).toBeLessThan(1_000);
      }
    });

    it('is none of a change that was refused', async () => {
      const one = change([{ put: record('k1', 2) }]);
      const entries = one.entries.map((entry) => ({ ...entry, ...by(ID) }));
      await expect(store().commit({ ...one, entries })).rejects.toThrow(ConflictError);
      expect(await store().lastUseOfCredential('t1', ID)).toBeUndefined();
    });

    it('goes with the credential, also with one that takes itself back', async () => {
      const { tenantId } = record(ID);
      await store().record(draft('t1', by(ID)));
      expect(await store().lastUseOfCredential('t1', ID)).toBeDefined();
      const gone = change([{ remove: { tenantId, kind: 'credential', id: ID }, revision: 1 }]);
      await store().commit({ ...gone, entries: gone.entries.map((entry) => ({ ...entry, ...by(ID) })) });
      expect(await store().lastUseOfCredential('t1', ID)).toBeUndefined();
    });

    it('is in the log of another tenant none of that tenant’s, nor of what is gone', async () => {
      await store().record(draft('t2', by(ID)));
      await store().record(draft('t1', by('KSIAZZZZZZZZZZZZZZZZ')));
      expect(await store().lastUseOfCredential('t2', ID)).toBeUndefined();
      expect(await store().lastUseOfCredential('t1', 'KSIAZZZZZZZZZZZZZZZZ')).toBeUndefined();
    });

    it('of a credential that is made by the very request is its own', async () => {
      const id = 'KSIANEWNEWNEWNEWNEWN';
      const made = change([{ put: record(id, 1, { kind: 'credential' }) }]);
      await store().commit({ ...made, entries: made.entries.map((entry) => ({ ...entry, ...by(id) })) });
      expect(await store().lastUseOfCredential('t1', id)).toBeDefined();
    });

    it.each([
      ['words of a caller that look like one', { address: 'x","credential":"' + ID, request: ID }],
      ['an entry of nobody proven', { address: '192.0.2.7', count: 3 }],
      ['no details at all', {}],
    ])('is not %s', async (_, details) => {
      await store().record(draft('t1', { details }));
      expect(await store().lastUseOfCredential('t1', ID)).toBeUndefined();
    });
  });
}
