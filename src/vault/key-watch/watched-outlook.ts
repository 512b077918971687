import type { KeyOutlook, NamedSnapshot } from '../recovery/key-outlook.ts';

const MAX_NAMED = 50;
/** What is known of what depends on a key is looked at again after a day: retention goes on, and keys are re-wrapped. */
const GOOD_FOR_MS = 24 * 3_600_000;

/** What becomes unreadable with a key that is to be deleted, as it is kept with the state of that key. */
export interface WatchedOutlook {
  readonly snapshotCount: number;
  readonly unreadableCount: number;
  /** The newest of those that nobody could open any more: at most 50 ids. */
  readonly unreadable: readonly string[];
  readonly newest?: NamedSnapshot;
  readonly oldest?: NamedSnapshot;
  readonly atMs: number;
}

export function watchedOutlook(outlook: KeyOutlook, atMs: number): WatchedOutlook {
  const { snapshotCount, unreadableCount, unreadable, oldestUnreadable: oldest } = outlook;
  const [newest] = unreadable;
  return {
    snapshotCount,
    unreadableCount,
    unreadable: unreadable.slice(0, MAX_NAMED).map(({ snapshotId }) => snapshotId),
    ...(newest && { newest }),
    ...(oldest && { oldest }),
    atMs,
  };
}

/** Whether it is time to look at what depends on a key. */
export function isOutlookDue(known: WatchedOutlook | undefined, nowMs: number): boolean {
  return known === undefined || Math.abs(nowMs - known.atMs) >= GOOD_FOR_MS;
}
