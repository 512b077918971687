import { describe, expect, it } from 'vitest';
import type { RunKind, Work } from './job.ts';
import { locksOf } from './locks.ts';

const KINDS: readonly RunKind[] = [
  'maintain',
  'trash',
  'take-back',
  'accept-loss',
  'hold',
  'retire',
  'forget',
  'rewrap',
];
const of = (kind: RunKind) => locksOf({ kind } as Extract<Work, { kind: RunKind }>);

describe('what runs hold', () => {
  it.each(KINDS)('%s is found by a lock, and meets nothing that changes the envelopes of all', (kind) => {
    const { holds, joins, apartFrom } = of(kind);
    expect(holds.length).toBeGreaterThan(0);
    expect(joins).toBeDefined();
    expect(apartFrom).toContain('rekeying');
  });

  it.each(KINDS.filter((kind) => of(kind).joins === 'rekeying'))('%s begins when nobody writes', (kind) => {
    expect(of(kind).apartFrom).toContain('writing');
  });
});
