import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafOf, type AuditDraft } from './entry.ts';
import { framed, type FramedEntry } from './entry-frame.ts';
import { LastUses, entryIdOf, type CountedUses } from './last-uses.ts';

const HOUR_MS = 3_600_000;
const USES = new Set(['kms:Encrypt', 'kms:EncryptMore', 'kms:Decrypt']);
const SALT = Buffer.alloc(16, 7);

/** An entry of a log; the note makes the digest of its details another one. */
type Told = Pick<AuditDraft, 'tenantId' | 'action' | 'timeMs' | 'outcome'> &
  Partial<Pick<AuditDraft, 'key' | 'keyVersion'>> & { readonly note: number };

function entryOf({ note, ...told }: Told, at: number): FramedEntry {
  const rest = { principal: 'arn:of:somebody', requestId: `request-${at}`, details: { note }, salt: SALT };
  return framed(leafOf({ ...told, ...rest }));
}

/** What is expected, told in the plainest way. */
function plainly(told: readonly Told[]) {
  const last = new Map<string, object>();
  const counts = new Map<string, CountedUses>();
  told.forEach((one, at) => {
    const { tenantId, key, action, timeMs, outcome } = one;
    if (key === undefined || outcome !== 'done' || !USES.has(action)) return;
    const entryId = entryIdOf(entryOf(one, at).leaf);
    last.set(`${tenantId} ${key}`, { tenantId, key, action, atMs: timeMs, requestId: `request-${at}`, entryId });
    const hour = Math.floor(timeMs / HOUR_MS);
    const name = `${tenantId} ${key} ${action} ${hour}`;
    counts.set(name, { tenantId, key, hour, action, count: 1 + (counts.get(name)?.count ?? 0) });
  });
  return { last: [...last.values()], counts: [...counts.values()] };
}

const told: fc.Arbitrary<Told> = fc.record(
  {
    tenantId: fc.constantFrom('one', 'two'),
    action: fc.constantFrom('kms:Encrypt', 'kms:EncryptMore', 'kms:Decrypt', 'kms:DescribeKey'),
    key: fc.constantFrom('key-1@here', 'key-2@here', 'key-1@here2'),
    keyVersion: fc.constantFrom('v1', 'v2'),
    outcome: fc.constantFrom('done', 'done', 'done', 'refused', 'failed'),
    timeMs: fc.constantFrom(0, 1, HOUR_MS - 1, HOUR_MS, 400_000 * HOUR_MS),
    note: fc.nat(3),
  },
  { requiredKeys: ['tenantId', 'action', 'outcome', 'timeMs', 'note'] },
);

describe('what is remembered of uses that go by', () => {
  it('is the last of each key and the number of each hour, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(told, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), (groups) => {
        const uses = new LastUses((action) => USES.has(action));
        for (const group of groups) {
          group.forEach((one, at) => uses.note(entryOf(one, at)));
          const expected = plainly(group);
          const [last, counts] = [uses.take(), uses.takeCounts()];
          expect(sorted(last)).toEqual(sorted(expected.last));
          expect(sorted(counts)).toEqual(sorted(expected.counts));
        }
      }),
    );
  });

  it('starts anew once it was taken, also where the same use goes on', () => {
    const uses = new LastUses((action) => USES.has(action));
    const use: Told = { tenantId: 'one', action: 'kms:Encrypt', key: 'k', outcome: 'done', timeMs: 5, note: 1 };
    uses.note(entryOf(use, 0));
    expect(uses.takeCounts()).toMatchObject([{ key: 'k', count: 1 }]);
    uses.note(entryOf(use, 1));
    uses.note(entryOf({ ...use, note: 2 }, 2));
    expect(uses.take()).toMatchObject([{ requestId: 'request-2' }]);
    expect(uses.takeCounts()).toMatchObject([{ key: 'k', count: 2 }]);
    expect([uses.take(), uses.takeCounts()]).toEqual([[], []]);
  });
});

function sorted<T>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
