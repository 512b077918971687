import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditDraft } from '../audit/entry.ts';
import { countingRandom, NOW } from '../keys/key-space.fixture.ts';
import { StoreFullError, type RecordWriter } from '../records/ports.ts';
import { MemoryStore } from '../store/memory.ts';
import { UnauthenticatedRefusals } from './unauthenticated.ts';

interface Count {
  readonly protocol: string;
  readonly address: string;
  readonly count: number;
}

/** Keeps what it is handed, unless it is full. */
function writer(isFull: (nth: number) => boolean = () => false): RecordWriter & { readonly drafts: AuditDraft[] } {
  const drafts: AuditDraft[] = [];
  let nth = 0;
  return {
    drafts,
    commit: () => Promise.reject(new Error('nothing changes here')),
    record: async (entry) => {
      if (isFull(nth++)) throw new StoreFullError('full');
      drafts.push(entry);
    },
  };
}

const countsOf = (drafts: readonly AuditDraft[]) => drafts.map(({ details }) => details as unknown as Count);
const total = (drafts: readonly AuditDraft[]) => countsOf(drafts).reduce((sum, { count }) => sum + count, 0);

describe('requests of nobody known', () => {
  it('are one entry for source, protocol and reason, in the log of the installation', async () => {
    const refusals = new UnauthenticatedRefusals();
    for (let i = 0; i < 1000; i++) refusals.note('aws-kms', '192.0.2.1', 'bad-signature');
    refusals.note('aws-kms', '192.0.2.1', 'no-credential');
    refusals.note('admin', '192.0.2.1', 'bad-signature');
    const store = new MemoryStore();
    await refusals.flush(store, NOW, countingRandom('salts'));
    const leaves = store.entries().map(({ leaf }) => JSON.parse(leaf.toString()) as Record<string, unknown>);
    expect(leaves.map(({ tenant, outcome, reason }) => [tenant, outcome, reason])).toEqual([
      ['installation', 'refused', 'bad-signature'],
      ['installation', 'refused', 'no-credential'],
      ['installation', 'refused', 'bad-signature'],
    ]);
    await refusals.flush(store, NOW, countingRandom('salts'));
    expect(store.entries()).toHaveLength(3);
  });

  it('cannot fill the disk, and every one is counted', async () => {
    const note = fc.tuple(fc.constantFrom('aws-kms', 'admin'), fc.ipV4(), fc.constantFrom('a', 'b', 'c'));
    await fc.assert(
      fc.asyncProperty(fc.array(note, { minLength: 300, maxLength: 2000 }), async (notes) => {
        const refusals = new UnauthenticatedRefusals();
        for (const one of notes) refusals.note(...one);
        const { drafts, ...out } = writer();
        await refusals.flush({ ...out }, NOW, countingRandom('salts'));
        expect(total(drafts)).toBe(notes.length);
        expect(drafts.length).toBeLessThanOrEqual(206);
      }),
      { numRuns: 20 },
    );
  });

  it('stay bounded although protocol and reason vary too', async () => {
    const refusals = new UnauthenticatedRefusals();
    for (let i = 0; i < 100_000; i++) refusals.note(`p${i}`, `a${i}`, `r${i}`);
    const { drafts, ...out } = writer();
    await refusals.flush(out, NOW, countingRandom('salts'));
    expect([drafts.length, total(drafts)]).toEqual([401, 100_000]);
  });

  it('told apart are the sources that came first; the others are counted together', async () => {
    const refusals = new UnauthenticatedRefusals();
    for (let i = 0; i < 250; i++) refusals.note('admin', `10.0.0.${i}`, 'no-key');
    refusals.note('admin', '10.0.0.0', 'no-key');
    const { drafts, ...out } = writer();
    await refusals.flush(out, NOW, countingRandom('salts'));
    const counts = countsOf(drafts);
    expect(counts[0]).toEqual({ protocol: 'admin', address: '10.0.0.0', count: 2 });
    expect(counts.at(-1)).toEqual({ protocol: 'admin', address: 'others', count: 50 });
  });

  it('that could not be recorded are counted on', async () => {
    const refusals = new UnauthenticatedRefusals();
    for (const address of ['a', 'b', 'c']) refusals.note('admin', address, 'no-key');
    const half = writer((nth) => nth !== 1);
    await expect(refusals.flush(half, NOW, countingRandom('salts'))).rejects.toThrow(StoreFullError);
    refusals.note('admin', 'a', 'no-key');
    const whole = writer();
    await refusals.flush(whole, NOW, countingRandom('salts'));
    const told = (drafts: readonly AuditDraft[]) => countsOf(drafts).map(({ address, count }) => [address, count]);
    expect([told(half.drafts), told(whole.drafts)]).toEqual([
      [['b', 1]],
      [
        ['a', 2],
        ['c', 1],
      ],
    ]);
  });
});
