import { describe, expect, it } from 'vitest';
import { EpochMemo, RecordCache } from './record-cache.ts';
import type { StoredRecord } from './record.ts';
import { record } from './writes.fixture.ts';

/** A memo with the epoch at hand, and how often it looked. */
function memoOf(limit = 10) {
  const state = { epoch: 1, looks: 0 };
  const memo = new EpochMemo<string>({ epoch: () => state.epoch }, limit);
  const find = (name: string, found: string | undefined) =>
    memo.find(name, () => {
      state.looks++;
      return found;
    });
  return { state, memo, find };
}

describe('what is remembered for an epoch', () => {
  it('is looked up once, and anew after any change of state', () => {
    const { state, find } = memoOf();
    expect([find('a', 'old'), find('a', 'new'), find('b', 'other')]).toEqual(['old', 'old', 'other']);
    expect(state.looks).toBe(2);
    state.epoch++;
    expect([find('a', 'new'), find('a', 'newer')]).toEqual(['new', 'new']);
    expect(state.looks).toBe(3);
  });

  it('is forgotten when it is gone, and never that there was nothing', () => {
    const { state, find } = memoOf();
    expect(find('a', 'here')).toBe('here');
    state.epoch++;
    expect([find('a', undefined), find('a', 'back')]).toEqual([undefined, 'back']);
  });

  it('is not taken for true of an epoch that began while it was looked up', async () => {
    const { state, memo } = memoOf();
    const slow = Promise.withResolvers<string>();
    const first = memo.find('a', () => slow.promise);
    state.epoch++;
    slow.resolve('of the epoch before');
    expect(await first).toBe('of the epoch before');
    expect(memo.find('a', () => 'of now')).toBe('of now');
  });

  it('passes a failure on and keeps nothing of it', () => {
    const { memo, find } = memoOf();
    expect(() =>
      memo.find('a', () => {
        throw new Error('not authentic');
      }),
    ).toThrow('not authentic');
    expect(find('a', 'fine')).toBe('fine');
  });

  it('keeps no more than its limit', () => {
    const { state, find } = memoOf(2);
    for (const name of ['a', 'b', 'c', 'c', 'b']) void find(name, name);
    expect(state.looks).toBe(3);
    void find('a', 'a');
    expect(state.looks).toBe(4);
  });
});

describe('a record that is kept', () => {
  it('is not taken from before the revision that was seen last', () => {
    let stored: StoredRecord = record('k1', 1);
    let epoch = 1;
    const cache = new RecordCache<number>(
      {
        epoch: () => epoch,
        read: () => stored,
        revisionOf: () => stored.revision,
        list: () => [],
        listRevisions: () => [],
        count: () => 0,
        listAll: () => [],
        resolve: () => undefined,
        listNames: () => [],
        lastUse: () => undefined,
        lastUseOfCredential: () => undefined,
        usesKnownSinceMs: () => 0,
        countUses: () => [],
        usesCountedSinceMs: () => 0,
        stateRootOf: () => Buffer.alloc(32),
      },
      10,
    );
    const find = () => cache.find(record('k1'), ({ revision }) => revision);
    expect(find()).toBe(1);
    [stored, epoch] = [record('k1', 2), 2];
    expect(find()).toBe(2);
    [stored, epoch] = [record('k1', 1), 3];
    expect(find).toThrow('turned back');
    expect(find).toThrow('turned back');
    [stored, epoch] = [record('k1', 3), 4];
    expect(find()).toBe(3);
  });
});
