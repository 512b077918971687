import { describe, expect, it } from 'vitest';
import type { MasterKeyFailure } from '../master-keys/master-key-error.ts';
import { isDoubtful, isNews, nextCheckMs, observed, type KeyChange, type KeyWatch, type Probe } from './key-watch.ts';
import { isOutlookDue } from './watched-outlook.ts';

const MINUTE = 60_000;
const OWNER = { tenantId: 't', environmentId: 'e' };
const key = (failure?: MasterKeyFailure, keyId = 'k', deletionAtMs?: number): Probe => ({
  provider: 'aws-kms',
  keyId,
  ...(failure && { failure }),
  ...(deletionAtMs !== undefined && { deletionAtMs }),
});

/** Looks once a minute, and answers what was told and what is known in the end. */
function looked(...looks: (readonly Probe[])[]): { readonly told: readonly KeyChange[]; readonly watch: KeyWatch } {
  let watch: KeyWatch | undefined;
  const told = looks.flatMap((probes, at) => {
    const { after, changes } = observed(watch, OWNER, probes, at * MINUTE);
    watch = after;
    return changes;
  });
  return { told, watch: watch as KeyWatch };
}
const states = (watch: KeyWatch) => watch.keys.map(({ state }) => state);

describe('the watch over keys', () => {
  it('tells nothing of keys that are good', () => {
    const { told, watch } = looked([key()], [key()]);
    expect([told, watch.held, states(watch)]).toEqual([[], undefined, ['good']]);
    expect(nextCheckMs(watch) - watch.checkedAtMs).toBeLessThanOrEqual(24 * 60 * MINUTE);
  });

  it.each<MasterKeyFailure>(['disabled', 'deleted', 'denied', 'material-missing', 'wrong-context-or-tampered'])(
    'holds at once when a key is %s, tells it once, and tells once when it is back',
    (failure) => {
      const off = looked([key()], [key(failure)], [key(failure)], [key(failure)]);
      expect(off.told).toEqual([{ kind: 'key-unavailable', keyId: 'k', code: failure }]);
      expect(off.watch.held).toEqual({ sinceMs: MINUTE, code: failure, keyId: 'k' });
      const on = looked([key()], [key(failure)], [key(failure)], [key()], [key()]);
      expect(on.told.map(({ kind }) => kind)).toEqual(['key-unavailable', 'key-back']);
      expect(on.watch.held).toBeUndefined();
    },
  );

  it('tells of a key that says no at the first look', () => {
    expect(looked([key('disabled')]).told).toHaveLength(1);
  });

  it.each<MasterKeyFailure>(['throttled', 'unreachable'])(
    'takes %s for a doubt until it is so four times in a row',
    (failure) => {
      const three = looked([key()], [key(failure)], [key(failure)], [key(failure)]);
      expect([three.told, three.watch.held, isDoubtful(three.watch)]).toEqual([[], undefined, true]);
      expect(looked([key()], [key(failure)], [key(failure)], [key()]).told).toEqual([]);
      const four = looked([key()], ...Array.from({ length: 7 }, () => [key(failure)]));
      expect(four.told).toEqual([{ kind: 'key-unavailable', keyId: 'k', code: failure }]);
      expect(four.watch.held?.code).toBe(failure);
      const again = looked([key(failure)], [key(failure)], [key()], [key(failure)], [key(failure)], [key(failure)]);
      expect(again.told).toEqual([]);
    },
  );

  it('keeps what it knows of a key that cannot be asked just now', () => {
    const { told, watch } = looked([key('disabled')], ...Array.from({ length: 9 }, () => [key('unreachable')]), [
      key(),
    ]);
    expect(told.map(({ kind, code }) => [kind, code])).toEqual([
      ['key-unavailable', 'disabled'],
      ['key-back', undefined],
    ]);
    expect(states(watch)).toEqual(['good']);
  });

  it('tells of a deletion with its date, and of what comes after it', () => {
    const { told } = looked(
      [key('disabled')],
      [key('pending-deletion', 'k', 99)],
      [key('pending-deletion', 'k', 99)],
      [key('deleted')],
    );
    expect(told).toEqual([
      { kind: 'key-unavailable', keyId: 'k', code: 'disabled' },
      { kind: 'key-pending-deletion', keyId: 'k', code: 'pending-deletion', deletionAtMs: 99 },
      { kind: 'key-unavailable', keyId: 'k', code: 'deleted' },
    ]);
  });

  it('keeps what goes with a key that is to be deleted, for as long as it is', () => {
    const outlook = { snapshotCount: 3, unreadableCount: 2, unreadable: ['b', 'a'], atMs: 7 };
    const withOutlook: Probe = { ...key('pending-deletion', 'k', 99), outlook };
    const { told, watch } = looked([withOutlook], [key('pending-deletion', 'k', 99)], [key('unreachable')]);
    expect(told).toEqual([
      { kind: 'key-pending-deletion', keyId: 'k', code: 'pending-deletion', deletionAtMs: 99, outlook },
    ]);
    expect(watch.keys).toMatchObject([{ outlook }]);
    expect(looked([withOutlook], [key('disabled')]).watch.keys[0]).not.toHaveProperty('outlook');
    // Looked at anew: that is written down, and nobody is told again.
    const newer = looked([withOutlook], [{ ...withOutlook, outlook: { ...outlook, unreadableCount: 1, atMs: 8 } }]);
    expect([newer.told.length, newer.watch.keys[0]?.outlook?.unreadableCount]).toEqual([1, 1]);
    expect(isNews(looked([withOutlook]).watch, newer.watch)).toBe(true);
    const day = 24 * 60 * MINUTE;
    expect([undefined, outlook].map((known) => isOutlookDue(known, 7 + day - 1))).toEqual([true, false]);
    expect([-day, day].map((ms) => isOutlookDue(outlook, 7 + ms))).toEqual([true, true]);
  });

  it('looks at several keys, and holds as long as one says no', () => {
    const { told, watch } = looked(
      [key(), key('denied', 'l')],
      [key('disabled'), key('denied', 'l')],
      [key(), key('denied', 'l')],
    );
    expect(told.map(({ kind, keyId }) => `${kind} ${keyId}`)).toEqual([
      'key-unavailable l',
      'key-unavailable k',
      'key-back k',
    ]);
    expect(watch.held).toMatchObject({ keyId: 'l', sinceMs: 0 });
  });

  it('forgets a key that the environment has no more', () => {
    const { told, watch } = looked([key('disabled')], [key(undefined, 'another')]);
    expect([told.length, watch.held, states(watch)]).toEqual([1, undefined, ['good']]);
  });

  it('looks again soon while something is wrong, later after an hour, and writes down what is news', () => {
    const held = looked([key('disabled')]).watch;
    expect(nextCheckMs(held) - held.checkedAtMs).toBe(MINUTE);
    const later = { ...held, checkedAtMs: 61 * MINUTE };
    expect(nextCheckMs(later) - later.checkedAtMs).toBe(5 * MINUTE);
    expect(isNews(undefined, held)).toBe(true);
    expect(isNews(held, later)).toBe(false);
    expect(isNews(held, { ...held, checkedAtMs: 24 * 60 * MINUTE })).toBe(true);
    expect(isNews(held, looked([key('denied')]).watch)).toBe(true);
    const doubt = looked([key()], [key('unreachable')]).watch;
    expect(nextCheckMs(doubt) - doubt.checkedAtMs).toBe(30_000);
  });

  it.each([
    ['a moment', 4, 4],
    ['an hour', 60, 60],
    ['six hours', 360, 360],
    ['a day', 24 * 60, 12 * 60],
    ['a year', 365 * 24 * 60, 12 * 60],
  ])('leaves a key of a place that was left alone for as long as it was out of reach: %s', (_, minutes, pause) => {
    const former: Probe = { ...key('unreachable', 'left'), isFormer: true };
    const { watch } = looked([key(), key(undefined, 'left')], ...Array.from({ length: 4 }, () => [key(), former]));
    expect([states(watch), watch.held]).toEqual([['good', 'unreachable'], undefined]);
    const sinceMs = watch.keys[1]!.sinceMs;
    const later = { ...watch, checkedAtMs: sinceMs + minutes * MINUTE };
    expect(nextCheckMs(later) - later.checkedAtMs).toBe(pause * MINUTE);
    // A key that backups need is looked at as before, and both are.
    const held = { ...later, held: { sinceMs, code: 'unreachable', keyId: 'k' } } as const;
    expect(nextCheckMs(held) - held.checkedAtMs).toBeLessThanOrEqual(5 * MINUTE);
    // One that answers again is as good as any.
    const { after } = observed(later, OWNER, [key(), { ...key(undefined, 'left'), isFormer: true }], later.checkedAtMs);
    expect(nextCheckMs(after) - after.checkedAtMs).toBe(12 * 60 * MINUTE);
  });
});
