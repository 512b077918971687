import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_STATE } from '../audit/log.ts';
import { assertAccountable } from './account.ts';
import { describeRef, isAuthentic, recordDigest, sealRecord, type StoredRecord } from './record.ts';
import { addRecord, decodeState, emptyState, encodeState, removeRecord, stateRoot } from './state-root.ts';
import { change, draft, record } from './writes.fixture.ts';

const recordKey = createSecretKey(Buffer.alloc(32, 1));
const good: StoredRecord = sealRecord(
  { tenantId: 't1', kind: 'key', id: 'k1', scope: 'eu', revision: 3, body: Buffer.from('{"state":"active"}') },
  recordKey,
);

const OTHERS: [string, Partial<StoredRecord>][] = [
  ['another tenant', { tenantId: 't2' }],
  ['another kind', { kind: 'tenant' }],
  ['another id', { id: 'k2' }],
  ['another scope', { scope: 'us' }],
  ['another revision', { revision: 2 }],
  ['another body', { body: Buffer.from('{"state":"suspended"}') }],
  // What joins to the same bytes without lengths.
  ['a moved border of tenant and kind', { tenantId: 't', id: '1k1' }],
  ['a moved border of id and scope', { id: 'k1e', scope: 'u' }],
  ['a moved border of revision and body', { revision: 32, body: good.body.subarray(1) }],
];

describe('a record', () => {
  it('is authentic as it was sealed', () => {
    expect(isAuthentic(good, recordKey)).toBe(true);
    expect(isAuthentic({ ...good, body: Buffer.from(good.body) }, recordKey)).toBe(true);
  });

  it.each(OTHERS)('is not authentic with %s, and has another digest', (_, other) => {
    expect(isAuthentic({ ...good, ...other }, recordKey)).toBe(false);
    expect(recordDigest({ ...good, ...other })).not.toEqual(recordDigest(good));
  });

  it('is not authentic with a MAC that is cut, empty, changed or by another key', () => {
    const flipped = Buffer.from(good.mac);
    flipped[31] = (flipped[31] as number) ^ 1;
    const foreign = sealRecord(good, createSecretKey(Buffer.alloc(32, 2))).mac;
    for (const mac of [good.mac.subarray(0, 31), Buffer.alloc(0), flipped, foreign]) {
      expect(isAuthentic({ ...good, mac }, recordKey)).toBe(false);
    }
  });

  it('is named in messages', () => expect(describeRef(good)).toBe('key k1 of t1'));
});

describe('the state root', () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('depends on the records and not on the order, nor on what came and went', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(digest, { maxLength: 12, comparator: (a, b) => Buffer.compare(a, b) === 0 }),
        fc.nat(),
        (digests, seed) => {
          const straight = emptyState();
          for (const one of digests) addRecord(straight, one);
          const detour = emptyState();
          const passing = randomBytes(32);
          addRecord(detour, passing);
          for (const one of digests.toSorted(
            (a, b) => ((a[0] as number) ^ (seed & 0xff)) - ((b[0] as number) ^ (seed & 0xff)),
          )) {
            addRecord(detour, one);
          }
          removeRecord(detour, passing);
          expect(stateRoot(detour)).toEqual(stateRoot(straight));
          if (digests[0]) removeRecord(detour, digests[0]);
          expect(stateRoot(detour).equals(stateRoot(straight))).toBe(digests.length === 0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('tells a record twice from once, and a missing one from none', () => {
    const [once, twice, less] = [emptyState(), emptyState(), emptyState()];
    const one = recordDigest(good);
    addRecord(once, one);
    addRecord(twice, one);
    addRecord(twice, one);
    removeRecord(less, one);
    const roots = [once, twice, less, emptyState()].map((sum) => stateRoot(sum).toString('hex'));
    expect(new Set(roots).size).toBe(4);
    expect(roots[3]).toBe(EMPTY_STATE);
  });

  it('is stored as 2048 bytes and read back', () => {
    const sum = emptyState();
    addRecord(sum, recordDigest(good));
    expect(encodeState(sum)).toHaveLength(2048);
    expect(decodeState(encodeState(sum))).toEqual(sum);
    for (const length of [0, 2047, 2049]) expect(() => decodeState(Buffer.alloc(length))).toThrow(RangeError);
  });
});

describe('the account of a commit', () => {
  const writes = [{ put: record('a') }, { put: record('b', 1, { tenantId: 't2' }) }];
  it('is one entry marked as a change for each tenant', () => {
    expect(() => assertAccountable(change(writes))).not.toThrow();
    expect(() => assertAccountable({ writes: [], entries: [draft('t1')] })).not.toThrow();
  });
  it.each([
    ['no entry', []],
    ['an entry that is not marked', [draft('t1'), draft('t2')]],
    ['an entry of one tenant only', [draft('t1', { change: true }), draft('t2')]],
    ['entries of others', [draft('installation', { change: true })]],
  ])('is not %s', (_, entries) => {
    expect(() => assertAccountable({ writes, entries })).toThrow(TypeError);
  });
});
